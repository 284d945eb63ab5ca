"""Merge fields: known, spelt right, and never empty for somebody."""

import re
from collections import Counter
from collections.abc import Iterator

from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import AudienceFacts, Lintable
from mailer.composing.linting.rule import Check, Hit, Rule
from mailer.composing.linting.scan.fields import FieldSpan
from mailer.message.compiled import SYSTEM_FIELDS
from subscribers.errors import SegmentError
from subscribers.segments.language import fields_of, parse_segment

RULES = (
    Rule(
        "merge-field-no-default",
        Severity.WARNING,
        "a merge field without a default",
        'Whoever has no value for it reads "Hello ," instead.',
        'Write {{ field | default: "..." }}.',
    ),
    Rule(
        "merge-field-lacking",
        Severity.ERROR,
        "a merge field for which some recipients have no value",
        "They would see a gap, so it is not sent like that.",
        'Write {{ field | default: "..." }}.',
    ),
    Rule(
        "merge-field-unknown",
        Severity.ERROR,
        "a merge field that nobody has",
        "Everybody would get the default, or a gap.",
        "Use a field of the list.",
    ),
    Rule(
        "merge-field-misspelt",
        Severity.WARNING,
        "a merge field that looks misspelt",
        "Everybody would get the default, or a gap.",
        "Spell it as the list does.",
    ),
    Rule(
        "merge-field-unclosed",
        Severity.WARNING,
        "braces that are not a merge field",
        "Readers see the braces.",
        r"Write {{ field }}, or \{{ for braces as such.",
    ),
)

COUNTED = frozenset({"merge-field-lacking", "merge-field-unknown", "slug-used"})
"""Asked only where a list was counted."""

NOT_COUNTED = frozenset({"merge-field-no-default", "merge-field-misspelt"})
"""Asked only where none was."""

COMMON_FIELDS = (
    "name", "first_name", "last_name", "full_name", "email", "unsubscribe_url", "company",
    "country", "language", "birthday",
)  # fmt: skip
_ONLY = re.compile(r"^[ \t>]*:{3,}[ \t]*only[ \t]+(?P<rule>[^\n]+)$", re.MULTILINE | re.IGNORECASE)
_SHORTEST = 4
_MOST_NAMES = 100
"""That a slip is looked for among: no issue has more fields."""
_NAMES_OF_THEIR_OWN = {"mail", "names", "county", "game"}


def check_fields(lintable: Lintable) -> Iterator[Hit]:
    """Look at each merge field."""
    document = lintable.document
    counts = Counter(span.name for span in document.fields if span.name)
    usual = counts.most_common(_MOST_NAMES)
    doubts: dict[str, tuple[str, str] | None] = {}
    seen: set[str] = set()
    for span in document.fields:
        if not span.name or span.name in SYSTEM_FIELDS:
            continue
        if span.name not in doubts:
            doubts[span.name] = _doubt(lintable.audience, span.name, counts[span.name], usual)
        if doubt := doubts[span.name]:
            yield Hit(*doubt, span.start, span.end)
            if lintable.audience is not None:
                continue
        if span.default is None and span.name not in seen:
            seen.add(span.name)
            yield from _lacking(lintable, span)


def check_conditions(lintable: Lintable) -> Iterator[Hit]:
    """Look at the fields that `:::only` parts go by."""
    document, audience = lintable.document, lintable.audience
    if audience is None or not audience.active:
        return
    for found in _ONLY.finditer(document.masked.prose, document.front.body):
        try:
            names = fields_of(parse_segment(found["rule"]))
        except SegmentError:
            continue
        for name in sorted(names - audience.fields):
            close = _close(name, sorted(audience.fields))
            hint = f"; did you mean {close!r}?" if close else ""
            place = re.compile(rf"(?<![\w-]){name}(?![\w-])").search(found["rule"])
            start = found.start("rule") + (place.start() if place else 0)
            message = f"nobody on {audience.list_slug} has the field {name!r} of this part{hint}"
            yield Hit("merge-field-unknown", message, start, start + len(name))


def check_braces(lintable: Lintable) -> Iterator[Hit]:
    """Look for braces that open a merge field and do not close it."""
    document = lintable.document
    filled = {each.start for each in document.fields}
    text = document.written
    at, line_end, last_close = text.find("{{"), -1, -1
    while at >= 0:
        if at > line_end:  # the line is looked through once, however many braces it has
            line_end = found if (found := text.find("\n", at)) >= 0 else len(text)
            last_close = text.rfind("}}", at, line_end)
        is_escaped = text[at - 1 : at] in {"\\", "{"}
        if at not in filled and not is_escaped and last_close < at:
            yield Hit(
                "merge-field-unclosed", "'{{' is not closed on its line", at, min(line_end, at + 40)
            )
        at = text.find("{{", at + 2)


def _doubt(
    audience: AudienceFacts | None, name: str, uses: int, usual: list[tuple[str, int]]
) -> tuple[str, str] | None:
    """Return the code and the message for a name that seems to be wrong."""
    if audience is not None:
        if name in audience.fields or not audience.active:
            return None
        close = _close(name, sorted({*audience.fields, *SYSTEM_FIELDS}))
        hint = f"; did you mean {close!r}?" if close else ""
        message = f"nobody on {audience.list_slug} has the field {name!r}{hint}"
        return "merge-field-unknown", message
    if name in COMMON_FIELDS:
        return None
    more_usual = sorted(other for other, count in usual if count > uses)
    close = _close(name, [*COMMON_FIELDS, *more_usual])
    return ("merge-field-misspelt", f"{name!r} looks like a slip for {close!r}") if close else None


def _lacking(lintable: Lintable, span: FieldSpan) -> Iterator[Hit]:
    audience = lintable.audience
    if audience is None:
        message = f"{span.name!r} has no default, and no list was counted"
        yield Hit("merge-field-no-default", message, span.start, span.end)
        return
    count = audience.lacking.get(span.name, 0)
    if count:
        message = (
            f"{count:,} of {audience.active:,} subscribers of {audience.list_slug} have no"
            f" {span.name!r}, and there is no default"
        )
        facts = {"lacking": count, "active": audience.active}
        yield Hit("merge-field-lacking", message, span.start, span.end, facts=facts)


def _close(name: str, known: list[str]) -> str:
    """Return the known name that is one slip away: a letter too many, too few, wrong or swapped."""
    if len(name) < _SHORTEST or name in _NAMES_OF_THEIR_OWN:
        return ""
    return next((other for other in known if other != name and _is_one_slip(name, other)), "")


def _is_one_slip(left: str, right: str) -> bool:
    if left.replace("_", "") == right.replace("_", ""):
        return False  # `firstname` is a name of its own
    if len(left) == len(right):
        unlike = [at for at, (one, two) in enumerate(zip(left, right, strict=True)) if one != two]
        if len(unlike) == 2 and unlike[1] == unlike[0] + 1:  # noqa: PLR2004 - two letters
            return left[unlike[0]] == right[unlike[1]] and left[unlike[1]] == right[unlike[0]]
        return len(unlike) == 1 and len(left) > _SHORTEST
    longer, shorter = sorted((left, right), key=len, reverse=True)
    return (
        len(longer) - len(shorter) == 1
        and len(shorter) >= _SHORTEST
        and any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
    )


CHECKS: tuple[Check, ...] = (check_fields, check_conditions, check_braces)
