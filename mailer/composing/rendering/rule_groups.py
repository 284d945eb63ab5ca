"""Rules that say the same become one, where the last word on each element stays the same."""

import re
from collections.abc import Iterable
from functools import lru_cache

from mailer.composing.rendering.sheets import classes_of

_CLASSLIKE = re.compile(r"[.\[:]")
_TYPE = re.compile(r"(?:^|[\s>+~])[a-z]")


def grouped(
    rules: Iterable[tuple[str, str, str]], together: frozenset[frozenset[str]]
) -> list[str]:
    """Return rules as CSS, those that say the same as one.

    A rule joins an earlier one unless one between them decides on the same of the same element.

    Args:
        rules: selector, property, and the declaration as written, each.
        together: the classes of each element.
    """
    groups: list[tuple[str, str, list[str]]] = []
    for selector, name, body in rules:
        for other_name, other_body, selectors in reversed(groups):
            if other_body == body:
                selectors.append(selector)
                break
            if are_about_one_thing(name, other_name) and any(
                _may_compete(selector, other, together) for other in selectors
            ):
                groups.append((name, body, [selector]))
                break
        else:
            groups.append((name, body, [selector]))
    return [f"{','.join(dict.fromkeys(names))}{{{body}}}" for _, body, names in groups]


def are_about_one_thing(one: str, other: str) -> bool:
    """Return whether one property sets the other, as `border` does `border-top`, or is the same."""
    return f"{one}-".startswith(f"{other}-") or f"{other}-".startswith(f"{one}-")


def _may_compete(one: str, other: str, together: frozenset[frozenset[str]]) -> bool:
    """Return whether their order may count: they weigh the same and may match one element."""
    return weight(one) == weight(other) and may_meet(one, other, together)


def may_meet(one: str, other: str, together: frozenset[frozenset[str]]) -> bool:
    """Return whether two selectors may match one element."""
    both = classes_of(one.rpartition(" ")[2]) | classes_of(other.rpartition(" ")[2])
    return not both or any(both <= classes for classes in together)


@lru_cache(maxsize=1024)
def weight(selector: str) -> tuple[int, int]:
    """Return the specificity: classes, attributes and pseudo-classes, then types."""
    return len(_CLASSLIKE.findall(selector)), len(_TYPE.findall(selector))
