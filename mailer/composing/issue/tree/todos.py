"""TODO: places that an issue's author has still to finish."""

import re
from dataclasses import dataclass

_TODO = re.compile(r"\bTODO\b")
_FENCE = re.compile(r" {0,3}(`{3,}+(?![^\n]*`)|~{3,})")
_LONGEST_TODO = 80


@dataclass(frozen=True, slots=True)
class Todo:
    """A place that its author has still to finish."""

    line: int
    column: int
    text: str


def find_todos(source: str) -> tuple[Todo, ...]:
    """Return where `source`, an issue's file, says TODO, in comments or in the open.

    Fenced code does not count: there, TODO is what the author shows. One `Todo` a line.
    """
    found: list[Todo] = []
    fence = ""
    for number, line in enumerate(source.splitlines(), start=1):
        fence, was_fenced = _fence_after(line, fence), bool(fence)
        hit = None if was_fenced else _TODO.search(line)
        if hit:
            found.append(Todo(number, hit.start() + 1, _todo_text(line[hit.start() :])))
    return tuple(found)


def _fence_after(line: str, fence: str) -> str:
    mark = _FENCE.match(line)
    if not mark:
        return fence
    if not fence:
        return mark[1]
    closes = mark[1].startswith(fence) and not line[mark.end() :].strip()
    return "" if closes else fence


def _todo_text(text: str) -> str:
    return " ".join(text.split("-->", maxsplit=1)[0].split())[:_LONGEST_TODO]
