"""Numbered addresses at the end of a text, as mail programs and text browsers write them."""

import re
from collections.abc import Mapping, Sequence

from mailer.composing.importing.marks import URL, trim_url
from mailer.composing.importing.model import Dropped

_TARGET = re.compile(r"\s*\[?(?P<n>\d{1,3})[\].:)]+\s*<?(?P<url>https?://\S+?)>?\s*", re.IGNORECASE)
_LABEL = re.compile(
    r"\W*(?:links|references|sources|footnotes|urls|visible links)\W*", re.IGNORECASE
)
_EDGE = re.compile(r"^\[(?P<lead>\d{1,3})\]\s*|\s*\[(?P<tail>\d{1,3})\]$")
_INSIDE = re.compile(r"\[(\d{1,3})\](?!\()")
_FEWEST = 2


def take_references(lines: Sequence[str]) -> tuple[list[str], dict[int, str], list[Dropped]]:
    """Return the lines without the list of addresses at their end, and the addresses by number.

    Only a list that the text above refers to counts.
    """
    found: dict[int, tuple[int, str]] = {}
    first = len(lines)
    for at in range(len(lines) - 1, -1, -1):
        match = _TARGET.fullmatch(lines[at])
        if match:
            found[at] = (int(match["n"]), trim_url(match["url"]))
            first = at
        elif found and not re.search(r"\w", lines[at]):
            first = at
        elif found and _LABEL.fullmatch(lines[at]):
            first = at
            break
        elif re.search(r"\w", lines[at]):
            break
    used = {int(n) for line in lines[:first] for n in re.findall(r"\[(\d{1,3})\]", line)}
    numbers = dict(found.values())
    if len(found) < _FEWEST or not used & numbers.keys():
        return list(lines), {}, []
    dropped = [
        Dropped(at + 1, lines[at].strip(), "address of a numbered link")
        for at in range(first, len(lines))
        if lines[at].strip()
    ]
    return [*lines[:first], *([""] * (len(lines) - first))], numbers, dropped


def resolve(text: str, references: Mapping[int, str]) -> tuple[str, str]:
    """Return `text` with numbers made links, and the address of a number at its edge.

    The number at the edge is taken away with its address, but for text that has addresses of its
    own.
    """
    if not references:
        return text, ""
    numbers = [int(n) for n in _INSIDE.findall(text)]
    edge = _EDGE.search(text)
    if edge and len(numbers) == 1 and numbers[0] in references and not URL.search(text):
        return (text[: edge.start()] + text[edge.end() :]).strip(), references[numbers[0]]
    return _INSIDE.sub(lambda match: _linked(match, references), text), ""


def _linked(match: re.Match[str], references: Mapping[int, str]) -> str:
    url = references.get(int(match[1]))
    return f"[{match[1]}]({url})" if url else match[0]
