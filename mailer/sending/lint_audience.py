"""What a linter wants to know of an audience: who lacks which merge field, who has the issue."""

from sqlalchemy import Engine

from mailer.composing.linting.lintable import AudienceFacts
from mailer.composing.linting.scanned import Scanned
from mailer.message.compiled import SYSTEM_FIELDS
from mailer.sending.gaps import count_gaps
from mailer.sending.ledger import counting, issues
from mailer.sending.ledger.counting import Standing
from subscribers.audience import Audience


def audience_facts(
    engine: Engine, scanned: Scanned, audience: Audience, *, name: str
) -> AudienceFacts:
    """Count over an audience, for the merge fields that the issue uses.

    Args:
        engine: of the workspace's database.
        scanned: the issue; it may be broken: then parts for some readers count as everybody's.
        audience: whom it would go to.
        name: of the audience, for findings.
    """
    fields = {each.name for each in scanned.document.fields if each.name} - SYSTEM_FIELDS
    compiled = scanned.compilation.compiled if scanned.compilation else None
    with engine.connect() as connection:
        issue_id = issues.find_issue_id(connection, scanned.slug)
        counts = counting.count_audience(connection, audience=audience, issue_id=issue_id)
        lacking = {
            field: counting.count_lacking(connection, audience=audience, field=field)
            for field in sorted(fields)
        }
        known = counting.field_names(connection, audience=audience)
        known |= {field for field, count in lacking.items() if count < counts.active}
        if compiled is not None and compiled.conditions:
            lacking = count_gaps(connection, compiled, audience=audience)
    return AudienceFacts(
        name, counts.active, lacking, frozenset(known), counts.earlier.get(Standing.HAS, 0)
    )
