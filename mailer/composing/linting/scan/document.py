"""An author's file, scanned: its parts with their places, whether or not it parses."""

import re
from dataclasses import dataclass
from functools import cached_property

from mailer.composing.linting.scan.fields import FieldSpan, find_fields
from mailer.composing.linting.scan.front import Front, Note, read_front
from mailer.composing.linting.scan.links import definitions_blanked, find_spans, raw_links
from mailer.composing.linting.scan.mask import Masked, blank, mask
from mailer.composing.linting.scan.places import SourceText, with_plain_line_ends
from mailer.composing.linting.scan.spans import LinkKind, LinkSpan, Spans, Target

WRITTEN_KEYS = ("subject", "preheader", "title", "tagline", "headline", "author", "author-bio")
"""Front matter that readers see."""

_HEADING = re.compile(
    r"""^(?P<lead>[ \t>]{0,8}(?:[-*+][ \t]+|\d{1,9}[.)][ \t]+)?)(?P<marks>\#{1,6})
    (?:[ \t]++(?P<words>[^\n]*+)|\#*+[ \t]*+)$""",
    re.MULTILINE | re.VERBOSE,
)
_ATTRIBUTES = re.compile(r"\{[^{}\n]*\}\s*+$|<!--(?:(?!<!--|-->).)*-->")
_RAW_FENCE = re.compile(r"(?:`{3,}|~{3,})\s*\{=mjml\}")
_TAG = re.compile(r"<[^<>]*>")
_PARAGRAPH = re.compile(r"^[^\S\n]*+\S[^\n]*+(?:\n[^\S\n]*+\S[^\n]*+)*", re.MULTILINE)


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
        whole = self.masked.prose
        text = self.source.text
        for key in WRITTEN_KEYS:
            value = self.front.values.get(key)
            if value:
                whole = whole[: value.start] + text[value.start : value.end] + whole[value.end :]
        for start, end in self.raw:
            words = _TAG.sub(lambda match: blank(match[0]), text[start:end])
            whole = whole[:start] + words + whole[end:]
        return whole

    @cached_property
    def raw(self) -> list[tuple[int, int]]:
        """Ranges of raw MJML, without their fences."""
        return raw_ranges(self.source.text, self.masked)

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
    return _ATTRIBUTES.sub("", text.rstrip(" \t").rstrip("#").rstrip(" \t")).strip()


def scan(text: str) -> Document:
    """Return the file `text`, scanned."""
    source = SourceText(with_plain_line_ends(text))
    front = read_front(source)
    masked = mask(source.text, front.body)
    spans = find_spans(source.text, masked.prose)
    for start, end in raw_ranges(source.text, masked):
        spans.links += raw_links(source.text, start, end)
    author = front.values.get("author-url")
    if author:
        target = Target(author.value, author.start, author.end)
        spans.links.append(LinkSpan(LinkKind.FRONT, "", target, target.start, target.end))
    spans.links.sort(key=lambda link: link.start)
    return Document(source, front, masked, spans)


def raw_ranges(text: str, masked: Masked) -> list[tuple[int, int]]:
    """Return where raw MJML stands, without the fences."""
    found = []
    for start, end in masked.code:
        first, _, _ = text[start:end].partition("\n")
        if _RAW_FENCE.fullmatch(first.strip()):
            last = text.rfind("\n", start, end)
            found.append((start + len(first), max(last, start + len(first))))
    return found
