"""A rule's card: what it is called, how bad it is, why it matters and what to do."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from mailer.composing.linting.finding import Severity

if TYPE_CHECKING:
    from mailer.composing.linting.lintable import Lintable


@dataclass(frozen=True, slots=True)
class Rule:
    """What is said of a rule in findings, in docs/lint.md and in SARIF.

    Args:
        code: words joined by dashes; never reused.
        severity: unless the settings say otherwise.
        title: what it finds, a few words.
        why: what a reader would suffer, with the source where the rule comes from one.
        fix: what to do.
    """

    code: str
    severity: Severity
    title: str
    why: str
    fix: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found, before its rule's card is laid beside it.

    Args:
        code: of the rule.
        message: what is wrong, one line that can stand alone.
        start: offset in the author's file.
        end: where the offending words end.
        fix: what to do, where that is more than the card says.
        facts: figures behind it, for machines.
    """

    code: str
    message: str
    start: int = 0
    end: int = 0
    fix: str = ""
    facts: Mapping[str, str | int | float] | None = None


Check: TypeAlias = "Callable[[Lintable], Iterator[Hit]]"
"""A rule's function: looks, and yields what it finds."""
