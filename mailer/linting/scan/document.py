"""An author's file, scanned: its parts with their places, whether or not it parses."""

import re
from dataclasses import dataclass
from functools import cached_property

from mailer.linting.scan.front import Front, Note, read_front
from mailer.linting.scan.mask import Masked, blank, mask
from mailer.linting.scan.places import SourceText, with_plain_line_ends
from mailer.linting.scan.spans import (
    FieldSpan,
    Spans,
    definitions_blanked,
    find_fields,
    find_spans,
)

WRITTEN_KEYS = ("subject", "preheader", "title", "tagline")
"""Front matter that readers see."""

_HEADING = re.compile(
    r"""^(?P<lead>[ \t>]{0,8}(?:[-*+][ \t]+|\d{1,9}[.)][ \t]+)?)(?P<marks>\#{1,6})
    (?:[ \t]+(?P<words>[^\n]*?))?[ \t]*\#*[ \t]*$""",
    re.MULTILINE | re.VERBOSE,
)
_ATTRIBUTES = re.compile(r"\{[^{}\n]*\}\s*$|<!--.*?-->")
_PARAGRAPH = re.compile(r"[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*")


@dataclass(frozen=True, slots=True)
class HeadingSpan:
    """A heading; `is_inside` when it stands in a list or a quote."""

    level: int
    words: str
    start: int
    end: int
    is_inside: bool


@dataclass(frozen=True)
class Document:
    """A scanned file.

    Args:
        source: its text.
        front: its front matter.
        masked: the text below, without code and comments.
        spans: links and images.
    """

    source: SourceText
    front: Front
    masked: Masked
    spans: Spans

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """Comments, of the front matter and of the text."""
        return (*self.front.notes, *self.masked.notes)

    @cached_property
    def fields(self) -> list[FieldSpan]:
        """Merge fields of the subject and the text."""
        return find_fields(self.written)

    @cached_property
    def written(self) -> str:
        """What readers see, addresses included: the text, and the values of the front matter."""
        parts = [self.masked.prose]
        text = self.source.text
        for key in WRITTEN_KEYS:
            value = self.front.values.get(key)
            if value:
                head = parts[-1]
                parts[-1] = head[: value.start] + text[value.start : value.end] + head[value.end :]
        return parts[-1]

    @cached_property
    def words(self) -> str:
        """What readers read: as `written`, without addresses and merge fields."""
        pieces = list(definitions_blanked(self.written))
        spans = self.spans
        hidden = [(link.target.start, link.target.end) for link in spans.links]
        hidden += [(image.target.start, image.target.end) for image in spans.images]
        hidden += [(each.start, each.end) for each in self.fields]
        for start, end in hidden:
            pieces[start:end] = blank(self.source.text[start:end])
        return "".join(pieces)

    @cached_property
    def headings(self) -> list[HeadingSpan]:
        """Headings in order."""
        text, prose = self.source.text, self.masked.prose
        return [
            HeadingSpan(
                level=len(match["marks"]),
                words=_heading_words(text[match.start("words") : match.end("words")])
                if match["words"]
                else "",
                start=match.start("marks"),
                end=match.end(),
                is_inside=bool(match["lead"].strip()),
            )
            for match in _HEADING.finditer(prose, self.front.body)
        ]

    @cached_property
    def paragraphs(self) -> list[tuple[int, int]]:
        """Ranges of lines that are not blank, code and comments left out."""
        found = _PARAGRAPH.finditer(self.masked.prose, self.front.body)
        return [(match.start(), match.end()) for match in found]


def _heading_words(text: str) -> str:
    """Return a heading's words without the attributes behind them."""
    return _ATTRIBUTES.sub("", text).strip()


def scan(text: str) -> Document:
    """Return the file `text`, scanned."""
    source = SourceText(with_plain_line_ends(text))
    front = read_front(source)
    masked = mask(source.text, front.body)
    return Document(source, front, masked, find_spans(source.text, masked.prose))
