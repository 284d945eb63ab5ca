"""Ask every rule, lay the settings and the author's suppressions over what they say, and sort."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mailer.composing.linting import suppressions
from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.registry import CHECKS, RULES
from mailer.composing.linting.rule import Check, Hit
from mailer.composing.linting.suppressions import Suppressed

LONGEST_TEXT = 120
_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


@dataclass(frozen=True, slots=True)
class Linted:
    """What there is to say of one issue, in the order of its lines."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]


def lint(
    lintable: Lintable,
    *,
    more: Sequence[Finding] = (),
    unasked: Iterable[str] = (),
    checks: Sequence[Check] = CHECKS,
) -> Linted:
    """Return what the rules find.

    Args:
        lintable: what they look at.
        more: what was found elsewhere: by the parser, in the compiled HTML, behind the links.
        unasked: codes of rules that could not be asked this time, beyond those that are disabled.
        checks: the rules to ask.
    """
    hits = [hit for check in checks for hit in check(lintable)]
    found = _distinct([as_finding(hit, lintable) for hit in hits], more)
    found = _settled(found, lintable)
    notes = suppressions.read_suppressions(lintable.document)
    kept, allowed, used = suppressions.apply(found, notes, path=lintable.path)
    silent = lintable.options.disable | set(unasked)
    faults = suppressions.faults(notes, used=used, known=RULES, unasked=silent)
    kept += _settled([as_finding(hit, lintable) for hit in faults], lintable)
    return Linted(tuple(sorted(kept, key=_order)), tuple(allowed))


def as_finding(hit: Hit, lintable: Lintable) -> Finding:
    """Return a hit with its place, and what its rule's card says."""
    rule = RULES[hit.code]
    source = lintable.document.source
    line, column = source.place(min(hit.start, len(source.text)))
    words = source.text[hit.start : hit.end].split("\n", 1)[0][:LONGEST_TEXT]
    return Finding(
        code=hit.code,
        severity=rule.severity,
        message=hit.message,
        path=lintable.path,
        line=line,
        column=column,
        text=words.rstrip(),
        why=rule.why,
        fix=hit.fix or rule.fix,
        facts=hit.facts,
    )


def _settled(findings: Iterable[Finding], lintable: Lintable) -> list[Finding]:
    """Return findings as the settings weigh them."""
    options = lintable.options
    return [
        replace(each, severity=options.severity.get(each.code, each.severity))
        for each in findings
        if each.code not in options.disable
    ]


def _distinct(ours: Iterable[Finding], more: Iterable[Finding]) -> list[Finding]:
    """Return each finding once.

    What was found in the author's file has the better place: what the compiled message, which is
    made of it, says of the same line by the same code is left out. What the parser says counts
    less than a rule of the same place.
    """
    kept: dict[tuple[object, ...], Finding] = {}
    for each in ours:
        kept.setdefault((each.code, each.path, each.line, each.column, each.text), each)
    lines = {(each.code, each.path, each.line) for each in kept.values()}
    for each in more:
        if (each.code, each.path, each.line) not in lines:
            kept.setdefault((each.code, each.path, each.line, each.column, each.text), each)
    errors = [
        each
        for each in kept.values()
        if each.severity is Severity.ERROR and each.code != "issue-broken"
    ]
    places, messages = (
        {(each.path, each.line) for each in errors},
        {each.message for each in errors},
    )
    return [
        each
        for each in kept.values()
        if each.code != "issue-broken"
        or not ((each.path, each.line) in places or each.message in messages)
    ]


def _order(finding: Finding) -> tuple[str, int, int, int, str]:
    return (
        str(finding.path), finding.line, finding.column, _RANK[finding.severity], finding.code,
    )  # fmt: skip
