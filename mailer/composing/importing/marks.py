"""Marks at the edges of a line: rulers, bullets, numbers, headings, links."""

# ruff: noqa: RUF001 - punctuation and letters of many scripts

import re
from dataclasses import dataclass

from mailer.composing.importing.model import Marker

URL = re.compile(r"https?://[^\s<>\"”»（）「」【】\x00-\x20]+", re.IGNORECASE)
MARKDOWN_LINK = re.compile(r"!?\[(?P<label>[^\[\]]*)\]\(\s*<?(?P<url>https?://[^\s()<>]+)>?\s*\)")

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
    ("bullet", r"[-*+•‣◦▪●○■□▶►➤➔→»·–✓✔☑✅➡📌◆◇👉🔹🔸⁃∙]\ufe0f?\s+"),
)
_COMPILED = tuple((style, re.compile(text, re.IGNORECASE)) for style, text in _MARKERS[:1]) + tuple(
    (style, re.compile(text)) for style, text in _MARKERS[1:]
)
_ATX = re.compile(r"(#{1,6})(?:\s+|(?=[^\W\d_][^\s]{0,30}(?:\s+[^\W\d_]\w*){0,2}$))(.*?)\s*#*$")
_BOLD = re.compile(r"(\*\*|__)(?=\S)(?P<text>(?:(?!\1).)+?)\1(?P<tail>:?)$")
_LINK_EDGES = " \t-‐‑–—→⟶➜➡👉»>:|·•/\ufe0f🔗"
_BRACKETS = {"(": ")", "[": "]", "<": ">", "（": "）", "【": "】"}
_SENTENCE_TAIL = ".,;:!?'\"”’»…。，、！？）】」』*_"


@dataclass(frozen=True, slots=True)
class Stripped:
    """A line without the marks before its text."""

    text: str
    marker: Marker | None
    level: int


def is_ruler(line: str) -> bool:
    """Whether `line` has no words and is drawn rather than written."""
    return bool(line.strip()) and _RULER.fullmatch(line) is not None


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


BOLD_LEVEL = 7


def _strip_heading(text: str) -> tuple[str, int]:
    if match := _ATX.fullmatch(text):
        inner = match[2].strip()
        bold = _BOLD.fullmatch(inner)
        return (bold["text"] + bold["tail"] if bold else inner), len(match[1])
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


def find_urls(text: str) -> list[str]:
    """Return the web addresses in `text` without the punctuation that follows them."""
    return [trim_url(match[0]) for match in URL.finditer(text)]


def trim_url(url: str) -> str:
    """Return `url` without punctuation that belongs to the sentence around it."""
    while url:
        if (
            url[-1] in _SENTENCE_TAIL
            or (url[-1] == ")" and url.count("(") < url.count(")"))
            or (url[-1] == "]" and url.count("[") < url.count("]"))
        ):
            url = url[:-1]
        else:
            break
    return url


def split_link(text: str) -> tuple[str, str]:
    """Return text and address of a line that is a text with one address at an edge.

    The address is empty where it stands inside the text, or where there are several.
    """
    if match := MARKDOWN_LINK.fullmatch(text.strip()):
        return match["label"].strip(), match["url"]
    urls = find_urls(text)
    if len(urls) != 1 or MARKDOWN_LINK.search(text):
        return text, ""
    before, _, after = text.partition(urls[0])
    if not re.search(r"\w", after):
        return _without_bracket(before, after).strip(_LINK_EDGES), urls[0]
    if not re.search(r"\w", before):
        return after.lstrip(_LINK_EDGES + ")]>").rstrip(), urls[0]
    return text, ""


def _without_bracket(before: str, after: str) -> str:
    """Return `before` without the bracket that is opened for the address alone."""
    before = before.rstrip()
    closer = _BRACKETS.get(before[-1:])
    return before[:-1] if closer and after.lstrip().startswith(closer) else before


TITLED = re.compile(
    r"(?P<lead>(?!\S*https?:)[^.!?:。！？]{2,90}?(?:\([^()]{1,60}\))?)"
    r"(?:\s+[-–—|]{1,2}\s+|\s*[—:：]\s+|：)(?P<rest>\S.{15,})$"
)
"""The title of "Title: summary" and "Title - summary"."""
