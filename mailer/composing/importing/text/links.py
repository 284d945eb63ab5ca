"""Web addresses in raw text: bare, as Markdown, at a line's edge, or by number at a mail's end."""

# ruff: noqa: RUF001 - punctuation of many scripts

import re
from collections.abc import Iterator, Mapping, Sequence

from mailer.composing.importing.model import Dropped
from mailer.composing.importing.text.phrases import boilerplate
from mailer.composing.issue.tree import Inline, Inlines, Link, Text

URL = re.compile(r"https?://[^\s<>\"”»（）「」【】\x00-\x20]+", re.IGNORECASE)
MARKDOWN_LINK = re.compile(r"!?\[(?P<label>[^\[\]]*)\]\(\s*<?(?P<url>https?://[^\s()<>]+)>?\s*\)")
_HAS_HOST = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)

_EDGES = " \t-‐‑–—→⟶➜➡👉»>:|·•/\ufe0f🔗"
_BRACKETS = {"(": ")", "[": "]", "<": ">", "（": "）", "【": "】"}
_SENTENCE_TAIL = ".,;:!?'\"”’»…。，、！？）】」』*_"

_TARGET = re.compile(r"\s*\[?(?P<n>\d{1,3})[\].:)]+\s*<?(?P<url>https?://\S+?)>?\s*", re.IGNORECASE)
_TARGETS_LABEL = re.compile(
    r"\W*(?:links|references|sources|footnotes|urls|visible links)\W*", re.IGNORECASE
)
_NUMBER = re.compile(r"\[(\d{1,3})\]")
_EDGE_NUMBER = re.compile(r"^\[(?P<lead>\d{1,3})\]\s*|(?<!\s)\s*+\[(?P<tail>\d{1,3})\]$")
_INSIDE_NUMBER = re.compile(r"\[(\d{1,3})\](?!\()")
_FEWEST_TARGETS = 2
_SIGNATURES = frozenset({"--", "—", "___"})


def trim_url(url: str) -> str:
    """Return `url` without punctuation that belongs to the sentence around it."""
    while url and (url[-1] in _SENTENCE_TAIL or _closes_nothing(url)):
        url = url[:-1]
    return url


def _closes_nothing(url: str) -> bool:
    opener = {")": "(", "]": "["}.get(url[-1])
    return opener is not None and url.count(opener) < url.count(url[-1])


def split_link(text: str) -> tuple[str, str]:
    """Return text and address of a line that is a text with one address at an edge.

    The address is empty where it stands inside the text, or where there are several.
    """
    if match := MARKDOWN_LINK.fullmatch(text.strip()):
        return match["label"].strip(), match["url"]
    urls = [trim_url(match[0]) for match in URL.finditer(text)]
    if len(urls) != 1 or MARKDOWN_LINK.search(text):
        return text, ""
    before, _, after = text.partition(urls[0])
    if not re.search(r"\w", after):
        before = before.rstrip()
        closer = _BRACKETS.get(before[-1:])
        is_opened = closer and after.lstrip().startswith(closer)
        return (before[:-1] if is_opened else before).strip(_EDGES), urls[0]
    if not re.search(r"\w", before):
        return after.lstrip(_EDGES + ")]>").rstrip(), urls[0]
    return text, ""


def words_of(text: str) -> Inlines:
    """Return a line of raw text as words; web addresses in it are links."""
    return tuple(_words(text))


def _words(text: str) -> Iterator[Inline]:
    position = 0
    for begin, end, link in links_in(text):
        if begin > position:
            yield Text(text[position:begin])
        yield link
        position = end
    if position < len(text):
        yield Text(text[position:])


def links_in(text: str) -> Iterator[tuple[int, int, Link]]:
    """Yield where links stand in a text, and what they are."""
    position = 0
    marked = {match.start(): match for match in MARKDOWN_LINK.finditer(text)}
    for begin in sorted({*marked, *(match.start() for match in URL.finditer(text))}):
        if begin < position:
            continue
        match = marked.get(begin)
        if match and match["label"].strip():
            position = match.end()
            yield begin, position, Link(match["url"], (Text(match["label"]),))
        elif (bare := URL.match(text, begin)) and _HAS_HOST.match(url := trim_url(bare[0])):
            position = begin + len(url)
            yield begin, position, Link(url, ())


# --- numbered addresses at the end of a text, as mail programs and text browsers write them --


def take_references(lines: Sequence[str]) -> tuple[list[str], dict[int, str], list[Dropped]]:
    """Return the lines without the list of addresses at their end, and the addresses by number.

    Only a list that the text above refers to counts.
    """
    numbers: dict[int, str] = {}
    end = _end_of_targets(lines)
    first, count = end, 0
    for at in range(end - 1, -1, -1):
        is_label = bool(count) and _TARGETS_LABEL.fullmatch(lines[at])
        if match := _TARGET.fullmatch(lines[at]):
            numbers[int(match["n"])] = trim_url(match["url"])
            count += 1
        elif re.search(r"\w", lines[at]) and not is_label:
            break
        first = at if count else first
        if is_label:
            break
    used = {int(number) for line in lines[:first] for number in _NUMBER.findall(line)}
    if count < _FEWEST_TARGETS or not used & numbers.keys():
        return list(lines), {}, []
    dropped = [
        Dropped(at, line.strip(), "address of a numbered link")
        for at, line in enumerate(lines[first:end], first + 1)
        if line.strip()
    ]
    return [*lines[:first], *([""] * (end - first)), *lines[end:]], numbers, dropped


def _end_of_targets(lines: Sequence[str]) -> int:
    """Return where a list of addresses would end: above a signature, or what mails say last."""
    places = (at for at in range(len(lines) - 1, -1, -1) if _TARGET.fullmatch(lines[at]))
    end = next(places, len(lines) - 1) + 1
    tail = [line.strip() for line in lines[end:] if line.strip()]
    is_foot = bool(tail) and (tail[0] in _SIGNATURES or all(map(boilerplate, tail)))
    return end if is_foot else len(lines)


def resolve(text: str, references: Mapping[int, str]) -> tuple[str, str, str]:
    """Return `text` with numbers made links, a number at its edge, and the address of that.

    The number at the edge is taken away with its address, but for text that has addresses of its
    own.
    """
    numbers = [int(number) for number in _INSIDE_NUMBER.findall(text)] if references else []
    edge = _EDGE_NUMBER.search(text)
    if edge and len(numbers) == 1 and numbers[0] in references and not URL.search(text):
        rest = (text[: edge.start()] + text[edge.end() :]).strip()
        return rest, edge[0].strip(), references[numbers[0]]
    text = _INSIDE_NUMBER.sub(lambda match: _linked(match, references), text) if numbers else text
    return text, "", ""


def _linked(match: re.Match[str], references: Mapping[int, str]) -> str:
    url = references.get(int(match[1]))
    return f"[{match[1]}]({url})" if url else match[0]
