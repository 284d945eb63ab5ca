"""A parsed issue: what its author wrote, as a tree, free of Markdown, HTML and MJML.

Every block knows the line of the author's file that it comes from, so that whoever finds fault
with it later can say where. The format is described in docs/issue-format.md.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from mailer.domain.message import Mailbox

# --- words and what is done to them ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """Plain characters."""

    text: str


@dataclass(frozen=True, slots=True)
class CodeSpan:
    """Characters shown as code; merge fields in them are not filled."""

    text: str


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A line break that the author asked for (two spaces or a backslash at the line's end)."""


@dataclass(frozen=True, slots=True)
class MergeField:
    """A value that differs between recipients; `default` where one has none."""

    field: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Emphasised words."""

    children: "Inlines"


@dataclass(frozen=True, slots=True)
class Strong:
    """Strongly emphasised words."""

    children: "Inlines"


@dataclass(frozen=True, slots=True)
class Strikethrough:
    """Words struck out."""

    children: "Inlines"


@dataclass(frozen=True, slots=True)
class Link:
    """A link; `url` is percent-encoded, and empty only in a title that has no address yet."""

    url: str
    children: "Inlines"


Inline: TypeAlias = (
    Text | CodeSpan | LineBreak | MergeField | Emphasis | Strong | Strikethrough | Link
)
Inlines: TypeAlias = tuple[Inline, ...]

# --- blocks ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    children: Inlines
    line: int


@dataclass(frozen=True, slots=True)
class Subheading:
    """A heading below an item's own (`####` and deeper)."""

    children: Inlines
    line: int


@dataclass(frozen=True, slots=True)
class Image:
    """A picture on its own, perhaps with a caption and a link."""

    src: str
    alt: str
    caption: Inlines
    url: str
    line: int


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list; `start` is the first number of a numbered one, None for bullets."""

    entries: tuple["Blocks", ...]
    start: int | None
    line: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation."""

    blocks: "Blocks"
    line: int


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines shown as code, without the last newline."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `aligns` holds `left`, `center` or `right` for each column."""

    header: tuple[Inlines, ...]
    rows: tuple[tuple[Inlines, ...], ...]
    aligns: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A thematic break between two blocks."""

    line: int


Block: TypeAlias = Paragraph | Subheading | Image | ListBlock | Quote | CodeBlock | Table | Rule
Blocks: TypeAlias = tuple[Block, ...]

# --- the issue ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """One story: any of its parts may be missing.

    Args:
        kicker: the few words above the title.
        title: what the story is called.
        url: where its title leads; empty where it leads nowhere.
        blocks: pictures and summary, in the author's order.
        lead_images: how many of the first blocks are pictures that stand above the title.
        line: of its `###`.
    """

    kicker: Inlines
    title: Inlines
    url: str
    blocks: Blocks
    lead_images: int
    line: int


@dataclass(frozen=True, slots=True)
class Section:
    """A group of items. Items before the first `##` are in a section without a name."""

    name: Inlines
    subtitle: Inlines
    introduction: Blocks
    items: tuple[Item, ...]
    line: int


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the author says of the issue as a whole; empty strings where nothing was said.

    Args:
        subject: text and merge fields.
        slug: `[a-z0-9-]+`.
        date: the issue's date.
        preheader: the line shown after the subject in an inbox list.
        mailing_list: slug of the list that it is meant for.
        sender: From, where the author overrides the configured one.
        reply_to: Reply-To, likewise.
        theme: name of the theme's folder.
        language: BCP 47 tag.
        title: the masthead.
        tagline: the line below the masthead.
    """

    subject: Inlines
    slug: str
    date: dt.date
    preheader: str = ""
    mailing_list: str = ""
    sender: Mailbox | None = None
    reply_to: Mailbox | None = None
    theme: str = ""
    language: str = ""
    title: str = ""
    tagline: str = ""


@dataclass(frozen=True, slots=True)
class Todo:
    """A place that its author has still to finish."""

    line: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Issue:
    """A parsed issue."""

    front_matter: FrontMatter
    introduction: Blocks
    sections: tuple[Section, ...]
    closing: Blocks
    todos: tuple[Todo, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """All items, in order."""
        return tuple(item for section in self.sections for item in section.items)


# --- questions asked of it ------------------------------------------------------------------


_BLANKS = re.compile(r"[ \t\n]+")


def one_line(text: str) -> str:
    """Return `text` with each run of blanks as one space; no-break spaces stay."""
    return _BLANKS.sub(" ", text).strip(" ")


def plain_text(inlines: Inlines) -> str:
    """Return the words alone, on one line; a merge field stands as its default."""
    return one_line("".join(_words(inlines)))


def _words(inlines: Inlines) -> Iterator[str]:
    for node in inlines:
        match node:
            case Text(text) | CodeSpan(text):
                yield text
            case LineBreak():
                yield " "
            case MergeField(_, default):
                yield default or ""
            case Emphasis(children) | Strong(children) | Strikethrough(children):
                yield from _words(children)
            case Link(_, children):
                yield from _words(children)


_TODO = re.compile(r"\bTODO\b")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_LONGEST_TODO = 80


def find_todos(source: str) -> tuple[Todo, ...]:
    """Return where `source`, an issue's file, says TODO, in comments or in the open.

    Fenced code does not count: there, TODO is what the author shows. One `Todo` a line.
    """
    found: list[Todo] = []
    fence = ""
    for number, line in enumerate(source.splitlines(), start=1):
        fence, was_fenced = _fence_after(line, fence), bool(fence)
        hit = None if was_fenced else _TODO.search(line)
        if hit:
            found.append(Todo(number, hit.start() + 1, _todo_text(line[hit.start() :])))
    return tuple(found)


def _fence_after(line: str, fence: str) -> str:
    mark = _FENCE.match(line)
    if not mark:
        return fence
    if not fence:
        return mark[1]
    closes = mark[1].startswith(fence) and not line[mark.end() :].strip()
    return "" if closes else fence


def _todo_text(text: str) -> str:
    return " ".join(text.split("-->", maxsplit=1)[0].split())[:_LONGEST_TODO]
