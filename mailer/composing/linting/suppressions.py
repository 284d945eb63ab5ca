"""Suppressions: comments in which an author says what is meant as it is, and why.

`<!-- lint: allow CODE, CODE because REASON -->` stands for the next block, or for its own line
where words stand before it; `allow-file` for the whole file, as does a comment
`# lint: allow CODE because REASON` in the front matter.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Hit, Rule
from mailer.composing.linting.scan.document import Document
from mailer.composing.linting.scan.front import Note

RULES = (
    Rule(
        "suppression-unexplained",
        Severity.WARNING,
        "a suppression without a reason",
        "Whoever reads the file next cannot tell whether it is still meant.",
        "Say why: <!-- lint: allow CODE because REASON -->.",
    ),
    Rule(
        "suppression-unknown",
        Severity.WARNING,
        "a suppression of a rule that does not exist",
        "It suppresses nothing.",
        "Write a code of docs/lint.md.",
    ),
    Rule(
        "suppression-unused",
        Severity.WARNING,
        "a suppression without a finding",
        "What it allowed is gone; it would hide the next mistake of its kind.",
        "Take it out.",
    ),
)

UNSUPPRESSED = frozenset({"issue-broken", "theme-broken", *(rule.code for rule in RULES)})
"""Findings that no comment allows: nothing could go out, or the comment itself is wrong."""

_NOTE = re.compile(
    r"lint:\s*+(?P<verb>[\w-]*+)(?P<codes>.*?)(?:(?<!\s)\s++because\b(?P<reason>.*))?",
    re.DOTALL | re.IGNORECASE,
)
_VERBS = {"allow": False, "allow-file": True}


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment.

    Args:
        codes: of the rules that it allows.
        reason: why; may be empty.
        first: line from which it counts.
        last: line up to which it counts.
        note: the comment.
        is_for_file: it counts for the whole issue.
    """

    codes: tuple[str, ...]
    reason: str
    first: int
    last: int
    note: Note
    is_for_file: bool = False

    def covers(self, finding: Finding, path: Path) -> bool:
        """Tell whether the finding is allowed by it; `path` is the file in which it stands.

        What is found in a file of the theme has lines of its own: it is allowed for the whole
        issue, or not at all.
        """
        is_here = finding.path == path and self.first <= finding.line <= self.last
        return finding.code in self.codes and (is_here or self.is_for_file)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that its author allowed, and why."""

    finding: Finding
    reason: str


def read_suppressions(document: Document) -> list[Suppression]:
    """Return the file's suppressions in order."""
    found = []
    for note in document.notes:
        match = _NOTE.fullmatch(note.words)
        if match:
            codes = tuple(re.findall(r"[^\s,]+", match["codes"]))
            reason = " ".join((match["reason"] or "").split())
            is_for_file = note.in_front or _VERBS.get(match["verb"].lower(), False)
            codes = codes if match["verb"].lower() in _VERBS else (match["verb"], *codes)
            first, last = (
                (1, len(document.source.starts)) if is_for_file else _reach(document, note)
            )
            found.append(Suppression(codes, reason, first, last, note, is_for_file))
    return found


def _reach(document: Document, note: Note) -> tuple[int, int]:
    """Return the lines for which a comment counts."""
    source = document.source
    line, column = source.place(note.start)
    end_line, end_column = source.place(note.end)
    if source.line_text(line)[: column - 1].strip(" \t>"):
        return line, line
    first = end_line if source.line_text(end_line)[end_column - 1 :].strip() else end_line + 1
    last_line = len(source.starts)
    while first <= last_line and not source.line_text(first).strip():
        first += 1
    last = first
    while last < last_line and source.line_text(last + 1).strip():
        last += 1
    return first, last


def apply(
    findings: Sequence[Finding], suppressions: Sequence[Suppression], *, path: Path
) -> tuple[list[Finding], list[Suppressed], set[int]]:
    """Part findings from those that are allowed; also return which suppressions were of use.

    Returns:
        What stays, what is allowed, and for each use the index of the suppression.
    """
    kept: list[Finding] = []
    allowed: list[Suppressed] = []
    used: set[int] = set()
    for finding in findings:
        hits = [at for at, each in enumerate(suppressions) if each.covers(finding, path)]
        if not hits or finding.code in UNSUPPRESSED:
            kept.append(finding)
            continue
        used.update(hits)
        allowed.append(Suppressed(finding, suppressions[hits[0]].reason))
    return kept, allowed, used


def faults(
    suppressions: Sequence[Suppression],
    *,
    used: Collection[int],
    known: Collection[str],
    unasked: Collection[str],
) -> Iterator[Hit]:
    """Yield what is wrong with the suppressions themselves.

    Args:
        suppressions: of the file.
        used: indexes of those that suppressed something.
        known: codes of all rules.
        unasked: codes of rules that were not asked this time.
    """
    for at, each in enumerate(suppressions):
        start, end = each.note.start, each.note.end
        unknown = [code for code in each.codes if code not in known]
        if unknown or not each.codes:
            named = f"no rule is called {unknown[0]!r}" if unknown else "it names no rule"
            yield Hit("suppression-unknown", f"the suppression does nothing: {named}", start, end)
            continue
        if not each.reason:
            message = f"the suppression of {', '.join(each.codes)} gives no reason"
            yield Hit("suppression-unexplained", message, start, end)
        if at not in used and not set(each.codes) & set(unasked):
            message = f"nothing here is found by {', '.join(each.codes)}: take the comment out"
            yield Hit("suppression-unused", message, start, end)
