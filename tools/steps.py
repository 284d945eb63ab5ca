"""A matcher of regular expressions that counts its steps: it goes back as Python's own does.

It walks the tree that Python's parser makes of an expression. A repetition that may be long but
ends is cut to a few times, as the counted texts are short: it costs a factor, not a power.
"""

import re
import re._constants as sre
from collections.abc import Iterator
from typing import Any, TypeAlias

Parts: TypeAlias = Any
SHORT = 4
_SAMPLES = " \t\na1A_.-/\"'<>=&!?:;,()[]{}*#|`~\\@%$^+\u00e9\u4e00"
_CLASSES = {sre.IN, sre.ANY, sre.LITERAL, sre.NOT_LITERAL}


class _Enough(Exception):  # noqa: N818 - no error: the end of counting
    pass


class Matcher:
    """One expression, to be run over texts."""

    def __init__(self, tree: Parts, flags: int) -> None:
        self._tree = list(tree)
        self._flags = flags
        self._scoped = dict(_scoped(self._tree, flags))
        self._known: dict[tuple[int, str], bool] = {}
        self._possible: dict[tuple[int, str], list[list[Any]]] = {}
        self._text = ""
        self._count, self._limit = 0, 0
        self._groups: dict[int, tuple[int, int]] = {}

    def steps(self, text: str, run: str, limit: int) -> int:
        """Return how many steps `run` takes over a text: `sub`, `match` or `fullmatch`.

        Args:
            text: the text.
            run: how the expression is run over it.
            limit: steps after which counting ends.
        """
        self._text, self._count, self._limit = text, 0, limit
        try:
            self._run(run)
        except _Enough:
            return self._count
        return self._count

    def _run(self, run: str) -> None:
        if run == "sub":
            self._everywhere()
            return
        for end in self._from(0):
            if run == "match" or end == len(self._text):
                return

    def _everywhere(self) -> None:
        at = 0
        while at <= len(self._text):
            self._step()
            end = next(self._from(at), at)
            at = max(end, at + 1)

    def _from(self, at: int) -> Iterator[int]:
        self._groups = {}
        return self._all(self._tree, 0, at)

    def _step(self, number: int = 1) -> None:
        self._count += number
        if self._count > self._limit:
            raise _Enough

    def _all(self, parts: list[Any], index: int, at: int) -> Iterator[int]:
        """Yield each end of the parts from `index` on, in the order in which they are tried."""
        while index < len(parts) and parts[index][0] in _CLASSES:
            self._step()
            if at >= len(self._text) or not self._is(parts[index], self._text[at]):
                return
            index, at = index + 1, at + 1
        if index == len(parts):
            yield at
            return
        for end in self._one(*parts[index], at):
            yield from self._all(parts, index + 1, end)

    def _one(self, op: Parts, value: Parts, at: int) -> Iterator[int]:
        self._step()
        if op in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            yield from self._repeat(op, value, at)
        elif op is sre.SUBPATTERN:
            yield from self._group(value, at)
        elif op is sre.BRANCH:
            yield from self._branches(value[1], at)
        elif op is sre.ATOMIC_GROUP:
            yield from self._first(list(value), at)
        elif op is sre.GROUPREF:
            yield from self._again(value, at)
        elif self._holds(op, value, at):
            yield at

    def _holds(self, op: Parts, value: Parts, at: int) -> bool:
        """Tell whether what takes no text holds at a place."""
        if op is sre.AT:
            return self._stands(value, at)
        if op in {sre.ASSERT, sre.ASSERT_NOT}:
            return self._looks(value, at) == (op is sre.ASSERT)
        raise NotImplementedError(op)

    def _group(self, value: Parts, at: int) -> Iterator[int]:
        for end in self._all(list(value[3]), 0, at):
            if value[0] is not None:
                self._groups[value[0]] = (at, end)
            yield end

    def _branches(self, branches: Parts, at: int) -> Iterator[int]:
        char = self._text[at : at + 1]
        key = (id(branches), char)
        if key not in self._possible:
            self._possible[key] = [list(each) for each in branches if self._may_begin(each, char)]
        for branch in self._possible[key]:
            yield from self._all(branch, 0, at)

    def _may_begin(self, branch: Parts, char: str) -> bool:
        """Tell at once of most branches that they do not match: there are hundreds of some."""
        if not len(branch) or branch[0][0] not in _CLASSES:
            return True
        return bool(char) and self._is(branch[0], char)

    def _first(self, parts: list[Any], at: int) -> Iterator[int]:
        end = next(self._all(parts, 0, at), None)
        if end is not None:
            yield end

    def _again(self, group: int, at: int) -> Iterator[int]:
        begin, end = self._groups.get(group, (0, -1))
        if end >= begin and self._text.startswith(self._text[begin:end], at):
            yield at + end - begin

    def _looks(self, value: Parts, at: int) -> bool:
        direction, parts = value
        start = at if direction > 0 else at - parts.getwidth()[0]
        return start >= 0 and any(True for _ in self._all(list(parts), 0, start))

    # --- repetitions -----------------------------------------------------------------------------

    def _repeat(self, op: Parts, value: Parts, at: int) -> Iterator[int]:
        low, high, body = value
        low = min(low, SHORT)
        high = len(self._text) + 1 if high is sre.MAXREPEAT else min(high, max(SHORT, low))
        parts = list(body)
        if len(parts) == 1 and parts[0][0] in _CLASSES:
            yield from self._chars(op, parts[0], (low, high), at)
        elif op is sre.POSSESSIVE_REPEAT:
            yield from self._possessive(parts, (low, high), at)
        elif op is sre.MAX_REPEAT:
            yield from self._greedy(parts, (low, high), at, 0)
        else:
            yield from self._lazy(parts, (low, high), at, 0)

    def _chars(self, op: Parts, part: Parts, times: tuple[int, int], at: int) -> Iterator[int]:
        low, high = times
        count = 0
        while True:
            if op is sre.MIN_REPEAT and count >= low:
                yield at + count
            self._step()
            if (
                count >= high
                or at + count >= len(self._text)
                or not self._is(part, self._text[at + count])
            ):
                break
            count += 1
        if op is sre.POSSESSIVE_REPEAT:
            yield from [at + count] * (count >= low)
        elif op is sre.MAX_REPEAT:
            for back in range(count, low - 1, -1):
                self._step()
                yield at + back

    def _greedy(
        self, parts: list[Any], times: tuple[int, int], at: int, count: int
    ) -> Iterator[int]:
        self._step()
        if count < times[1]:
            for end in self._all(parts, 0, at):
                if end > at or count < times[0]:
                    yield from self._greedy(parts, times, end, count + 1)
        if count >= times[0]:
            yield at

    def _lazy(self, parts: list[Any], times: tuple[int, int], at: int, count: int) -> Iterator[int]:
        self._step()
        if count >= times[0]:
            yield at
        if count < times[1]:
            for end in self._all(parts, 0, at):
                if end > at or count < times[0]:
                    yield from self._lazy(parts, times, end, count + 1)

    def _possessive(self, parts: list[Any], times: tuple[int, int], at: int) -> Iterator[int]:
        count = 0
        while count < times[1]:
            self._step()
            end = next(self._all(parts, 0, at), None)
            if end is None or (end == at and count >= times[0]):
                break
            at, count = end, count + 1
        yield from [at] * (count >= times[0])

    # --- characters and places -------------------------------------------------------------------

    def _is(self, part: Parts, char: str) -> bool:
        key = (id(part), char)
        if key not in self._known:
            flags = self._scoped.get(id(part), self._flags)
            cases = {char, char.lower(), char.upper()} if flags & re.IGNORECASE else {char}
            self._known[key] = any(_matches(*part, each, flags) for each in cases)
        return self._known[key]

    def _stands(self, where: Parts, at: int) -> bool:
        before, after = self._text[at - 1 : at] if at else "", self._text[at : at + 1]
        lines = bool(self._flags & re.MULTILINE)
        if where is sre.AT_BEGINNING:
            return not before or (lines and before == "\n")
        if where is sre.AT_END:
            return self._text[at:] in {"", "\n"} or (lines and after == "\n")
        if where is sre.AT_BEGINNING_STRING:
            return not before
        if where is sre.AT_END_STRING:
            return not after
        return (bool(re.match(r"\w", before)) != bool(re.match(r"\w", after))) == (
            where is sre.AT_BOUNDARY
        )


def _scoped(parts: Parts, flags: int) -> Iterator[tuple[int, int]]:
    """Yield the flags of each part, by its identity: `(?s:...)` has flags of its own."""
    for part in parts:
        op, value = part
        yield id(part), flags
        if op is sre.SUBPATTERN:
            yield from _scoped(value[3], (flags | value[1]) & ~value[2])
        elif op is sre.BRANCH:
            for branch in value[1]:
                yield from _scoped(branch, flags)
        elif op is sre.ATOMIC_GROUP:
            yield from _scoped(value, flags)
        elif op in {sre.ASSERT, sre.ASSERT_NOT}:
            yield from _scoped(value[1], flags)
        elif op in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            yield from _scoped(value[2], flags)


def members(op: Parts, value: Parts) -> list[str]:
    """Return some characters of a class."""
    if op is sre.ANY:
        return ["a", " ", "<"]
    if op is sre.NOT_LITERAL:
        return [each for each in "a (<" if ord(each) != value]
    found = [each for each in _SAMPLES if _has(value, each)]
    return found or [
        chr(v if o is sre.LITERAL else v[0]) for o, v in value if o in {sre.LITERAL, sre.RANGE}
    ]


def _matches(op: Parts, value: Parts, char: str, flags: int) -> bool:
    if op is sre.IN:
        return _has(value, char)
    if op is sre.ANY:
        return char != "\n" or bool(flags & re.DOTALL)
    return (ord(char) == value) == (op is sre.LITERAL)


def _has(items: Parts, char: str) -> bool:
    return any(_is_one(op, value, char) for op, value in items) != (items[0][0] is sre.NEGATE)


def _is_one(op: Parts, value: Parts, char: str) -> bool:
    if op is sre.LITERAL:
        return bool(chr(value) == char)
    if op is sre.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    return op is sre.CATEGORY and bool(re.match(_CATEGORIES[str(value)], char))


_CATEGORIES = {
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}
