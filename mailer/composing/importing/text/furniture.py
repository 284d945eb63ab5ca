"""What a site puts around a text that is copied with its page: menus, bylines, counts, the foot."""

from dataclasses import replace
from itertools import islice, pairwise

from mailer.composing.importing.model import Dropped
from mailer.composing.importing.text.dates import is_date_line
from mailer.composing.importing.text.model import Kind, Unit, Units
from mailer.composing.importing.text.phrases import (
    begins_foot,
    boilerplate,
    goes_with_furniture,
    is_caption,
    is_navigation,
)

FURNITURE = "page furniture"
_HEAD_UNITS = 30
_FEWEST_MENU = 2
_FEWEST_IN_FOOT = 3
_MOST_TRIED = 10
_MOST_IN_FOOT = 2
_LONGEST_NAME_WORDS = 5
_MOST_TAGS = 12


def without_furniture(units: Units, dropped: list[Dropped]) -> tuple[list[Unit], list[Unit]]:
    """Return the units that are the author's, and those that are not."""
    why = [_why(unit) for unit in units]
    _mark_addresses(units, why)
    _mark_neighbours(units, why)
    _mark_repeats(units, why)
    subtitles = _mark_head(units, why)
    _mark_foot(units, why)
    dropped += [unit.dropped(each) for unit, each in zip(units, why, strict=True) if each]
    kept = [
        replace(unit, kind=Kind.PROSE) if at in subtitles else unit
        for at, (unit, each) in enumerate(zip(units, why, strict=True))
        if not each
    ]
    return kept, [unit for unit, each in zip(units, why, strict=True) if each]


def _why(unit: Unit) -> str:
    return "" if unit.is_ruler else boilerplate(unit.text)


def _mark_addresses(units: Units, why: list[str]) -> None:
    for at in range(1, len(units)):
        is_bare = units[at].kind is Kind.LINK and not units[at].text
        if is_bare and why[at - 1] and units[at - 1].last == units[at].line - 1:
            why[at] = "address of page furniture"


def _mark_neighbours(units: Units, why: list[str]) -> None:
    """Mark counts and words of menus that stand beside furniture, one after the other."""
    for order in (range(len(units)), range(len(units) - 1, -1, -1)):
        is_beside = False
        for at in order:
            if units[at].is_ruler:
                continue
            is_bare = not (why[at] or units[at].url)
            if is_beside and is_bare and goes_with_furniture(units[at].whole):
                why[at] = FURNITURE
            is_beside = bool(why[at])


def _mark_repeats(units: Units, why: list[str]) -> None:
    """Mark captions that are said twice in a row, as pages do that describe their pictures."""
    last = ""
    for at, unit in enumerate(units):
        if why[at] or unit.is_ruler:
            continue
        if unit.text == last and is_caption(last):
            why[at] = "a caption repeated"
        last = unit.text


# --- above the text -------------------------------------------------------------------------


def _mark_head(units: Units, why: list[str]) -> list[int]:
    """Mark what stands above the title of a page with a menu, and the byline below the title.

    The title is the first heading below the menu's last word. Lines between it and the text, which
    are returned, are its subtitle.
    """
    end = next((at for at, unit in enumerate(units) if _is_text(unit)), len(units))
    end = min(end, _HEAD_UNITS)
    menu = [at for at in range(end) if why[at] and is_navigation(units[at].text)]
    below = range(menu[-1], end) if len(menu) >= _FEWEST_MENU else ()
    names = [at for at in below if _is_name(units, why, at)]
    if not names:
        return []
    for at in range(names[0]):
        why[at] = why[at] or ("" if units[at].is_ruler else "the site's name and menu")
    words = [at for at in range(names[0] + 1, end) if not units[at].is_ruler]
    for at, after in pairwise(words):
        is_short = at in names and len(units[at].text.split()) <= _LONGEST_NAME_WORDS
        if is_short and (why[after] or is_date_line(units[after].text)):
            why[at] = "a name or date that the site adds"
    return [at for at in names[1:] if not why[at]]


def _is_text(unit: Unit) -> bool:
    return unit.kind is Kind.PROSE and not boilerplate(unit.text)


def _is_name(units: Units, why: list[str], at: int) -> bool:
    unit = units[at]
    return unit.is_plain and not why[at] and not is_date_line(unit.text)


# --- below the text -------------------------------------------------------------------------


def _mark_foot(units: Units, why: list[str]) -> None:
    """Mark all from where a site's foot begins, and tags, counts and names right above it."""
    begins = (at for at, unit in enumerate(units) if begins_foot(unit.text))
    begin = next((at for at in islice(begins, _MOST_TRIED) if _is_foot(units, why, at)), None)
    if begin is None:
        return
    for at in range(begin, len(units)):
        why[at] = why[at] or ("" if units[at].is_ruler else "the foot of the page")
    last = max((at for at in range(begin) if _is_text(units[at])), default=begin)
    tags = [at for at in range(last + 1, begin) if not (why[at] or units[at].is_ruler)]
    if len(tags) <= _MOST_TAGS and all(_is_name(units, why, at) for at in tags):
        for at in tags:
            why[at] = "tags that the site adds"


def _is_foot(units: Units, why: list[str], begin: int) -> bool:
    """Whether furniture and hardly any text follows, and text stands above."""
    texts = sum(map(_is_text, units[begin:]))
    has_text = any(map(_is_text, units[:begin]))
    added = sum(bool(why[at]) or begins_foot(units[at].text) for at in range(begin, len(units)))
    return has_text and texts <= _MOST_IN_FOOT and added >= _FEWEST_IN_FOOT
