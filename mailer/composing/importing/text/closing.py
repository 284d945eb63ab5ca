"""The words after the last item: found by a ruler, by saying goodbye, or by their heading."""

# ruff: noqa: RUF001 - punctuation of many scripts

import re

from mailer.composing.importing.text.model import Kind, Part, Unit, Units
from mailer.composing.importing.text.phrases import heads_closing, says_farewell
from mailer.composing.importing.text.sentences import ends_sentence, sentence_count
from mailer.composing.importing.text.shapes import heading_runs

_FEWEST_ITEMS = 2
_MOST_SENTENCES = 6
_MOST_SIGNATURES = 2
_FEWEST_WORDS = 4
_LONG = 8
_FRAGMENT = re.compile(r"(?P<word>[A-Z][\w.]*), (?:I|we|you)\b(?![’'])")
_OPENER_WORDS = """
again also anyway besides finally first firstly for here hey hello hi however indeed instead
last lastly later meanwhile next no now oh ok okay once otherwise overall personally please
second secondly so soon still thanks then therefore third though thus today tomorrow tonight
well yes yesterday yet recently sometimes often usually friends folks everyone readers sadly
luckily clearly honestly inside
"""
_OPENERS = frozenset(_OPENER_WORDS.split())
_DANGLING_WORDS = """
a an the and or but of to in on at for with by from as that which who is are was were be
been has have had their its his her our your this these those than then if when while
"""
_DANGLING = frozenset(_DANGLING_WORDS.split())


def take_closing(parts: list[Part]) -> list[Unit]:
    """Cut the closing words from the end of the last part, and return them."""
    if not parts:
        return []
    units = parts[-1].units
    at = _after_last_ruler(units)
    at = _farewell(units) if at is None else at
    closing = units[at:] if at is not None else []
    del units[len(units) - len(closing) :]
    return closing


def _after_last_ruler(units: Units) -> int | None:
    """Return where the words below the last ruler amid words begin, if they are no items."""
    words = [at for at, unit in enumerate(units) if not unit.is_ruler]
    rulers = [at for at, unit in enumerate(units) if unit.is_ruler and words]
    inside = [at for at in rulers if words[0] < at < words[-1]]
    return inside[-1] + 1 if inside and not _holds_any_item(units[inside[-1] + 1 :]) else None


def _holds_any_item(units: Units) -> bool:
    """Whether something below the last ruler is an item rather than a signature."""
    if any((unit.is_heading and (unit.url or unit.level)) or unit.is_entry for unit in units):
        return True
    headings = [unit for unit in units if unit.is_heading and not says_farewell(unit.text)]
    return len(headings) > _MOST_SIGNATURES or (bool(heading_runs(units)) and bool(headings))


def _farewell(units: Units) -> int | None:
    """Return where the words of goodbye begin, after the last item's own words."""
    for at, unit in enumerate(units):
        if at < _FEWEST_ITEMS or unit.is_ruler or unit.kind is Kind.LINK or unit.marker:
            continue
        if unit.is_heading and heads_closing(unit.text):
            return at
        is_last = at + 1 == len(units)
        is_rest = is_last and unit.gap > 1 and _lacks_beginning(unit.text)
        is_short = sentence_count(unit.text) <= _MOST_SENTENCES
        is_closing = (is_rest or says_farewell(unit.text)) and not _awaits_words(units[at - 1])
        if is_closing and is_short and not _holds_any_item(units[at + 1 :]):
            return at
    return None


def _awaits_words(unit: Unit) -> bool:
    """Whether what follows a unit belongs to it: a heading that is no entry with its link."""
    return unit.is_heading and not (unit.is_entry and unit.url)


# --- words that are cut off -----------------------------------------------------------------


def truncated(closing: Units, *, ends_without_newline: bool) -> Unit | None:
    """Return the unit of the closing words whose beginning or end is lost, if one is."""
    words = [unit for unit in closing if not unit.is_ruler and unit.text]
    if words and _lacks_beginning(words[0].text):
        return words[0]
    is_last = bool(words) and closing[-1].kind is not Kind.LINK
    return words[-1] if is_last and _lacks_end(words[-1].text, ends_without_newline) else None


def ends_in_the_middle(unit: Unit) -> bool:
    """Whether running text that should end a sentence does not."""
    return _lacks_end(unit.text, ends_without_newline=True)


def _lacks_beginning(text: str) -> bool:
    """Whether a sentence seems to have lost its first words.

    It begins in lower case or with a stop, or with a bare name and a comma before its subject, as
    "[On] Twitter, I post ..." does.
    """
    if text[0].islower() or text[0] in ",.;:)]":
        return len(text.split()) >= _FEWEST_WORDS
    match = _FRAGMENT.match(text)
    return match is not None and match["word"].lower() not in _OPENERS


def _lacks_end(text: str, ends_without_newline: bool) -> bool:  # noqa: FBT001 - a fact
    """Whether running text stops in the middle of a sentence."""
    words = text.split()
    if len(words) < _FEWEST_WORDS or ends_sentence(text):
        return False
    if words[-1].lower() in _DANGLING or text.rstrip()[-1] in ",-–(":
        return True
    return ends_without_newline and len(words) >= _LONG
