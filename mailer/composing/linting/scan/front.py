"""Front matter, read line by line: enough to say where a value stands, however broken the YAML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mailer.composing.linting.scan.places import SourceText

_KEY = re.compile(r"(?P<key>[A-Za-z][\w-]*)[ \t]*:(?:[ \t]+|$)")
_ESCAPE = re.compile(r'\\(u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|["\\/nt ])')
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_COMMENT = re.compile(r"(?:^|[ \t])#(?P<words>.*)")


@dataclass(frozen=True, slots=True)
class FrontValue:
    """A key with its value.

    Args:
        value: decoded, on one line.
        key_start: offset of the key.
        start: offset of the value, behind an opening quote; of the line's end where there is none.
        end: offset behind it.
    """

    value: str
    key_start: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Note:
    """A comment.

    Args:
        words: without the marks around it.
        start: offset of its first mark.
        end: offset behind its last one.
        in_front: it stands in the front matter.
    """

    words: str
    start: int
    end: int
    in_front: bool = False


@dataclass(frozen=True, slots=True)
class Front:
    """The front matter.

    Args:
        values: by key; the first where one is there twice.
        notes: YAML comments.
        body: offset at which the issue's text begins.
        body_line: its line.
    """

    values: Mapping[str, FrontValue]
    notes: tuple[Note, ...]
    body: int
    body_line: int


def read_front(source: SourceText) -> Front:
    """Return what can be made out of the front matter; nothing where the file has none."""
    if source.line_text(1).rstrip() != "---":
        return Front({}, (), 0, 1)
    values: dict[str, FrontValue] = {}
    notes: list[Note] = []
    last = len(source.starts)
    for line in range(2, last + 1):
        start, end = source.line_range(line)
        text = source.text[start:end]
        if text.rstrip() in {"---", "..."}:
            body = min(end + 1, len(source.text))
            return Front(values, tuple(notes), body, line + 1)
        _take(text, start, values, notes)
    return Front(values, tuple(notes), len(source.text), last)


def _take(text: str, start: int, values: dict[str, FrontValue], notes: list[Note]) -> None:
    key = _KEY.match(text)
    begin = key.end() if key else 0
    quoted = _QUOTED.match(text, begin) if key else None
    comment = _COMMENT.search(text, quoted.end() if quoted else max(begin - 1, 0))
    if comment:
        mark = text.index("#", comment.start())
        notes.append(Note(comment["words"].strip(), start + mark, start + len(text), in_front=True))
    if not key or key["key"] in values:
        return
    if quoted:
        value = _decoded(quoted[0])
        first, last = quoted.start() + 1, quoted.end() - 1
    else:
        plain = text[begin : comment.start() if comment else len(text)].rstrip()
        value, first, last = plain, begin, begin + len(plain)
    values[key["key"]] = FrontValue(
        " ".join(value.split()), start + key.start(), start + first, start + last
    )


def _decoded(quoted: str) -> str:
    inside = quoted[1:-1]
    if quoted[0] == "'":
        return inside.replace("''", "'")
    return _ESCAPE.sub(_character, inside)


def _character(found: re.Match[str]) -> str:
    mark = found[1]
    if mark[0] in "ux" and len(mark) > 1:
        return chr(int(mark[1:], 16))
    return {"n": " ", "t": " "}.get(mark, mark)
