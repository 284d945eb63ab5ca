"""The words after the last item: found by a ruler, by saying goodbye, or by their subject."""

# ruff: noqa: RUF001 - punctuation and letters of many scripts

import re
from collections.abc import Sequence

from mailer.composing.importing.damage import lacks_beginning
from mailer.composing.importing.model import Kind, Part, Unit
from mailer.composing.importing.sentences import sentence_count
from mailer.composing.importing.shapes import group_count, heading_runs, ruler_class

_FEWEST_ITEMS = 2
_MOST_SENTENCES = 6
_MOST_SIGNATURES = 2
_FAREWELL = re.compile(
    r"[\s¡¿*_]*(?:and\s+)?(?:that[’']?s (?:all|it)|that is (?:all|it)|"
    r"thanks?(?: you)? (?:so much )?for "
    r"(?:reading|subscribing|your)|see you (?:next|soon|in)|until next|till next|happy reading|"
    r"have a (?:great|good|nice|wonderful|lovely)|if you (?:enjoy|like|found|have|want)|"
    r"did you (?:enjoy|like)|as always|best(?: wishes| regards)?,|cheers,|regards,|yours,|"
    r"love,|warmly,|enjoy your|stay (?:safe|tuned)|bis (?:zum|nächste)|à (?:la semaine|bientôt)|"
    r"hasta (?:la|pronto)|до (?:встречи|следующ)|спасибо за|また来週|それでは|お読み|感謝|下期再见|"
    r"إلى اللقاء|شكرا)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"about(?: me| us| this .{1,20}| the (?:author|editor).{0,20})?|contact|credits|follow me|"
    r"impressum|über mich|à propos|обо? (?:мне|авторе)|筆者について|プロフィール",
    re.IGNORECASE,
)


def take_closing(parts: list[Part], body: list[Unit], found: Sequence[int]) -> list[Unit]:
    """Cut the closing words from the end of the last part, and return them."""
    if not parts:
        return []
    last = parts[-1]
    at = _after_last_ruler(last.units, _section_rulers(body, found, parts))
    if at is None:
        at = _farewell(last.units)
    if at is None:
        return []
    closing = last.units[at:]
    del last.units[at:]
    return closing


def _section_rulers(body: list[Unit], found: Sequence[int], parts: list[Part]) -> set[str]:
    """Return the classes of rulers that stand above sections and nowhere else."""
    above = [body[at - 1] for at in found if at]
    inside = {
        ruler_class(unit)
        for part in parts[:-1]
        for unit in part.units[1:-1]
        if unit.kind is Kind.RULER and not _is_last_ruler(unit, part.units)
    }
    return {ruler_class(unit) for unit in above if unit.kind is Kind.RULER} - inside


def _is_last_ruler(ruler: Unit, units: list[Unit]) -> bool:
    return not any(unit.line > ruler.line and unit.kind is not Kind.RULER for unit in units)


def _after_last_ruler(units: list[Unit], section_rulers: set[str]) -> int | None:
    """Return where the words after the last section begin, if a ruler parts them from it."""
    words = [at for at, unit in enumerate(units) if unit.kind is not Kind.RULER]
    rulers = [
        at
        for at, unit in enumerate(units)
        if words and unit.kind is Kind.RULER and words[0] < at < words[-1]
    ]
    of_sections = [at for at in rulers if ruler_class(units[at]) in section_rulers]
    if of_sections and not _holds_items(units[of_sections[0] + 1 :]):
        return of_sections[0] + 1
    if not rulers:
        return None
    after = units[rulers[-1] + 1 :]
    return None if _holds_any_item(after) else rulers[-1] + 1


def _holds_items(units: list[Unit]) -> bool:
    """Whether there is more than one heading with its paragraph, as under "About me"."""
    marked = any(unit.is_entry or unit.url or unit.level for unit in units)
    groups = group_count(units, 0, len(units))
    return groups >= _FEWEST_ITEMS or (marked and groups > 0)


def _holds_any_item(units: list[Unit]) -> bool:
    """Whether something below the last ruler is an item rather than a signature."""
    if any((unit.is_heading and (unit.url or unit.level)) or unit.is_entry for unit in units):
        return True
    headings = [unit for unit in units if unit.is_heading and not _FAREWELL.match(unit.text)]
    return len(headings) > _MOST_SIGNATURES or (bool(heading_runs(units)) and bool(headings))


def _awaits_words(unit: Unit) -> bool:
    """Whether what follows a unit belongs to it: a heading that is no entry with its link."""
    return unit.is_heading and not (unit.is_entry and unit.url)


def _says_goodbye(unit: Unit, *, is_last: bool) -> bool:
    """Whether a unit begins the closing words, or is what is left of them at the very end."""
    if _FAREWELL.match(unit.text):
        return True
    return is_last and unit.gap > 1 and lacks_beginning(unit.text)


def _farewell(units: list[Unit]) -> int | None:
    """Return where the words of goodbye begin, after the last item's own words."""
    for at, unit in enumerate(units):
        if at < _FEWEST_ITEMS or unit.kind in {Kind.RULER, Kind.LINK} or unit.marker:
            continue
        rest = units[at:]
        if unit.is_heading and _ABOUT.fullmatch(unit.text) and not _holds_items(rest):
            return at
        if _awaits_words(units[at - 1]) or not _says_goodbye(unit, is_last=len(rest) == 1):
            continue
        short = sentence_count(unit.text) <= _MOST_SENTENCES
        if short and not _holds_any_item(rest[1:]):
            return at
    return None
