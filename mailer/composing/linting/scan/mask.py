"""What is not prose in the text below the front matter: code and comments, blanked out.

Blanking keeps every offset: what is found in the masked text stands at the same place in the file.
"""

import re
from dataclasses import dataclass

from mailer.composing.linting.scan.front import Note

_FENCE = re.compile(
    r"(?P<lead>(?:[ \t]|>|[-*+][ \t]|\d{1,9}[.)][ \t])*)(?P<mark>`{3,}+(?![^\n]*`)|~{3,})"
)
_LIST = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_MARK = re.compile(r"\\.|<!--|`+", re.DOTALL)
_TICKS = re.compile("`+")
BLOCK_END = re.compile(
    r"\n(?=[ \t>]*(?:\n|[-*+][ \t]|\#{1,6}[ \t]|1[.)][ \t]|:{3}|\|))|(?<=\|)[ \t]*\n"
)
"""Where words end that marks may stand around: a blank line, or a line that begins a block."""

_NOT_NEWLINE = re.compile(r"[^\n]")
_INDENT = 4


@dataclass(frozen=True, slots=True)
class Masked:
    """Text with code and comments blanked.

    Args:
        prose: as long as the file.
        notes: the comments.
        code: ranges of fenced and indented code.
    """

    prose: str
    notes: tuple[Note, ...]
    code: tuple[tuple[int, int], ...]


def mask(text: str, body: int) -> Masked:
    """Return the text from `body` on without its code and comments; what is before is blank."""
    blocks = _code_blocks(text, body)
    prose = _blanked(text, [(0, body), *blocks])
    notes, inline = _inline(prose, body)
    ranges = sorted([(note.start, note.end) for note in notes] + inline)
    return Masked(_blanked(prose, ranges), tuple(notes), tuple(blocks))


def blank(text: str) -> str:
    """Return `text` as spaces, its line ends kept."""
    return _NOT_NEWLINE.sub(" ", text)


def _blanked(text: str, ranges: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    at = 0
    for start, end in ranges:
        parts += (text[at:start], blank(text[start:end]))
        at = end
    return "".join((*parts, text[at:]))


def _code_blocks(text: str, body: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    fence, opened, lead = "", 0, ""
    may_indent, in_comment, in_list = True, False, False
    at = body
    for line in text[body:].split("\n"):
        end = at + len(line)
        if fence and _leaves(line, lead):
            found.append((opened, max(at - 1, opened)))
            fence = ""
        is_text = in_comment or (not fence and not in_list and _is_indented(line))
        mark = None if is_text else _FENCE.match(line)
        if fence:
            if _closes(line, fence):
                found.append((opened, end))
                fence = ""
            may_indent = True
        elif mark and not ("`" in mark["mark"] and "`" in line[mark.end() :]):
            fence, opened, lead = mark["mark"], at, mark["lead"]
        elif not line.strip():
            may_indent = True
        elif may_indent and not in_list and not in_comment and _is_indented(line):
            found.append((at, end))
        else:
            in_list = bool(_LIST.match(line)) or (in_list and line[0] in " \t")
            may_indent = False
            in_comment = _comment_after(line, is_open=in_comment)
        at = end + 1
    if fence:
        found.append((opened, len(text)))
    return found


def _leaves(line: str, lead: str) -> bool:
    """Tell whether `line` is outside of the list or quote that began with `lead`."""
    if ">" in lead and not line.lstrip(" ").startswith(">"):
        return True
    if not line.strip() or not lead.strip(" \t>"):
        return False
    inside = line.lstrip(" >") if ">" in lead else line
    return len(inside) - len(inside.lstrip(" \t")) < min(len(lead.rpartition(">")[2]), 2)


def _is_indented(line: str) -> bool:
    return line.expandtabs(_INDENT).startswith(" " * _INDENT)


def _closes(line: str, fence: str) -> bool:
    inside = line.strip(" \t>")
    return len(inside) >= len(fence) and not inside.strip(fence[0])


def _comment_after(line: str, *, is_open: bool) -> bool:
    opens, closes = line.rfind("<!--"), line.rfind("-->")
    return opens > closes or (is_open and closes < 0)


def _inline(prose: str, body: int) -> tuple[list[Note], list[tuple[int, int]]]:
    """Return comments and code spans, whichever begins first."""
    notes: list[Note] = []
    spans: list[tuple[int, int]] = []
    runs: dict[int, list[int]] = {}
    at = body
    limit = -1
    last_end = prose.rfind("-->")
    while mark := _MARK.search(prose, at):
        at = mark.end()
        if mark[0] == "<!--":
            if at > last_end:
                continue
            end = prose.find("-->", at)
            notes.append(Note(prose[at:end].strip(), mark.start(), end + 3))
            at = end + 3
        elif mark[0][0] == "`":
            if at > limit:
                limit = _paragraph_end(prose, at)
                runs = _runs_of_ticks(prose, at, limit)
            end = _next_end(runs.get(len(mark[0]), []), at)
            if end < 0:
                continue
            spans.append((mark.start(), end))
            at = end
    return notes, spans


def _paragraph_end(prose: str, at: int) -> int:
    line = prose[prose.rfind("\n", 0, at) + 1 : at].lstrip(" \t>")
    if line.startswith("#"):
        end = prose.find("\n", at)
        return end if end >= 0 else len(prose)
    found = BLOCK_END.search(prose, at)
    return found.start() if found else len(prose)


def _runs_of_ticks(prose: str, at: int, limit: int) -> dict[int, list[int]]:
    """Return the ends of the runs of backticks before `limit` by their lengths, last one first."""
    runs: dict[int, list[int]] = {}
    for run in reversed([*_TICKS.finditer(prose, at, limit)]):
        runs.setdefault(len(run[0]), []).append(run.end())
    return runs


def _next_end(ends: list[int], at: int) -> int:
    """Take the first end behind `at` from `ends`, and those before it; -1 where there is none."""
    while ends:
        if (end := ends.pop()) > at:
            return end
    return -1
