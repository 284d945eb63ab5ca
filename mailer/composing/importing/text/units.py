"""Paragraphs to units: headings, prose, links and rulers, each by what it looks like alone."""

# ruff: noqa: RUF001 - punctuation of many scripts

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mailer.composing.importing.model import Dropped
from mailer.composing.importing.text.lines import Paragraph, paragraphs_of
from mailer.composing.importing.text.links import resolve, split_link, take_references
from mailer.composing.importing.text.marks import BOLD_LEVEL, Stripped, is_ruler, strip_marks
from mailer.composing.importing.text.model import Kind, Unit
from mailer.composing.importing.text.neighbours import in_context
from mailer.composing.importing.text.phrases import is_link_label, is_resource_label
from mailer.composing.importing.text.sentences import ends_sentence, is_prose


def read_units(lines: Sequence[str]) -> tuple[list[Unit], list[Dropped]]:
    """Return the units of `lines`, and the words that only label a link."""
    lines, references, dropped = take_references(lines)
    units = [_unit(paragraph, references, dropped) for paragraph in paragraphs_of(lines)]
    return in_context(units), dropped


def _unit(paragraph: Paragraph, references: Mapping[int, str], dropped: list[Dropped]) -> Unit:
    line, indent = paragraph.line, paragraph.indent
    unit = Unit(Kind.RULER, paragraph.text, line, paragraph.last, paragraph.gap, indent=indent)
    if is_ruler(paragraph.text):
        return unit
    stripped = strip_marks(paragraph.text)
    if stripped.level == 1 and is_prose(stripped.text):  # a sentence that begins with "#"
        stripped = Stripped(paragraph.text, None, 0)
    whole, number, url = resolve(stripped.text, references)
    if url:
        dropped.append(Dropped(line, number, "number of a link"))
    text, url = (whole, url) if url else split_link(whole)
    unit = replace(unit, marker=stripped.marker, url=url)
    if url and (not text or is_link_label(text)):
        if text:
            dropped.append(Dropped(line, text, "label of a link"))
        return replace(unit, kind=Kind.LINK, text="")
    if url and is_resource_label(text):
        return replace(unit, kind=Kind.LINK, text=whole)
    if url and not number and is_prose(text) and not _stands_apart(whole, url):
        text, url = whole, ""
    is_heading = 0 < stripped.level < BOLD_LEVEL or not is_prose(text)
    kind = Kind.HEADING if is_heading else Kind.PROSE
    colon = bool(url) and whole.partition(url)[0].rstrip(" <(").endswith((":", "："))
    return replace(unit, kind=kind, text=text, level=stripped.level, url=url, colon=colon)


def _stands_apart(text: str, url: str) -> bool:
    """Whether the address follows a finished sentence, rather than being part of one."""
    return ends_sentence(text[: text.index(url)].rstrip(" \t-–—→>:|(<["))
