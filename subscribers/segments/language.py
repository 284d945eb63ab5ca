"""A segment: a rule over a subscriber's fields, in a small safe language.

    plan                      the field has a value
    plan = paid               it is "paid"; capitals and outer blanks do not count
    plan != "on trial"        it is anything else, or has no value
    not plan and (city = Oslo or city = Bergen)

`and` binds closer than `or`, `not` closest.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from subscribers.errors import SegmentError

LONGEST = 500
"""Characters of a rule."""

DEEPEST = 20
"""Parentheses in a rule."""


@dataclass(frozen=True, slots=True)
class Is:
    """The field has this value."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Has:
    """The field has some value."""

    field: str


@dataclass(frozen=True, slots=True)
class Not:
    """The rule does not hold."""

    rule: "Segment"


@dataclass(frozen=True, slots=True)
class Both:
    """Both rules hold."""

    left: "Segment"
    right: "Segment"


@dataclass(frozen=True, slots=True)
class Either:
    """One of the rules holds, or both."""

    left: "Segment"
    right: "Segment"


Segment: TypeAlias = Is | Has | Not | Both | Either

_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>!=|=|\(|\))|"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<word>[^\s()=!"']+))"""
)
_FIELD = re.compile(r"(?!(?:and|or|not)$)[a-z][a-z0-9_]*")
_HOW = 'write a field, field = "value", field != "value", with and, or, not and parentheses'


def parse_segment(text: str) -> Segment:
    """Return the rule in `text`.

    Raises:
        SegmentError: it is not one; the message says what is wrong and how to write it.
    """
    if len(text) > LONGEST:
        raise SegmentError(f"the rule is longer than {LONGEST} characters")
    if text.count("(") > DEEPEST:
        raise SegmentError(f"the rule has more than {DEEPEST} parentheses")
    reader = _Reader(_tokens(text))
    rule = reader.either()
    if reader.rest:
        raise SegmentError(f"{reader.rest[0].text!r} is one too many: {_HOW}")
    return rule


def matches(segment: Segment, fields: Mapping[str, str]) -> bool:
    """Whether the rule is true for a subscriber with these fields."""
    match segment:
        case Is(field, value):
            return _same(fields.get(field, ""), value)
        case Has(field):
            return bool(fields.get(field, "").strip())
        case Not(rule):
            return not matches(rule, fields)
        case Both(left, right):
            return matches(left, fields) and matches(right, fields)
        case Either(left, right):
            return matches(left, fields) or matches(right, fields)


def write_segment(segment: Segment) -> str:
    """Return the rule in canonical form, which `parse_segment` reads back."""
    match segment:
        case Is(field, value):
            return f"{field} = {_quoted(value)}"
        case Has(field):
            return field
        case Not(Is(field, value)):
            return f"{field} != {_quoted(value)}"
        case Not(rule):
            return f"not {_grouped(rule)}"
        case Both(left, right):
            return f"{_grouped(left)} and {_grouped(right)}"
        case Either(left, right):
            return f"{_grouped(left)} or {_grouped(right)}"


def fields_of(segment: Segment) -> frozenset[str]:
    """Return the names of the fields that the rule looks at."""
    match segment:
        case Is(field) | Has(field):
            return frozenset({field})
        case Not(rule):
            return fields_of(rule)
        case Both(left, right) | Either(left, right):
            return fields_of(left) | fields_of(right)


def exclude_each_other(one: Segment, other: Segment) -> bool:
    """Whether the two can be seen never to hold together: the same field, two values."""
    match one, other:
        case Is(field, value), Is(field_too, other_value):
            return field == field_too and not _same(value, other_value)
        case (Not(rule), held) | (held, Not(rule)):
            return rule == held
    return False


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _quoted(value: str) -> str:
    return f"'{value}'" if '"' in value else f'"{value}"'


def _grouped(rule: Segment) -> str:
    text = write_segment(rule)
    return f"({text})" if isinstance(rule, Both | Either) else text


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    is_sign: bool = False
    is_quoted: bool = False

    def says(self, word: str) -> bool:
        return not self.is_quoted and self.text.lower() == word


def _tokens(text: str) -> list[_Token]:
    tokens = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if not found:
            raise SegmentError(f"{text[position:].strip()!r} is not a rule: {_HOW}")
        sign, double, single, word = found.group("sign", "double", "single", "word")
        quoted = double if double is not None else single
        tokens.append(
            _Token(sign, is_sign=True) if sign
            else _Token(quoted, is_quoted=True) if quoted is not None
            else _Token(word)
        )  # fmt: skip
        position = found.end()
    return tokens


@dataclass(slots=True)
class _Reader:
    rest: list[_Token]

    def _next_is(self, word: str) -> bool:
        if self.rest and self.rest[0].says(word):
            self.rest.pop(0)
            return True
        return False

    def either(self) -> Segment:
        rule = self._both()
        while self._next_is("or"):
            rule = Either(rule, self._both())
        return rule

    def _both(self) -> Segment:
        rule = self._one()
        while self._next_is("and"):
            rule = Both(rule, self._one())
        return rule

    def _one(self) -> Segment:
        if self._next_is("not"):
            return Not(self._one())
        if self._next_is("("):
            rule = self.either()
            if not self._next_is(")"):
                raise SegmentError(f"a '(' is not closed: {_HOW}")
            return rule
        return self._comparison()

    def _comparison(self) -> Segment:
        if not self.rest:
            raise SegmentError(f"the rule ends too early: {_HOW}")
        name = self.rest.pop(0)
        if name.is_quoted or not _FIELD.fullmatch(name.text):
            raise SegmentError(f"{name.text!r} is not a field's name: {_HOW}")
        if self._next_is("="):
            return Is(name.text, self._value())
        if self._next_is("!="):
            return Not(Is(name.text, self._value()))
        return Has(name.text)

    def _value(self) -> str:
        if not self.rest or self.rest[0].is_sign:
            raise SegmentError(f"a value is missing: {_HOW}")
        return self.rest.pop(0).text
