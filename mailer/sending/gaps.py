"""Gaps: who would read nothing where a merge field stands, over a real audience."""

from functools import lru_cache

from sqlalchemy import Connection

from mailer.message.compiled import CompiledIssue
from mailer.sending.ledger import counting
from subscribers.audience import Audience
from subscribers.segments.language import fields_of, parse_segment


def count_gaps(
    connection: Connection, compiled: CompiledIssue, *, audience: Audience
) -> dict[str, int]:
    """Return how many active subscribers would see a gap, by merge field; without those of none.

    A field in a part for some readers is theirs alone: who does not get the part sees no gap.
    """
    open_ended = {slot.field for slot in compiled.slots if slot.default is None}
    rules = [fields_of(parse_segment(rule)) for rule in compiled.conditions]
    names = sorted(frozenset().union(*rules))
    gaps = lru_cache(compiled.gaps)

    def count(field: str) -> int:
        if not names:
            return counting.count_lacking(connection, audience=audience, field=field)
        groups = counting.count_lacking_by(connection, audience=audience, field=field, names=names)
        return sum(many for held, many in groups if field in gaps(compiled.shown_to(held)))

    counts = {field: count(field) for field in sorted(open_ended & compiled.fields)}
    return {field: many for field, many in counts.items() if many}
