"""Text that was cut off when it was copied."""

# ruff: noqa: RUF001 - punctuation and letters of many scripts

import re
from collections.abc import Sequence

from mailer.composing.importing.model import Kind, Unit
from mailer.composing.importing.sentences import ends_sentence

_FEWEST_WORDS = 4
_LONG = 8
_OPENERS_WORDS = """
again also anyway besides finally first firstly for here hey hello hi however indeed instead
last lastly later meanwhile next no now oh ok okay once otherwise overall personally please
second secondly so soon still thanks then therefore third though thus today tomorrow tonight
well yes yesterday yet recently sometimes often usually friends folks everyone readers sadly
luckily clearly honestly inside
"""
_OPENERS = frozenset(_OPENERS_WORDS.split())
_FRAGMENT = re.compile(r"(?P<word>[A-Z][\w.]*), (?:I|we|you)\b(?![’'])")
_DANGLING_WORDS = """
a an the and or but of to in on at for with by from as that which who is are was were be
been has have had their its his her our your this these those than then if when while
"""
_DANGLING = frozenset(_DANGLING_WORDS.split())


def truncated(closing: Sequence[Unit], *, ends_without_newline: bool) -> Unit | None:
    """Return the unit of the closing words whose beginning or end is lost, if one is."""
    words = [unit for unit in closing if unit.kind is not Kind.RULER and unit.text]
    if words and lacks_beginning(words[0].text):
        return words[0]
    is_last = bool(closing) and closing[-1].kind is not Kind.LINK
    if words and is_last and lacks_end(words[-1].text, strict=not ends_without_newline):
        return words[-1]
    return None


def lacks_beginning(text: str) -> bool:
    """Whether a sentence seems to have lost its first words.

    It begins in lower case or with a stop, or with a bare name and a comma before its subject, as
    "[On] Twitter, I post ..." does.
    """
    if text[0].islower() or text[0] in ",.;:)]":
        return len(text.split()) >= _FEWEST_WORDS
    match = _FRAGMENT.match(text)
    return match is not None and match["word"].lower() not in _OPENERS


def lacks_end(text: str, *, strict: bool = True) -> bool:
    """Whether running text stops in the middle of a sentence."""
    words = text.split()
    if len(words) < _FEWEST_WORDS or ends_sentence(text):
        return False
    if words[-1].lower() in _DANGLING or text.rstrip()[-1] in ",-–(":
        return True
    return not strict and len(words) >= _LONG
