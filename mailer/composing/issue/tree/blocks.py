"""The blocks of an issue's text. Each knows the line of the author's file that it comes from."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from mailer.composing.issue.tree.words import Inlines, Link

CalloutKind: TypeAlias = Literal["note", "tip", "important", "warning"]


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
    id: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture on its own.

    Args:
        src: full address, or a path relative to the issue's file, as written (percent-encoded).
        alt: what it shows; empty where the author says nothing.
        caption: words below it.
        url: where it leads; empty where it is no link.
        line: where it begins.
        width: CSS pixels at which it is shown; None for the whole column.
        column: of its `!`.
    """

    src: str
    alt: str
    caption: Inlines
    url: str
    line: int
    width: int | None = None
    column: int = field(default=0, compare=False)

    @property
    def is_local(self) -> bool:
        """Is it a file beside the issue, which has to be hosted?"""
        return not self.src.lower().startswith(("https:", "http:"))


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list; `start` is the first number of a numbered one, None for bullets."""

    entries: tuple["Blocks", ...]
    start: int | None
    line: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation; `source` says whose words they are, where the author does."""

    blocks: "Blocks"
    line: int
    source: Inlines = ()


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines shown as code, without the last newline; `language` as written after the fence."""

    text: str
    line: int
    language: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `aligns` holds `left`, `center`, `right` or nothing for each column."""

    header: tuple[Inlines, ...]
    rows: tuple[tuple[Inlines, ...], ...]
    aligns: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A thematic break between two blocks."""

    line: int


@dataclass(frozen=True, slots=True)
class Button:
    """A link that stands out; primary ones are filled, others outlined."""

    link: Link
    is_primary: bool
    line: int


@dataclass(frozen=True, slots=True)
class Callout:
    """A box that stands out from the text."""

    kind: CalloutKind
    title: Inlines
    blocks: "Blocks"
    line: int


@dataclass(frozen=True, slots=True)
class Sponsor:
    """A box that says that it is paid for; `name` is the sponsor's."""

    name: Inlines
    blocks: "Blocks"
    line: int


@dataclass(frozen=True, slots=True)
class Poll:
    """A question with answers to choose from: each answer is a link."""

    question: Inlines
    blocks: "Blocks"
    choices: tuple[Link, ...]
    line: int


@dataclass(frozen=True, slots=True)
class RawMjml:
    """A fragment of MJML, checked; `line` is that of its fence, the text begins on the next.

    `images` are those of its pictures that are files beside the issue.
    """

    text: str
    line: int
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark to the author that no reader sees: written by drafts, left out by the parser."""

    text: str
    line: int


Block: TypeAlias = (
    Paragraph
    | Subheading
    | Image
    | ListBlock
    | Quote
    | CodeBlock
    | Table
    | Rule
    | Button
    | Callout
    | Sponsor
    | Poll
    | RawMjml
    | Comment
)
Blocks: TypeAlias = tuple[Block, ...]
