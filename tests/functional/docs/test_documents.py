"""The documents are true: their links lead somewhere, their words are ours, nothing is missing."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from mailer.cli import app
from mailer.states import DeliveryState, SendState
from subscribers.model import SubscriptionState

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
DECISIONS = sorted(path.name for path in (ROOT / "docs/decisions").glob("[0-9]*.md"))

_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)
_PATH = re.compile(
    r"(?<![\w./-])(?:mailer|subscribers|tests|tools|benchmarks)/[\w./{},*-]*\w(?:/|\b)"
)
_EXAMPLE = re.compile("/acme|/NAME")
"""The provider that docs/adding-a-provider.md adds, and any."""
_FORBIDDEN = re.compile(
    r"\b(?:campaigns?|blasts?|blacklist\w*|audiences? segments?|e-?blasts?|chunks?)\b",
    re.IGNORECASE,
)
_ALLOWED = {"docs/glossary.md"}
"""The glossary names the words that it replaces."""


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _commands() -> Iterator[tuple[str, list[str]]]:
    """Every command with its own options, by its full name."""
    yield from _walk(typer.main.get_command(app), "mailer")


def _walk(command: object, name: str) -> Iterator[tuple[str, list[str]]]:
    options = [
        option
        for parameter in getattr(command, "params", ())
        for option in parameter.opts
        if option.startswith("--") and "completion" not in option
    ]
    children = getattr(command, "commands", {})
    if not children:
        yield name, options
    for child_name, child in children.items():
        yield from _walk(child, f"{name} {child_name}")


COMMANDS = dict(_commands())


def _sections(text: str) -> dict[str, str]:
    """By heading, what stands below it up to the next one."""
    found = list(_HEADING.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    return {
        match["text"].strip().strip("`"): text[match.end() : end]
        for match, end in zip(found, ends, strict=True)
    }


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_documented(command: str) -> None:
    sections = _sections((ROOT / "docs/cli.md").read_text())
    assert command in sections, "docs/cli.md needs a heading for it"
    text = sections[command]
    assert f"\n{command}" in text, "docs/cli.md needs an example of it"
    missing = [option for option in COMMANDS[command] if f"`{option}" not in text]
    assert not missing, f"docs/cli.md does not speak of {missing} of {command}"


def test_no_command_is_documented_that_is_gone() -> None:
    sections = _sections((ROOT / "docs/cli.md").read_text())
    assert {name for name in sections if name.startswith("mailer ")} == set(COMMANDS)


def test_every_decision_is_in_the_index() -> None:
    index = (ROOT / "docs/decisions/README.md").read_text()
    listed = re.findall(r"\]\((\d{4}-[a-z-]+\.md)\)", index)
    assert listed == DECISIONS


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_links_lead_somewhere(document: Path) -> None:
    broken = []
    for match in _LINK.finditer(_CODE.sub("", document.read_text())):
        target, _, anchor = match["target"].partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        path = (document.parent / target).resolve() if target else document
        if not path.exists() or (anchor and anchor not in _anchors(path)):
            broken.append(match["target"])
    assert not broken


def _anchors(path: Path) -> set[str]:
    headings = _HEADING.findall(path.read_text())
    return {re.sub(r"[^\w -]", "", text).strip().lower().replace(" ", "-") for text in headings}


@pytest.mark.parametrize(
    "word",
    [
        *("issue", "send", "mailing list", "segment", "subscriber", "subscription"),
        *("confirmation", "consent", "delivery", "attempt", "batch", "message", "merge field"),
        *("provider", "receipt", "event", "bounce", "complaint", "suppression", "task"),
    ],
)
def test_the_glossary_has_the_word(word: str) -> None:
    assert f"| **{word}** |" in (ROOT / "docs/glossary.md").read_text()


@pytest.mark.parametrize("state", sorted({*DeliveryState, *SendState, *SubscriptionState}))
def test_the_glossary_has_the_state(state: str) -> None:
    text = (ROOT / "docs/glossary.md").read_text()
    states = re.findall(r"`([a-z]+)`", "".join(re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)))
    assert state in states


@pytest.mark.parametrize(
    "document", [path for path in DOCUMENTS if _name(path) not in _ALLOWED], ids=_name
)
def test_words_are_ours(document: Path) -> None:
    found = _FORBIDDEN.findall(_CODE.sub("", document.read_text()))
    assert not found, "docs/glossary.md has the word to use"


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_paths_exist(document: Path) -> None:
    """Paths of code that a document names, patterns such as `mime*.py` included."""
    named = {match.group().rstrip("/") for match in _PATH.finditer(document.read_text())}
    missing = [
        path for path in sorted(named) if not _EXAMPLE.search(path) and not any(ROOT.glob(path))
    ]
    assert not missing


def test_every_folder_of_the_code_is_on_the_map() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    folders = {
        path.parent.relative_to(ROOT)
        for path in ROOT.glob("mailer/*/*/*.py")
        if path.parent.parent.name != "cli"  # the manual has a heading for each group
    }
    assert len(folders) > 20
    assert [str(one) for one in sorted(folders) if f"{one.name}/" not in text] == []


def test_the_picture_is_light() -> None:
    assert 20_000 < (ROOT / "docs/images/issue.png").stat().st_size <= 400_000
