"""Merge fields in masked prose, each with its place."""

import re
from dataclasses import dataclass

_FIELD = re.compile(r"(?<!\{)\{\{(?P<inner>[^{}\n]*)\}\}")
_EXPRESSION = re.compile(
    r"\s*(?P<name>[a-z][a-z0-9_]*)\s*(?:\|\s*default:\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')\s*)?"
)


@dataclass(frozen=True, slots=True)
class FieldSpan:
    """What stands between `{{` and `}}`; `name` is empty where that is not a merge field."""

    name: str
    default: str | None
    start: int
    end: int


def find_fields(prose: str) -> list[FieldSpan]:
    """Return what stands in double braces."""
    found = []
    for match in _FIELD.finditer(prose):
        if is_escaped(prose, match.start()):
            continue
        inner = match["inner"].replace('\\"', '"')  # as in quoted front matter
        parts = _EXPRESSION.fullmatch(inner)
        name, default = "", None
        if parts:
            name = parts["name"]
            default = parts["double"] if parts["double"] is not None else parts["single"]
        found.append(FieldSpan(name, default, match.start(), match.end()))
    return found


def is_escaped(text: str, at: int) -> bool:
    """Tell whether an odd number of backslashes stands before `at`."""
    first = at
    while first and text[first - 1] == "\\":
        first -= 1
    return (at - first) % 2 == 1
