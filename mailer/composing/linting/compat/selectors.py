"""CSS selectors: what they are made of, and whether a shape matches.

What depends on the pointer or on siblings never matches here: a text must be legible without it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mailer.composing.linting.compat.document import SHAPING, Shape

_NAME = r"(?!-?\d)(?:[\w-]|[^\x00-\x7f\w]|\\.)+"
_PART = re.compile(
    rf"(?P<tag>\*|{_NAME})|\.(?P<class>{_NAME})|\#(?P<id>{_NAME})|\[(?P<attribute>[^\]]*)\]"
    rf"|(?P<pseudo>::?{_NAME}(?:\([^()]*\))?)|(?P<combinator>\s*[>+~]\s*|\s+)"
)
_ATTRIBUTE = re.compile(
    rf"\s*+({_NAME})\s*+(?:([~|^$*]?=)\s*+[\"']?+([^\"']*+)[\"']?+\s*+[is]?+)?\s*+"
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_BETWEEN_COMMAS = re.compile(r"(?:[^,()\[\]]++|\((?:[^()]|\([^()]*+\))*\)|\[[^\[\]]*+\]|[()\[\]])+")
_HARMLESS = frozenset({":root", ":link", ":any-link"})


@dataclass(frozen=True, slots=True)
class Compound:
    """Simple selectors that one element must meet together.

    Args:
        tag: lower case; empty for any.
        ids: of `#id`.
        classes: of `.class`.
        class_count: the same, each as often as it is written.
        attributes: name, operator and value of `[name=value]`.
        pseudos: with their colons.
    """

    tag: str
    ids: tuple[str, ...]
    classes: frozenset[str]
    class_count: int
    attributes: tuple[tuple[str, str, str], ...]
    pseudos: tuple[str, ...]

    def matches(self, shape: Shape) -> bool:
        """Say whether `shape` itself meets it."""
        if self.tag and self.tag != shape.tag:
            return False
        if not self.classes <= shape.classes:
            return False
        if not (self.ids or self.attributes or self.pseudos):
            return True
        return (
            all(shape.attributes.get("id") == one for one in self.ids)
            and all(_has(shape, one) for one in self.attributes)
            and all(_is(shape, one) for one in self.pseudos)
        )


@dataclass(frozen=True, slots=True)
class Selector:
    """A selector as written, and its parts from left to right.

    Args:
        text: as written.
        compounds: at least one.
        combinators: between them: " ", ">", "+" or "~".
    """

    text: str
    compounds: tuple[Compound, ...]
    combinators: tuple[str, ...]

    @property
    def subject(self) -> Compound:
        """The last compound: what the element itself must meet."""
        return self.compounds[-1]

    @property
    def specificity(self) -> tuple[int, int, int]:
        """Ids, classes and the like, tags. Source: CSS Selectors 4, section 15."""
        parts = self.compounds
        return (
            sum(len(part.ids) for part in parts),
            sum(part.class_count + len(part.attributes) + len(part.pseudos) for part in parts),
            sum(bool(part.tag) for part in parts),
        )

    @property
    def may_match(self) -> bool:
        """Whether it can select anything: not what depends on the pointer, siblings or a client."""
        return all(one in {" ", ">"} for one in self.combinators) and all(
            _HARMLESS.issuperset(part.pseudos)
            and SHAPING.issuperset(name for name, *_ in part.attributes)
            for part in self.compounds
        )

    def matches(self, shape: Shape) -> bool:
        """Say whether `shape` is what it selects."""
        if not self.subject.matches(shape):
            return False
        found = [shape]
        for wanted, combinator in zip(
            reversed(self.compounds[:-1]), reversed(self.combinators), strict=True
        ):
            found = [one for one in _related(found, combinator) if wanted.matches(one)]
            if not found:
                return False
        return True


def _related(shapes: list[Shape], combinator: str) -> Iterator[Shape]:
    """Yield what stands in the relation `combinator` to one of `shapes`, innermost first.

    What is around the innermost of them is around all.
    """
    if combinator == ">":
        yield from (one.parent for one in shapes if one.parent is not None)
    elif combinator == " ":
        around = shapes[0].parent
        while around is not None:
            yield around
            around = around.parent


@lru_cache(maxsize=2048)
def parse_selectors(prelude: str) -> tuple[Selector, ...]:
    """Return the selectors of a rule; one that cannot be read is left out."""
    found = (_selector(part.strip()) for part in _split(prelude))
    return tuple(one for one in found if one is not None)


def _split(prelude: str) -> list[str]:
    return _BETWEEN_COMMAS.findall(_COMMENT.sub("", prelude))


def _selector(text: str) -> Selector | None:
    compounds: list[list[re.Match[str]]] = [[]]
    combinators: list[str] = []
    position = 0
    while position < len(text):
        found = _PART.match(text, position)
        if not found:
            return None
        if found["combinator"] is not None:
            combinators.append(found["combinator"].strip() or " ")
            compounds.append([])
        else:
            compounds[-1].append(found)
        position = found.end()
    if not all(compounds):
        return None
    return Selector(text, tuple(_compound(parts) for parts in compounds), tuple(combinators))


def _compound(parts: list[re.Match[str]]) -> Compound:
    def named(group: str) -> list[str]:
        return [part[group] for part in parts if part[group] is not None]

    tags = [tag.lower() for tag in named("tag") if tag != "*"]
    attributes = [found for one in named("attribute") if (found := _ATTRIBUTE.fullmatch(one))]
    return Compound(
        tag=tags[0] if tags else "",
        ids=tuple(named("id")),
        classes=frozenset(named("class")),
        class_count=len(named("class")),
        attributes=tuple((one[1].lower(), one[2] or "", one[3] or "") for one in attributes),
        pseudos=tuple(one.lower() for one in named("pseudo")),
    )


def _has(shape: Shape, wanted: tuple[str, str, str]) -> bool:
    name, operator, value = wanted
    own = shape.attributes.get(name)
    if own is None or not operator:
        return own is not None
    tests = {
        "=": own == value,
        "~=": value in own.split(),
        "^=": bool(value) and own.startswith(value),
        "$=": bool(value) and own.endswith(value),
        "*=": bool(value) and value in own,
        "|=": own == value or own.startswith(f"{value}-"),
    }
    return tests[operator]


def _is(shape: Shape, pseudo: str) -> bool:
    if pseudo not in _HARMLESS:
        return False
    return shape.tag == ("html" if pseudo == ":root" else "a")
