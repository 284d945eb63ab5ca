"""A broken issue: all that is wrong with it, and the tree of what is right.

The parser stops at the first error. Here the line of each error is replaced and the file parsed
again, until it parses or enough has been said.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from mailer.composing.issue.tree import Issue
from mailer.composing.linting.scan.front import Front
from mailer.composing.linting.scan.places import SourceText
from mailer.composing.rendering.pipeline import parse_issue
from mailer.errors import RenderError

MOST_ERRORS = 20
LARGE_CHARACTERS = 200_000
"""From here on only three errors are looked for: each costs a parse."""
_STAND_IN = '{subject: "-", date: 2000-01-01}'
"""A front matter of one line."""
_KEY = re.compile(r"([A-Za-z][\w-]*)[ \t]*:")
_VALUES = {"subject": 'subject: "-"', "date": "date: 2000-01-01"}
_BOX = re.compile(r"[ \t>]*:{3,}[ \t]*\w")
_STAND_IN_BOX = "::: note"
_STAND_IN_LINE = "…"
"""A paragraph, so that what held the line is not empty now."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What could be parsed.

    Args:
        issue: the tree; None where nothing could.
        errors: in the order in which they were met.
        is_front_broken: the tree has a stand-in for the front matter.
    """

    issue: Issue | None
    errors: tuple[RenderError, ...] = ()
    is_front_broken: bool = False


def parse_what_is_right(source: SourceText, front: Front, *, path: Path) -> Parsed:
    """Return the tree of `source`, or of what is left without the lines that are wrong."""
    lines = source.text.split("\n")
    errors: list[RenderError] = []
    most = MOST_ERRORS if len(source.text) < LARGE_CHARACTERS else 3
    is_front_broken = False
    while len(errors) < most:
        try:
            return Parsed(parse_issue("\n".join(lines), path=path), tuple(errors), is_front_broken)
        except RenderError as error:
            errors.append(error)
        line = errors[-1].line or 1
        if line < front.body_line:
            is_front_broken = True
            repaired = _without_value(lines, line) or _with_stand_in(lines, front)
        else:
            repaired = _without_line(lines, line, front)
        if repaired is None or repaired == lines:
            break
        lines = repaired
    return Parsed(None, tuple(errors), is_front_broken)


def _without_value(lines: list[str], line: int) -> list[str] | None:
    """Return the lines with a value that parses on line `line` of the front matter."""
    key = _KEY.match(lines[line - 1])
    if not key or lines[line - 1] in _VALUES.values():
        return None
    return [*lines[: line - 1], _VALUES.get(key[1], ""), *lines[line:]]


def _with_stand_in(lines: list[str], front: Front) -> list[str] | None:
    """Return the lines with a front matter that parses, on as many lines."""
    inside = front.body_line - 3
    if inside < 1 or _STAND_IN in lines[:2]:
        return None
    return [lines[0], _STAND_IN, *[""] * (inside - 1), *lines[inside + 1 :]]


def _without_line(lines: list[str], line: int, front: Front) -> list[str] | None:
    """Return the lines with a paragraph, or a known box, in place of line `line`."""
    if not front.body_line <= line <= len(lines) or lines[line - 1] in {"", _STAND_IN_LINE}:
        return None
    is_box = _BOX.match(lines[line - 1]) and lines[line - 1] != _STAND_IN_BOX
    return [*lines[: line - 1], _STAND_IN_BOX if is_box else _STAND_IN_LINE, *lines[line:]]
