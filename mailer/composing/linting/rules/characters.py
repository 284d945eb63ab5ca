"""Characters that nobody sees, and words that shout."""

import re
import unicodedata
from collections.abc import Iterator

from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.rule import Check, Hit, Rule
from mailer.composing.linting.rules.subject import is_shouting

RULES = (
    Rule(
        "character-invisible",
        Severity.WARNING,
        "an invisible character",
        "It splits words for searches and screen readers, and filters know it as a way to hide"
        " words (SpamAssassin: UNICODE_OBFU_ZW).",
        "Delete it; it often comes along when text is copied from a page.",
    ),
    Rule(
        "character-direction",
        Severity.ERROR,
        "a character that changes the direction of the text",
        "What readers see is in another order than what is there: the trick behind 'Trojan Source'"
        " (CVE-2021-42574), which security gateways stop.",
        "Delete it; set `language` for text from right to left.",
    ),
    Rule(
        "character-control",
        Severity.WARNING,
        "a control character",
        "It is dropped when the issue is compiled; perhaps something was lost when it was copied.",
        "Delete it.",
    ),
    Rule(
        "character-replacement",
        Severity.WARNING,
        "a replacement character",
        "Readers see a black diamond where a letter was before some program read the file wrongly.",
        "Write the letter again.",
    ),
    Rule(
        "text-mojibake",
        Severity.WARNING,
        "text that was decoded wrongly",
        "UTF-8 was read as Windows-1252 somewhere: readers see two or three odd letters for one.",
        "Type the text again, or save the source as UTF-8 before copying.",
    ),
    Rule(
        "text-all-caps",
        Severity.WARNING,
        "a paragraph in capitals",
        "Capitals are slower to read (Tinker 1963), and screen readers may spell them; filters"
        " count shouting lines.",
        "Write sentences; emphasise single words with *asterisks*.",
    ),
    Rule(
        "text-punctuation",
        Severity.WARNING,
        "repeated punctuation",
        "Runs of ! ? $ are counted by filters and tire readers.",
        "One mark is enough.",
    ),
)

_UNSEEN = re.compile(
    "[\u200b\u2060\u180e\ufeff\u2061-\u2064\U000e0000-\U000e007f]|[\u200c\u200d](?=[ -~])"
)
_OVERRIDES = re.compile("[\u202d\u202e]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufffe\uffff]")
_HIGH = (
    "\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018\u2019\u201c"
    "\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178"
)
"""What Windows-1252 makes of the bytes 80 to 9f."""
_MISREAD_FIRST = "\u00c2\u00c3\u00c4\u00c5\u00d0\u00d1\u00e2\u00ef\u00f0"
"""With one of these begins what was misread: most issues have none, and need no search."""
_MOJIBAKE = re.compile(
    r"\u00e2(?:\u20ac.?|\u201a\u00ac|\u201e\u00a2|\u2020[\u2018\u2019\u201c\u201d]|\u0153.)"
    r"|\u00f0\u0178.{0,2}|\u00ef\u00bb\u00bf|\u00ef\u00bf\u00bd|\u00e2\u0080."
    r"|\u00c2[\u00a1-\u00ba\u00bc-\u00bf]|(?<![A-Z\u00c0-\u00de])\u00c2[\u00a0\u00bb]"
    r"|\u00c3[\u00a1-\u00ac\u00af-\u00ba\u00bc-\u00bf]"
    rf"|(?<=[a-z\u00df-\u00ff])[\u00c3-\u00c5][\u0080-\u00bf{_HIGH}]"
    rf"|[\u00c3-\u00c5](?!\u2019s)[\u0080-\u00bf{_HIGH}](?=[a-z\u00df-\u00ff])"
    rf"|(?:[\u00d0\u00d1][\u0080-\u00bf{_HIGH}]){{3,}}"
)
"""Where capitals in Portuguese or French could stand before such a mark, letters must be beside."""
_BREAKS_ALLOWED = ("THAI", "KHMER", "LAO", "MYANMAR", "TIBETAN", "HIRAGANA", "KATAKANA", "CJK")
_BLACK_FLAG = "\U0001f3f4"
_TAGS = ("\U000e0000", "\U000e007f")
_HEAPED = re.compile(r"[!！]{3,}|[?？]{4,}|[!?！？]{4,}|(?<![\w$])[$€£]{3,}(?!\w)")  # noqa: RUF001
_CHEAPER = re.compile(r"(?<![\w$€£])[$€£]{1,2}(?![\w$€£])")
_FEWEST_SHOUTED_WORDS = 5
_FEWEST_SHOUTED_LETTERS = 20
_CAPITALS = re.compile(r"\b[^\W\d_a-zß-ÿ]{2,}(?:[ \n][^\W\d_a-zß-ÿ]+){4,}\b")
"""Five words and more with nothing but spaces between them: a list of abbreviations has commas."""


def check_unseen(lintable: Lintable) -> Iterator[Hit]:
    """Look for characters without a shape, on each line the first."""
    text = lintable.document.source.text
    for found in _first_of_each_line(_UNSEEN, lintable):
        if not _has_its_place(text, found):
            name = unicodedata.name(text[found], f"U+{ord(text[found]):04X}").lower()
            message = f"an invisible character: {name}"
            yield Hit("character-invisible", message, found, found + 1)
    for found in _first_of_each_line(_OVERRIDES, lintable):
        name = unicodedata.name(text[found]).lower()
        yield Hit("character-direction", f"a hidden {name}", found, found + 1)
    for found in _first_of_each_line(_CONTROLS, lintable):
        message = f"a control character, U+{ord(text[found]):04X}"
        yield Hit("character-control", message, found, found + 1)
    for found in _first_of_each_line(re.compile("\ufffd"), lintable):
        yield Hit("character-replacement", "a letter was lost here", found, found + 1)


def check_mojibake(lintable: Lintable) -> Iterator[Hit]:
    """Look for UTF-8 that was read as Windows-1252, on each line the first."""
    written = lintable.document.written
    if not any(first in written for first in _MISREAD_FIRST):
        return
    for start in _first_of_each_line(_MOJIBAKE, lintable, text=written):
        if found := _MOJIBAKE.match(written, start):
            message = f"letters were decoded wrongly: {found[0]!r}"
            yield Hit("text-mojibake", message, start, found.end())


def check_shouting(lintable: Lintable) -> Iterator[Hit]:
    """Look for paragraphs in capitals, and for runs of words in capitals."""
    document = lintable.document
    for start, end in document.paragraphs:
        words = document.words[start:end]
        if words.lstrip(" >").startswith(("#", "|")) or not _is_loud(words):
            continue
        if is_shouting(words) and len(words.split()) >= _FEWEST_SHOUTED_WORDS:
            yield Hit("text-all-caps", "a paragraph is all in capitals", start, end)
            continue
        for run in _runs_of_capitals(words):
            message = f"{run[1] - run[0]} characters are in capitals"
            yield Hit("text-all-caps", message, start + run[0], start + run[1])


def _is_loud(words: str) -> bool:
    return sum(map(str.isupper, words)) >= _FEWEST_SHOUTED_LETTERS


def _runs_of_capitals(words: str) -> Iterator[tuple[int, int]]:
    for found in _CAPITALS.finditer(words):
        letters = sum(character.isalpha() for character in found[0])
        if letters >= _FEWEST_SHOUTED_LETTERS:
            yield found.start(), found.end()


def check_punctuation(lintable: Lintable) -> Iterator[Hit]:
    """Look for heaped marks in the text; the subject has a rule of its own."""
    document = lintable.document
    subject = document.front.values.get("subject")
    skipped = range(subject.start, subject.end) if subject else range(0)
    for found in _HEAPED.finditer(document.words):
        if found.start() not in skipped and not _is_price_level(found[0], document.words):
            message = f"heaped punctuation: {found[0][:10]}"
            yield Hit("text-punctuation", message, found.start(), found.end())


def _is_price_level(marks: str, words: str) -> bool:
    """Tell whether $$$ says how dear a place is: then others are $ or $$."""
    return marks[0] in "$€£" and bool(_CHEAPER.search(words))


def _first_of_each_line(
    pattern: re.Pattern[str], lintable: Lintable, *, text: str | None = None
) -> Iterator[int]:
    source = lintable.document.source
    last = 0
    for found in pattern.finditer(source.text if text is None else text):
        line, _ = source.place(found.start())
        if line != last:
            last = line
            yield found.start()


def _has_its_place(text: str, at: int) -> bool:
    """Tell whether an invisible character does what it is for: joining emoji, breaking Thai."""
    character = text[at]
    before, after = text[max(at - 1, 0) : at], text[at + 1 : at + 2]
    if _TAGS[0] <= character <= _TAGS[1]:
        return _BLACK_FLAG in text[max(at - 8, 0) : at]
    if character in "\u200c\u200d":
        return not (before.isascii() and before.isalnum() and after.isalnum())
    neighbours = (unicodedata.name(each, "") for each in (before, after) if each)
    return character == "\u200b" and any(name.startswith(_BREAKS_ALLOWED) for name in neighbours)


CHECKS: tuple[Check, ...] = (check_unseen, check_mojibake, check_shouting, check_punctuation)
