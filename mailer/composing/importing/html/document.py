"""What an importer reads a page as: blocks and runs of words, before they become Markdown."""

from dataclasses import dataclass, field
from typing import TypeAlias

STRONG, EMPHASIS, STRIKE, CODE = "strong", "em", "strike", "code"
"""Styles of a run."""


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """A link; each in the source is one of its own; `is_button` where it is drawn as one."""

    url: str
    is_button: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    r"""Words of one style.

    Args:
        text: plain; a newline is a break of the author's own.
        styles: of `STRONG`, `EMPHASIS`, `STRIKE`, `CODE`.
        link: that it stands in.
        markdown: whether `text` is Markdown already, such as a merge field.
    """

    text: str
    styles: frozenset[str] = frozenset()
    link: Link | None = None
    markdown: bool = False


Runs: TypeAlias = list[Run]


@dataclass(slots=True)
class Paragraph:
    """A paragraph; a `button` is one link, drawn as a button."""

    runs: Runs
    line: int
    button: bool = False


@dataclass(slots=True)
class Heading:
    """A heading; `level` as in the source, 1 to 6; `name` where a link leads to it."""

    level: int
    runs: Runs
    line: int
    name: str = ""


@dataclass(slots=True)
class ListBlock:
    """A list; `start` is the first number of a numbered one."""

    entries: "list[Blocks]"
    start: int | None
    line: int


@dataclass(slots=True)
class Quote:
    """A quotation."""

    blocks: "Blocks"
    line: int


@dataclass(slots=True)
class Callout:
    """A box beside the text; the title may be empty."""

    title: Runs
    blocks: "Blocks"
    line: int


@dataclass(slots=True)
class Code:
    """Lines of code."""

    text: str
    language: str
    line: int


@dataclass(slots=True)
class Table:
    """A table of data; `aligns` holds `left`, `center`, `right` or nothing for each column."""

    header: list[Runs]
    rows: list[list[Runs]]
    aligns: list[str]
    line: int


@dataclass(slots=True)
class Image:
    """A picture; `src` is a full address, or a path beside the issue; `width` in CSS pixels."""

    src: str
    alt: str
    caption: Runs
    link: Link | None
    line: int
    width: int | None = None


@dataclass(slots=True)
class Rule:
    """A line across the page."""

    line: int


@dataclass(slots=True)
class Comment:
    """A marker for the author that readers are not shown."""

    text: str
    line: int


@dataclass(slots=True)
class Footnote:
    """The text of a footnote; its label is unique in the document."""

    label: str
    blocks: "Blocks"
    line: int


Block: TypeAlias = (
    Paragraph
    | Heading
    | ListBlock
    | Quote
    | Callout
    | Code
    | Table
    | Image
    | Rule
    | Comment
    | Footnote
)
Blocks: TypeAlias = list[Block]


@dataclass(slots=True)
class Document:
    """A page as read.

    Args:
        blocks: its text.
        title: plain; empty where there is none.
        masthead: plain; what a mail calls itself above its text.
        subtitle: plain.
        preheader: plain; words that only the inbox's list shows.
    """

    blocks: Blocks = field(default_factory=list)
    title: str = ""
    masthead: str = ""
    subtitle: str = ""
    preheader: str = ""


def text_of_runs(runs: Runs) -> str:
    """Return the words of runs on one line, without Markdown."""
    return " ".join("".join(run.text for run in runs if not run.markdown).split())
