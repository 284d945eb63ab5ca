"""A document as a reader follows it: its commands in order, and the output that it shows.

What a document says in its source, invisible on the page where it is in a comment:

- ```` ```sh run ```` runs; ```` ```sh background ```` runs in a second terminal until the end.
- `<!-- sh run`, commands, `-->`: the same, unseen, where a page shows what a reader cannot repeat.
- ```` ```toml file=PATH ```` is written to PATH when it is reached.
- A block without a language that follows is what was printed. `...` stands for any words.
- `<!-- not run: REASON -->` before a block, `<!-- no block is run: REASON -->` for a whole page.
"""

import re
import shlex
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(
    r"^(?:<!-- not run: (?P<reason>[^\n]+?) -->\n+)?"
    r"(?:(?P<indent> *)(?P<fence>`{3,})(?P<info>[^\n`]*)\n(?P<text>.*?)^ *(?P=fence) *$"
    r"|<!-- (?P<hidden>sh (?:run|background))\n(?P<unseen>.*?)^-->$)",
    re.DOTALL | re.MULTILINE,
)
_PAGE_NOT_RUN = re.compile(r"^<!-- no block is run: (.+) -->$", re.MULTILINE)
_MARK = "@@ end of block "
_LINE_OF_MARK = re.compile(rf"^{_MARK}(\d+)$\n?", re.MULTILINE)
_WILD = {"...", "…"}
_CHANGING = (
    (re.compile(r"\b20\d\d-\d\d-\d\d(?: \d\d:\d\d:\d\d UTC)?"), "<time>"),
    (re.compile(r"\b(?:[0-9a-f]{16}|[0-9a-f]{12})\b"), "<hash>"),
    (re.compile(r"\b[\d.]+ (?:s|ms|seconds?)\b(?:, [\d.,]+ recipients/s)?"), "<pace>"),
    (re.compile(r"\bunder a second\b"), "<pace>"),
    (re.compile(r"\bPostgreSQL \d+\.\d+"), "PostgreSQL <version>"),
    (re.compile(r"\brevision \d{4}\b"), "revision <number>"),
    (re.compile(r"(?<=/\.mailer, by )\w+"), "<user>"),
    (re.compile(r"\bkept as \d+"), "kept as <number>"),
)
"""What differs from one run to the next, and what it is called for a comparison."""
_LARGE = re.compile(r"\d{1,3}(?:,\d{3})+")
_TOLERANCE = 0.02
"""Sizes may differ by so much: a date in a message has more or fewer letters."""


@dataclass(frozen=True)
class Block:
    """A fenced block, or a hidden one.

    Attributes:
        info: what stands behind the fence: `sh run`, `toml file=mailer.toml`, nothing.
        line: where its text begins in the document, counted from 1.
        not_run: the reason why it is not run, or empty.
    """

    info: str
    text: str
    line: int
    not_run: str = ""

    @property
    def kind(self) -> str:
        """What is done with it: run, background, file, shown, or nothing."""
        language, _, rest = self.info.partition(" ")
        if language == "sh":
            return rest
        return "file" if rest.startswith("file=") else "" if language else "shown"


def blocks(text: str) -> list[Block]:
    """Return all blocks of a document in order."""
    everywhere = _PAGE_NOT_RUN.search(text)
    reason = everywhere[1] if everywhere else ""
    return [
        Block(
            info=(match["hidden"] or match["info"]).strip(),
            text=match["unseen"] if match["hidden"] else _unindented(match),
            line=text.count("\n", 0, match.start("unseen" if match["hidden"] else "text")) + 1,
            not_run=match["reason"] or reason,
        )
        for match in _FENCE.finditer(text)
    ]


def _unindented(match: re.Match[str]) -> str:
    return re.sub(rf"^{match['indent']}", "", match["text"], flags=re.MULTILINE)


def differences(text: str, folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """Follow a document in `folder`; yield what it shows and the program did not print.

    Raises:
        AssertionError: a command failed.
    """
    ports = {one: free_port() for one in (1025, 8025)}
    printed = _follow(_renamed(text, ports), folder, environment, ports)
    back = {port: shown for shown, port in ports.items()}
    last = -1
    for number, block in enumerate(blocks(text)):
        if block.kind in {"run", "background"} and not block.not_run:
            last = number
        elif block.kind == "shown" and last >= 0:
            real = _renamed(printed[last], back).replace(str(folder), "...")
            if not is_same(block.text, real):
                yield f"line {block.line} shows\n{block.text}\nbut it prints\n{real}"
            last = -1


def _renamed(text: str, numbers: dict[int, int]) -> str:
    for before, after in numbers.items():
        text = text.replace(str(before), str(after))
    return text


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _follow(
    text: str, folder: Path, environment: dict[str, str], ports: dict[int, int]
) -> dict[int, str]:
    """Run a document's blocks in one shell; return what each printed, by its number."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", _script(text, folder, ports[1025])],
        cwd=folder,
        env={**environment, "PYTHONUNBUFFERED": "1"},  # both outputs in their order
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=1200,
        check=False,
    )
    output = done.stdout.decode()
    assert done.returncode == 0, output
    assert "Traceback" not in output
    printed = _by_block(output)
    for log in folder.glob("background-*.log"):
        printed[int(log.stem.rpartition("-")[2])] = log.read_text()
    return printed


def _by_block(output: str) -> dict[int, str]:
    ends = list(_LINE_OF_MARK.finditer(output))
    starts = [0, *(mark.end() for mark in ends)]
    return {
        int(mark[1]): output[start : mark.start()]
        for start, mark in zip(starts, ends, strict=False)
    }


def _script(text: str, folder: Path, smtp_port: int) -> str:
    """One script of all runnable blocks; what runs in a second terminal is stopped at the end."""
    parts = ["trap 'kill $(jobs -p) 2>/dev/null || true; wait || true' EXIT"]
    for number, block in enumerate(blocks(text)):
        if block.not_run:
            continue
        if block.kind == "file":
            parts.append(_writing(block))
        elif block.kind == "background":
            parts += [f"{{\n{block.text}}} >{folder}/background-{number}.log 2>&1 &"]
            parts += [_WAIT_FOR_SMTP.format(port=smtp_port)]
        elif block.kind == "run":
            lines = [one for one in block.text.splitlines() if not one.startswith("make ")]
            parts += [*lines, f"printf '%s\\n' '{_MARK}{number}'"]
    return "\n".join(parts)


def _writing(block: Block) -> str:
    path = block.info.partition("file=")[2]
    quoted = shlex.quote(path)
    return f'mkdir -p "$(dirname {quoted})"\nprintf %s {shlex.quote(block.text)} >{quoted}'


_WAIT_FOR_SMTP = """
for _ in $(seq 300); do
  (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null && break || sleep 0.2
done
"""


def is_same(shown: str, printed: str) -> bool:
    """Say whether the words are the same, but for what changes and what `...` leaves out."""
    parts: list[list[str]] = [[]]
    for word in _words(shown):
        if word in _WILD:
            parts.append([])
        else:
            parts[-1].append(word)
    return _is_in_order(parts, _words(printed))


def _words(text: str) -> list[str]:
    text = " ".join(text.split())  # where a line is wrapped depends on the length of paths
    for pattern, name in _CHANGING:
        text = pattern.sub(name, text)
    return text.split()


def _is_in_order(parts: list[list[str]], words: list[str]) -> bool:
    """Say whether `words` begin with the first part, end with the last, and have all between."""
    if len(parts) == 1:
        return _begins(parts[0], words) and len(parts[0]) == len(words)
    first, *middle, last = parts
    if not _begins(first, words) or len(words) < len(first) + len(last):
        return False
    at, end = len(first), len(words) - len(last)
    for part in middle:
        found = [start for start in range(at, end + 1) if _begins(part, words[start:end])]
        if not found:
            return False
        at = found[0] + len(part)
    return _begins(last, words[end:])


def _begins(part: list[str], words: list[str]) -> bool:
    return len(words) >= len(part) and all(map(_is_word, part, words[: len(part)]))


def _is_word(shown: str, printed: str) -> bool:
    if _LARGE.fullmatch(shown) and _LARGE.fullmatch(printed):
        a, b = (int(one.replace(",", "")) for one in (shown, printed))
        return abs(a - b) <= _TOLERANCE * max(a, b)
    return shown == printed
