"""Lines to units: headings, paragraphs, links and rulers, each with its lines."""

# ruff: noqa: RUF001 - punctuation and letters of many scripts

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mailer.composing.importing.boilerplate import is_link_label, is_resource_label
from mailer.composing.importing.context import in_context
from mailer.composing.importing.marks import (
    BOLD_LEVEL,
    URL,
    Stripped,
    find_marker,
    is_ruler,
    split_link,
    strip_marks,
)
from mailer.composing.importing.model import Dropped, Kind, Unit
from mailer.composing.importing.references import resolve, take_references
from mailer.composing.importing.sentences import ends_sentence, is_prose, width

_WIDEST_WRAP = 100
_NARROWEST_WRAP = 44
_FEWEST_WRAPPED = 3
_WRAPPED_SHARE = 0.4
_WIDE_LINES_SHARE = 0.1


@dataclass(slots=True)
class _Paragraph:
    """Consecutive lines that are one paragraph."""

    text: str
    line: int
    last: int
    gap: int
    indent: int


def read_units(lines: Sequence[str]) -> tuple[list[Unit], list[Dropped]]:
    """Return the units of `lines`, and the words that only label a link."""
    lines, references, dropped = take_references(lines)
    paragraphs = _paragraphs(lines, wrap_width(lines))
    units = [_unit(paragraph, references, dropped) for paragraph in paragraphs]
    return in_context(units), dropped


def wrap_width(lines: Sequence[str]) -> int:
    """Return the column at which the source was wrapped, 0 where it was not."""
    is_text = [bool(line.strip()) and not URL.search(line) and not is_ruler(line) for line in lines]
    widths = sorted(width(line) for line, text in zip(lines, is_text, strict=True) if text)
    pairs = [
        pair for pair, both in zip(pairwise(lines), pairwise(is_text), strict=True) if all(both)
    ]
    best, wrap = 0, 0
    for candidate in sorted({value for value in widths if value <= _WIDEST_WRAP}, reverse=True):
        wider = sum(value > candidate for value in widths)
        if candidate < _NARROWEST_WRAP or wider > _WIDE_LINES_SHARE * len(widths):
            break
        full = sum(width(a) <= candidate and _is_full(a, b, candidate) for a, b in pairs)
        if full > best:
            best, wrap = full, candidate
    return wrap if best >= max(_FEWEST_WRAPPED, _WRAPPED_SHARE * len(pairs)) else 0


def _is_full(line: str, after: str, wrap: int) -> bool:
    """Whether the first word of `after` would not have fitted on `line`."""
    if is_ruler(line) or is_ruler(after) or find_marker(after.strip()) or not line.strip():
        return False
    first = after.split(maxsplit=1)[0]
    if width(first) == 2 * len(first):  # no spaces between words: broken anywhere
        first = first[:2]
    return width(line.rstrip()) + 1 + width(first) > wrap


def _paragraphs(lines: Sequence[str], wrap: int) -> list[_Paragraph]:
    found: list[_Paragraph] = []
    gap = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            gap += 1
            continue
        if found and gap == 0 and _continues(lines[number - 2], line, wrap, found[-1]):
            found[-1].text = _joined(found[-1].text, line.strip())
            found[-1].last = number
        else:
            indent = len(line) - len(line.lstrip())
            found.append(_Paragraph(line.strip(), number, number, gap, indent))
        gap = 0
    return found


def _continues(before: str, line: str, wrap: int, paragraph: _Paragraph) -> bool:
    if not wrap or is_ruler(before) or is_ruler(line):
        return False
    if find_marker(line.strip()) or split_link(line) == ("", line.strip()):
        return False
    if _is_full(before, line, wrap):
        return True
    starts_lower = line.strip()[0].islower()
    return starts_lower and not ends_sentence(paragraph.text) and width(before) > wrap // 2


def _joined(text: str, more: str) -> str:
    """Return both as one line; scripts without spaces get none."""
    if width(text[-1]) == 2 and width(more[0]) == 2:  # noqa: PLR2004 - columns
        return text + more
    return f"{text} {more}"


def _unit(paragraph: _Paragraph, references: Mapping[int, str], dropped: list[Dropped]) -> Unit:
    unit = Unit(
        Kind.RULER,
        paragraph.text,
        line=paragraph.line,
        last=paragraph.last,
        gap=paragraph.gap,
        indent=paragraph.indent,
    )
    if is_ruler(paragraph.text):
        return unit
    stripped = strip_marks(paragraph.text)
    if stripped.level == 1 and is_prose(stripped.text):  # a sentence that begins with "#"
        stripped = Stripped(paragraph.text, None, 0)
    unit = replace(unit, marker=stripped.marker, level=stripped.level)
    whole, reference = resolve(stripped.text, references)
    if reference:
        number = _reference_number(paragraph.text)
        dropped.append(Dropped(paragraph.line, number, "number of a link"))
    text, url = (whole, reference) if reference else split_link(whole)
    if url and (not text or is_link_label(text)):
        if text:
            dropped.append(Dropped(paragraph.line, text, "label of a link"))
        return replace(unit, kind=Kind.LINK, text="", level=0, url=url)
    if url and is_resource_label(text):
        return replace(unit, kind=Kind.LINK, text=whole, level=0, url=url)
    if url and not reference and is_prose(text) and not _stands_apart(whole, url):
        text, url = whole, ""
    is_heading = 0 < stripped.level < BOLD_LEVEL or not is_prose(text)
    kind = Kind.HEADING if is_heading else Kind.PROSE
    return replace(unit, kind=kind, text=text, url=url)


def _reference_number(text: str) -> str:
    numbers = re.findall(r"\[\d{1,3}\]", text)
    return str(numbers[-1]) if numbers else ""


def _stands_apart(text: str, url: str) -> bool:
    """Whether the address follows a finished sentence, rather than being part of one."""
    before = text[: text.index(url)].rstrip(" \t-–—→>:|(<[")
    return ends_sentence(before)
