"""Whether a line reads like a heading or like prose, in any script."""

# ruff: noqa: RUF001 - punctuation and letters of many scripts

import re
import unicodedata

TERMINALS = ".!?。．！？｡।॥۔؟…։።៕"
_FULL_STOPS = ".。．｡।॥۔։።៕"
_CLOSERS = " \t)]}\"'”’»›」』）】〉》*_"
_LONG_HEADING = 200
_LONG_QUESTION = 120
_LABEL_WORDS = 7
_SENTENCE_WORDS = 4
_WIDE_SENTENCE = 16
_LOWER_CASE_WORDS = 7
_PROSE_WORDS = 8
_LONGEST_ABBREVIATION = 12

_ABBREVIATION_WORDS = """
prof dr mr mrs ms st vs no nos vol inc ltd co corp jr sr e.g i.e etc al fig eq cf approx u.s
u.k u.n a.i v pp p ca bzw z.b usw nr bd jan feb mar apr jun jul aug sep sept oct nov dec
"""
_ABBREVIATIONS = frozenset(_ABBREVIATION_WORDS.split())
_BOUNDARY = re.compile(
    r"(?<![.!?…])(?P<stop>[.!?…]++)[)\]\"'”’»]*+\s++(?=[\"'“‘«(\[]*+[^\W\d_a-zа-яёα-ω])"
    r"|[。！？｡।۔؟]+[」』）\"”]*(?=\S|\s)"
)
_BUTTON = re.compile(
    r"(?P<stop>[.!?…。])\s+(?:link|read|read (?:more|on)|more|source|subscribe|→|»)\W*$",
    re.IGNORECASE,
)


_LEADERS = re.compile(r"(?<![\s.…·])[\s.…·]{2,}+\d++$")


def normalised(text: str) -> str:
    """Return `text` for comparing headings: letters and digits only, in one case."""
    return " ".join(re.findall(r"[^\W_]+", _LEADERS.sub("", text).casefold()))


def width(text: str) -> int:
    """Return how many columns `text` takes: East Asian wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def ends_sentence(text: str) -> bool:
    """Whether `text` ends as sentences do, closing quotes and brackets aside."""
    core = text.rstrip(_CLOSERS)
    return bool(core) and core[-1] in TERMINALS


def sentence_count(text: str) -> int:
    """Return the number of sentences, abbreviations not counted as ends."""
    return 1 + sum(not _abbreviates(text, match) for match in _BOUNDARY.finditer(text))


def _abbreviates(text: str, match: re.Match[str]) -> bool:
    """Whether the stop belongs to an abbreviation or an initial."""
    before = text[max(0, match.start() - _LONGEST_ABBREVIATION) : match.start()].split(" ")
    word = before[-1].lower().strip("([\"'“‘")
    return match["stop"] is not None and (word in _ABBREVIATIONS or len(word) == 1)


def is_prose(text: str) -> bool:
    """Whether `text` reads like a paragraph rather than like a heading."""
    core = _BUTTON.sub(r"\g<stop>", text).rstrip(_CLOSERS)
    if not core:
        return False
    if core[-1] in ",;，、；،":
        return True
    if core[-1] in ":：":
        return len(core.split()) > _LABEL_WORDS or width(core) > _LONG_QUESTION // 2
    if core[-1] in _FULL_STOPS and not core.endswith(("...", "。。")):
        return _is_sentence(core)
    if core[-1] in TERMINALS:
        is_called = core[-1] in "!！" and len(core.split()) >= _PROSE_WORDS
        return is_called or width(core) > _LONG_QUESTION or sentence_count(core) > 1
    return _is_unfinished_prose(core)


def _is_sentence(core: str) -> bool:
    """Whether text that ends in a full stop is prose, not "Acme Inc." or "Awful AI."."""
    last = core.rsplit(maxsplit=1)[-1].strip(_FULL_STOPS).lower()
    if last in _ABBREVIATIONS and width(core) <= _LONG_QUESTION // 2:
        return False
    if core[-1] != ".":
        return width(core) >= _WIDE_SENTENCE or len(core.split()) >= _SENTENCE_WORDS
    return len(core.split()) >= _SENTENCE_WORDS or sentence_count(core) > 1


def _has_full_sentence(core: str) -> bool:
    """Whether a sentence of some length ends inside, as no heading has it."""
    if sentence_count(core) == 1 or len(core.split()) < _PROSE_WORDS:
        return False
    return len(re.split(r"[.]\s", core, maxsplit=1)[0].split()) in range(5, len(core.split()))


def _is_unfinished_prose(core: str) -> bool:
    if width(core) > _LONG_HEADING:
        return True
    if width(core) > _LONG_QUESTION and sentence_count(core) > 1:
        return True
    if _has_full_sentence(core):
        return True
    first = core.split(maxsplit=1)[0]
    return first.isalpha() and first.islower() and len(core.split()) >= _LOWER_CASE_WORDS
