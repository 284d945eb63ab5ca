"""Which variants an issue has: one for each set of conditions that can hold together."""

from collections.abc import Sequence
from itertools import chain, combinations

from mailer.composing.issue.reading.source import Source
from subscribers.segments.language import exclude_each_other, parse_segment

MOST = 16
"""Variants of an issue: each is compiled and kept whole."""


def variants_of(conditions: Sequence[str], source: Source) -> list[tuple[str, ...]]:
    """Return the sets of conditions that can hold together, the empty one first.

    Raises:
        RenderError: there are more than `MOST`.
    """
    rules = {text: parse_segment(text) for text in conditions}
    found: list[tuple[str, ...]] = []
    for shown in chain.from_iterable(
        combinations(conditions, count) for count in range(len(conditions) + 1)
    ):
        if any(exclude_each_other(rules[a], rules[b]) for a, b in combinations(shown, 2)):
            continue
        found.append(shown)
        if len(found) > MOST:
            raise source.error(
                f"the {len(conditions)} conditions of ':::only' parts make more than {MOST}"
                " variants: use fewer, or ones that exclude each other",
                line=next(at for at, line in enumerate(source.lines, 1) if ":::" in line),
            )
    return found
