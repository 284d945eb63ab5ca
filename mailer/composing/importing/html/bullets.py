"""Lists that a page has only by their looks: lines or paragraphs that begin with a bullet."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from mailer.composing.importing.html.blocks import Entry
from mailer.composing.issue.tree import (
    Inline,
    Inlines,
    LineBreak,
    ListBlock,
    Paragraph,
    Text,
    plain_text,
)

_BULLET = re.compile(r"[•·‣◦▪∙⁃][ \t\u00a0]*(?=\S)|[-–][ \t\u00a0]+(?=\S)")  # noqa: RUF001 - a dash
_ALONE = frozenset("•·‣◦▪∙⁃")  # noqa: RUF001 - bullets
_DASHES = frozenset("-–")  # noqa: RUF001 - dashes
_ENDS = (".", "!", "?", "…", "»", "”", '"', "'")
_FEWEST = 2


def with_bullets(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield blocks; lines with a bullet each, at least two below each other, are a list."""
    for is_list, group in groupby(entries, key=_is_listed):
        run = list(group)
        lines = [line for entry in run for line in _lines(entry)]
        if is_list and len(lines) >= _FEWEST:
            at = run[0].line
            yield ListBlock(tuple((Paragraph(_without(line), at),) for line in lines), None, at)
        else:
            yield from run


def _is_listed(entry: Entry) -> bool:
    lines = _lines(entry)
    return bool(lines) and all(_begins(line) for line in lines)


def _lines(entry: Entry) -> list[Inlines]:
    """Return the lines of a paragraph; nothing of any other block."""
    lines: list[list[Inline]] = [[]]
    for node in entry.children if isinstance(entry, Paragraph) else ():
        if isinstance(node, LineBreak):
            lines.append([])
        else:
            lines[-1].append(node)
    return [tuple(line) for line in lines if line]


def _begins(line: Inlines) -> bool:
    """Whether a line begins with a bullet; a dash before a sentence may be somebody speaking."""
    match line:
        case (Text(words), *_):
            found = _BULLET.match(words)
            is_speech = words[:1] in _DASHES and plain_text(line).rstrip().endswith(_ENDS)
            is_parted = words.strip() in _ALONE and len(line) > 1
            return is_parted or (found is not None and not is_speech)
    return False


def _without(line: Sequence[Inline]) -> Inlines:
    match line:
        case (Text(words) as first, *rest):
            kept = "" if words.strip() in _ALONE else _BULLET.sub("", words, count=1)
            return (*([replace(first, text=kept)] if kept else []), *rest)
    return tuple(line)
