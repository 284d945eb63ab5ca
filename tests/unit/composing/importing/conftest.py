"""The words of a source against those that a reader of the issue is shown."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from mailer.composing.importing import Dropped, ImportedIssue
from mailer.composing.issue.tree import (
    Blocks,
    CodeBlock,
    Inlines,
    Issue,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Subheading,
    plain_text,
)
from mailer.composing.rendering import parse_issue

URL = re.compile(r"https?://\S+", re.IGNORECASE)
INVISIBLE = re.compile("[\u00ad\u034f\u180e\u200b\u202a-\u202e\u2060-\u2065\u206a-\u206f\ufeff]")


def words(text: str) -> list[str]:
    """Return the words of `text` without web addresses."""
    return re.findall(r"[^\W_]+", URL.sub(" ", INVISIBLE.sub("", text)))


def _shown(issue: Issue) -> list[str]:
    """Return the texts that a reader is shown, in order."""
    texts = [plain_text(issue.front_matter.subject), *_blocks(issue.introduction)]
    for section in issue.sections:
        texts += [_text(section.name), *_blocks(section.introduction)]
        for item in section.items:
            texts += [_text(item.kicker), _text(item.title), *_blocks(item.blocks)]
    return [*texts, *_blocks(issue.closing)]


def _blocks(blocks: Blocks) -> Iterable[str]:
    for block in blocks:
        match block:
            case Paragraph(children) | Subheading(children):
                yield _text(children)
            case ListBlock(entries, start):
                for number, entry in enumerate(entries, start=start or 0):
                    yield f"{number} " if start is not None else ""
                    yield from _blocks(entry)
            case Quote(inner):
                yield from _blocks(inner)
            case CodeBlock(text):
                yield text


def _text(inlines: Inlines) -> str:
    return " ".join(
        ""
        if isinstance(node, Link) and URL.match(plain_text(node.children))
        else plain_text((node,))
        for node in inlines
    )


def _kept(source: str, dropped: Iterable[Dropped]) -> str:
    """Return the letters of a source's words but for those reported as dropped."""
    lines = [words(line) for line in re.split(r"\r\n|\n|\r", source)]
    for drop in dropped:
        at = drop.line - 1
        for word in words(drop.text):
            while word not in lines[at]:
                at += 1
            _remove(lines[at], word, last=drop.why == "number of a link")
    return "".join("".join(line) for line in lines)


def _remove(line: list[str], word: str, *, last: bool) -> None:
    at = len(line) - 1 - line[::-1].index(word) if last else line.index(word)
    del line[at]


@pytest.fixture(scope="session")
def first_lost() -> Callable[[str, ImportedIssue], str]:
    """Return what of a source comes neither in order in the issue, nor is reported as dropped.

    Compared letter by letter, as lines of scripts without spaces are joined.
    """

    def first(source: str, imported: ImportedIssue) -> str:
        issue = parse_issue(imported.markdown, path=Path("issue.md"))
        shown = "".join("".join(words(text)) for text in _shown(issue))
        wanted, at = _kept(source, imported.dropped), 0
        for position, letter in enumerate(wanted):
            at = shown.find(letter, at) + 1
            if not at:
                return wanted[max(0, position - 20) : position + 20]
        return ""

    return first
