"""A rule's card: what it is called, how bad it is, why it matters and what to do."""

from dataclasses import dataclass

from mailer.domain.finding import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """What is said of a rule in findings and in docs/lint-client-support.md.

    Args:
        code: words joined by dashes; never reused.
        severity: unless the figures make it worse or milder.
        title: what it finds, a few words.
        why: what a reader would suffer, with the source where the rule comes from one.
        fix: what to do.
    """

    code: str
    severity: Severity
    title: str
    why: str
    fix: str
