"""Marks at the edges of a line: rulers, bullets, numbers, headings."""

# ruff: noqa: RUF001 - punctuation and letters of many scripts

import re
import unicodedata
from dataclasses import dataclass

from mailer.composing.importing.text.model import Marker

_MOST_EMOJI = 8
_BESIDE_EMOJI = re.compile(r"[\w\s!-~]")
_RULER = re.compile(r"[\s\-‐-―_=*~•·⋅∙◦.…#+⸻⸺<>─-╿▀-◿☆★✦-❋❖⁂※♦°|/\\ー–—−˙‧・]+")
DRAWN = tuple("■□●○◆◇▶►▼★☆🔹🔸")
_HAN = "一二三四五六七八九十"
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}
_SECTION_WORDS = (
    "section|part|chapter|teil|abschnitt|kapitel|partie|section|secci[oó]n|parte|cap[ií]tulo|"
    "deel|раздел|часть|глава|القسم"
)
_MARKERS = (
    ("section", rf"(?:{_SECTION_WORDS})\s+(?P<n>\d{{1,2}}|[IVXL]{{1,6}})\b\s*[:.)\-‐-―]*\s*"),
    ("§", r"§+\s*(?P<n>\d{1,2})\b[.:)]?\s*"),
    ("第", r"第\s*(?P<n>\d{1,2})\s*[章部節回]\s*[:：.、]?\s*"),
    ("keycap", r"(?P<n>\d)\ufe0f?\u20e3\s*"),
    ("1、", r"(?P<n>\d{1,2})[、．]\s*"),
    ("(1)", r"\((?P<n>\d{1,2})\)\s+"),
    ("[1]", r"\[(?P<n>\d{1,3})\]\s+"),
    ("1.", r"(?P<n>\d{1,2})\.\s+"),
    ("1)", r"(?P<n>\d{1,2})\)\s+"),
    ("#1", r"#(?P<n>\d{1,2})\b[.:)]?\s+"),
    ("1/", r"(?P<n>\d{1,2})/\s+"),
    ("一、", r"(?P<n>[一二三四五六七八九十]{1,3})[、．.]\s*"),
    ("1:", r"(?P<n>\d{1,2}):\s+"),
    ("1 -", r"(?P<n>\d{1,2})\s+[-–—|/]{1,2}\s+"),
    ("I.", r"(?P<n>[IVX]{1,5})[.)]\s+"),
    ("A.", r"(?P<n>[A-H])[.)]\s+"),
    ("bullet", r"・\s*(?=[^\s・])"),
    ("bullet", r"(?=[(\[]?\d{1,2}:[0-5]\d(?::[0-5]\d)?[)\]]?\s+\S)"),
    ("bullet", r"[-*+•‣◦▪●○■□▶►➤➔→»·–✓✔☐☑☒✗✘✅➡📌◆◇👉🔹🔸⁃∙]\ufe0f?\s+"),
)
_COMPILED = tuple(
    (style, re.compile(text, re.IGNORECASE if style == "section" else 0))
    for style, text in _MARKERS
)
_ATX = re.compile(r"(#{1,6})(?:\s+|(?=[^\W\d_][^\s]{0,30}(?:\s+[^\W\d_]\w*){0,2}$))(.*)")
BOLD_LEVEL = 7
_FRAMED = re.compile(
    r"(?P<frame>={2,20}|\*{2,20}|~{2,20}|-{2,20}|_{2,20}|\+{2,20}|[─━]{1,20}|>{2,20})\s+"
    r"(?P<text>[^\s=*~_+─━<>-].{0,80}?)\s+(?:(?P=frame)|<{2,20})"
)
"""A name amid a ruler: === News ===."""
_BRACKETED = re.compile(r"\[ ?(?P<text>[^\W\d_][^\[\]]{2,30}?) ?\]")
_FRAMED_LEVEL = 2
_BOLD = re.compile(r"(\*\*|__)(?=\S)(?P<text>(?:(?!\1).)+?)\1(?P<tail>:?)$")


@dataclass(frozen=True, slots=True)
class Stripped:
    """A line without the marks before its text."""

    text: str
    marker: Marker | None
    level: int


def is_ruler(line: str) -> bool:
    """Whether `line` has no words and is drawn rather than written."""
    return bool(line.strip()) and _RULER.fullmatch(line) is not None


def is_emoji(line: str) -> bool:
    """Whether `line` has nothing but a few emoji."""
    words = line.strip()
    if not 0 < len(words) <= _MOST_EMOJI or _BESIDE_EMOJI.search(words):
        return False
    return any(unicodedata.category(char) == "So" for char in words) and not is_ruler(words)


def begins_with_emoji(line: str) -> bool:
    """Whether `line` is an emoji, a blank and words."""
    mark, _, words = line.strip().partition(" ")
    return bool(words.strip()) and is_emoji(mark)


def strip_marks(line: str) -> Stripped:
    """Return `line` without heading marks, bullet or number, and what those were."""
    text, level = _strip_heading(line.strip())
    marker = None if level == BOLD_LEVEL else find_marker(text)
    if marker is None:
        return Stripped(text, None, level)
    rest = text[len(marker.text) :].strip()
    inner, bold = _strip_heading(rest)
    if bold == BOLD_LEVEL:
        return Stripped(inner, marker, level or bold)
    return Stripped(rest, marker, level)


def _strip_heading(text: str) -> tuple[str, int]:
    if match := _ATX.fullmatch(text):
        inner = match[2].rstrip("#").strip()
        bold = _BOLD.fullmatch(inner)
        return (bold["text"] + bold["tail"] if bold else inner), len(match[1])
    if match := _FRAMED.fullmatch(text):
        return match["text"], _FRAMED_LEVEL
    if match := _BRACKETED.fullmatch(text):
        return match["text"], 0
    if match := _BOLD.fullmatch(text):
        return match["text"].strip() + match["tail"], BOLD_LEVEL
    return text, 0


def find_marker(text: str) -> Marker | None:
    """Return the bullet or number that `text` begins with, where something follows it."""
    for style, pattern in _COMPILED:
        match = pattern.match(text)
        if match and match.end() < len(text):
            number = match.groupdict().get("n")
            return Marker(style, match[0], _number(number) if number else None)
    return None


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    if text[0] in _HAN:
        return _han_number(text)
    if len(text) == 1 and text in "ABCDEFGH":
        return ord(text) - ord("A") + 1
    values = [_ROMAN.get(char, 0) for char in text.upper()]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < after else value for value, after in pairs)


def _han_number(text: str) -> int:
    tens, ten, units = text.rpartition("十")
    if not ten:
        return _HAN.index(text[0]) + 1
    return 10 * (_HAN.index(tens[0]) + 1 if tens else 1) + (_HAN.index(units) + 1 if units else 0)


TITLED = re.compile(
    r"(?P<lead>(?!\S*https?:)[^.!?:。！？]{2,90}?(?:\([^()]{1,60}\))?)"
    r"(?:\s++[-–—|]{1,2}\s++|\s*+[—:：]\s++|：)(?P<rest>\S.{15,})$"
)
"""The title of "Title: summary" and "Title - summary"."""
