"""The books of a send: recounted from its deliveries, or as kept when these were pruned."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

from mailer.sending.books import Books
from mailer.states import DeliveryState

_RECOUNT = text("""
SELECT state::text AS state,
    CASE WHEN state IN ('skipped', 'rejected', 'failed', 'unknown', 'deferred') THEN reason
    ELSE '' END AS why,
    count(*) AS n
FROM (
    SELECT state, reason FROM delivery WHERE send_id = :send_id
    UNION ALL SELECT state, reason FROM earlier_outcome WHERE send_id = :send_id
) AS counted GROUP BY 1, 2
""")

_COUNTED = text("SELECT intended_count, kept_books FROM send WHERE id = :send_id")


def recount(connection: Connection, send_id: int) -> Books:
    """Return the send's books, recounted from its deliveries.

    Those that a later send took over count with the outcome that they had in this one. Where they
    were pruned, the books that were kept are returned.
    """
    send = connection.execute(_COUNTED, {"send_id": send_id}).one_or_none()
    if send is not None and send.kept_books is not None:
        return from_counts(send.intended_count, send.kept_books)
    states: dict[DeliveryState, int] = defaultdict(int)
    reasons: dict[DeliveryState, dict[str, int]] = defaultdict(dict)
    for row in connection.execute(_RECOUNT, {"send_id": send_id}):
        state = DeliveryState(row.state)
        states[state] += row.n
        if row.why:
            reasons[state][row.why] = row.n
    intended = send.intended_count if send else 0
    return Books(intended=intended, states=dict(states), reasons=dict(reasons))


def to_counts(books: Books) -> dict[str, dict[str, Any]]:
    """Return the counts of the books as JSON values."""
    return {
        "states": {state.value: count for state, count in books.states.items()},
        "reasons": {state.value: dict(counts) for state, counts in books.reasons.items()},
    }


def from_counts(intended: int, counts: Mapping[str, Any]) -> Books:
    """Return the books that `to_counts` wrote."""
    states = {DeliveryState(state): count for state, count in counts["states"].items()}
    reasons = {DeliveryState(state): each for state, each in counts["reasons"].items()}
    return Books(intended=intended, states=states, reasons=reasons)
