"""Every command line, option, target and variable that a document names is a real one."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docs_kit import blocks
from rich.text import Text

from mailer.cli import app
from mailer.cli.help import build_command, commands_of
from mailer.cli.shared import ExitCode
from mailer.config import Settings, load_settings
from mailer.platform.settings.names import setting_paths, variable

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in sorted(
        [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*.md")]
    )
}
HISTORY = {"CHANGELOG.md"}
"""Says what was, too."""
COMMANDS = commands_of(build_command(app))
LEAVES = {path: one for path, one in COMMANDS.items() if not hasattr(one, "commands")}
ROOT_OPTIONS = {"-C": 2, "--workspace": 2, "--version": 1, "--help": 1, "-h": 1}
"""By option before the command, how many words it takes."""
_CODE = re.compile(r"(?<!`)`(?P<text>[^`\n]+)`(?!`)")
_FENCES = re.compile(r"^ *(`{3,}).*?^ *\1 *$|<!-- sh run.*?-->", re.DOTALL | re.MULTILINE)
_PROGRAM = re.compile(r"(?:^|[/;&|(] *)(mailer .*)|^docker compose run .*? (?:web|worker) (.*)")
"""A command of ours: at the start, by its path, after another, or in a container."""
_ENDS = {"|", "||", "&&", ";", ">", ">>", "<", "2>", "&"}
_FOREIGN = {
    "--column", "--font-display", "--width",  # variables of a theme's CSS
    "--disable-crashpad-for-testing", "--remote-debugging-pipe",  # Chromium's
    "--trace",  # tools/house.py
}  # fmt: skip
_VARIABLE = re.compile(r"\b(?:MAILER_[A-Z_0-9]+|(?:DATABASE|REDIS)_URL(?:_FILE)?)\b")
_OTHER_VARIABLES = {
    "MAILER_WORKSPACE",
    "MAILER_EMBEDDED_LINGER_SECONDS",
    "MAILER_ENDS_WITH_PARENT",
}
_NOT_OURS = re.compile(r"MAILER_(?:ACME|SMPT)__\w+|MAILER_$|MAILER_(?:PORT|SERVICE_HOST)$")
"""The provider of docs/adding-a-provider.md, a misspelt variable as an example, Kubernetes's."""


def _options(command: Any) -> set[str]:
    return {one for p in command.params for one in (*p.opts, *p.secondary_opts)} | {"--help", "-h"}


ALL_OPTIONS = {one for command in COMMANDS.values() for one in _options(command)}


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield every command line of a document, and whether it is one to type as it stands."""
    for block in blocks(text):
        if block.info.startswith(("sh", "ini")):
            for line in block.text.replace("\\\n", " ").splitlines():
                if found := _PROGRAM.search(line.strip()):
                    yield found[1] or f"mailer {found[2]}", True
    for match in _CODE.finditer(_FENCES.sub("", text)):
        if match["text"].startswith("mailer "):
            yield match["text"], False


def _words(line: str) -> list[str]:
    """Return the words of the command, without its name and what the shell does with it."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words = []
    for word in lexer:
        if word in _ENDS:
            break
        words.append(word)
    return words[1:]


def _without_root_options(words: list[str]) -> list[str]:
    while words and words[0] in ROOT_OPTIONS:
        words = words[ROOT_OPTIONS[words[0]] :]
    return words


def _fault(line: str, *, is_whole: bool) -> str:
    """Return what is wrong with a command line, or nothing."""
    words = _without_root_options(_words(line))
    while words and words[-1] in {"...", "…"}:
        words.pop()
    path: tuple[str, ...] = ()
    if words[:1] == ["COMMAND"]:
        return ""
    while (*path, *words[:1]) in COMMANDS and words:
        path, words = (*path, words[0]), words[1:]
    if words and path not in LEAVES:
        return f"{line}: no such command"
    unknown = [
        word
        for word in words
        if re.match(r"--?[a-z]", word) and word.partition("=")[0] not in _options(COMMANDS[path])
    ]
    if unknown:
        return f"{line}: mailer {' '.join(path)} has no {unknown[0]}"
    return _refusal(line, path, words) if is_whole and path in LEAVES else ""


def _refusal(line: str, path: tuple[str, ...], words: list[str]) -> str:
    """Return why the command's own parser does not take the words."""
    if set(words) & {"--help", "-h"}:
        return ""
    try:
        LEAVES[path].make_context("mailer", list(words)).close()
    except Exception as error:  # noqa: BLE001 - Typer's exceptions are not public
        return f"{line}: {getattr(error, 'message', '')} {error}"
    return ""


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_line_parses(document: str) -> None:
    faults = [
        fault
        for line, whole in _lines(DOCUMENTS[document])
        if (fault := _fault(line, is_whole=whole))
    ]
    assert faults == []


def test_there_are_command_lines() -> None:
    assert sum(1 for text in DOCUMENTS.values() for _ in _lines(text)) > 200


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("mailer send week.md --list x --yes || echo no", ""),
        ("mailer -C /srv/letter worker --concurrency 8   # on each host", ""),
        ("mailer send week.md --lists x", "has no --lists"),
        ("mailer sned week.md", "no such command"),
        ("mailer subscriber suppress a@example.org --reason none", "none"),
        ("mailer sends show", "send_id"),
        ("mailer doctor now", "now"),
    ],
)
def test_a_wrong_line_is_found(line: str, fault: str) -> None:
    found = _fault(line, is_whole=True)
    assert (found == "") if not fault else fault in found


@pytest.mark.parametrize("document", [one for one in DOCUMENTS if one not in HISTORY])
def test_every_option_is_one_of_a_command(document: str) -> None:
    """An option alone in code, such as `--no-lint`, is one of ours."""
    named = {
        match["text"].split()[0].partition("=")[0]
        for match in _CODE.finditer(_FENCES.sub("", DOCUMENTS[document]))
        if re.match(r"--[a-z]", match["text"])
    }
    assert {one for one in named if one not in ALL_OPTIONS} - _FOREIGN == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_variable_is_read(document: str) -> None:
    settings = {variable(*path) for path in setting_paths(Settings)}
    known = settings | {f"{one}_FILE" for one in settings} | _OTHER_VARIABLES
    known |= {f"{one}_URL{file}" for one in ("DATABASE", "REDIS") for file in ("", "_FILE")}
    named = set(_VARIABLE.findall(DOCUMENTS[document]))
    assert {one for one in named - known if not _NOT_OURS.match(one)} == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_target_of_make_is_there(document: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    lines = [block.text for block in blocks(DOCUMENTS[document]) if block.info.startswith("sh")]
    lines += [match["text"] for match in _CODE.finditer(DOCUMENTS[document])]
    named = {
        one for text in lines for one in re.findall(r"(?:^|&& )make ([a-z]+)", text, re.MULTILINE)
    }
    assert named <= targets


def _section(path: tuple[str, ...]) -> str:
    _, _, rest = DOCUMENTS["docs/cli.md"].partition(f"\n### `mailer {' '.join(path)}`\n")
    return re.split(r"^##", rest, maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_the_table_of_a_command_has_its_parameters_as_its_help_does(path: tuple[str, ...]) -> None:
    rows = re.findall(r"^\| (`.+?) \| (.*) \|$", _section(path), re.MULTILINE)
    named = [re.findall(r"`([^`]+)`", cell) for cell, _ in rows]
    shown = [{word.split()[0] for word in words} for words in named]
    for parameter in LEAVES[path].params:
        names = {*parameter.opts, *parameter.secondary_opts}
        if parameter.param_type_name == "argument":
            assert any(words[0].rstrip(".") == parameter.metavar for words in named), parameter.name
        elif "--help" not in names:
            assert names in shown, f"docs/cli.md has no row of {sorted(names)}"
            [first, *_] = named[shown.index(names)]
            assert (
                parameter.is_flag
                or not parameter.metavar
                or first.endswith(f" {parameter.metavar}")
            ), f"{first}: the help says {parameter.metavar}"
    known = {one for p in LEAVES[path].params for one in (*p.opts, *p.secondary_opts)}
    gone = {one for words in shown for one in words if one.startswith("-")} - known
    assert gone == set()


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_the_defaults_in_the_table_are_the_programs(path: tuple[str, ...]) -> None:
    by_name = {one: p for p in LEAVES[path].params for one in p.opts}
    for name, text in re.findall(r"^\| `(--[a-z-]+)[^|]*\| (.*) \|$", _section(path), re.MULTILINE):
        told = re.search(r"Default: ([\w.]+?)\.?$|\b(\d+) by default", text)
        if told:
            default = by_name[name].default
            value = getattr(default, "value", default)
            assert value == type(value)(told[1] or told[2]), name


def test_the_exit_codes_are_those_of_the_program() -> None:
    codes = set(map(int, re.findall(r"^\| (\d+) \| ", DOCUMENTS["docs/cli.md"], re.MULTILINE)))
    assert codes == {code.value for code in ExitCode} | {130}


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_the_manual_begins_as_the_help_does(path: tuple[str, ...]) -> None:
    first = _section(path).strip().split("\n\n")[0]
    told = Text.from_markup(LEAVES[path].help).plain.split("\n\n")[0]
    assert " ".join(first.split()) == told


@pytest.mark.parametrize("document", ["deploying", "drafts", "images", "tutorial"])
def test_toml_in_a_document_is_settings(document: str, tmp_path: Path) -> None:
    found = [one for one in blocks(DOCUMENTS[f"docs/{document}.md"]) if one.info == "toml"]
    assert found
    for block in found:
        (tmp_path / "mailer.toml").write_text(block.text, encoding="utf-8")
        load_settings(workspace=tmp_path, environ={})
