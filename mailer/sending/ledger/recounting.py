"""The books of a send: recounted from its deliveries, or as kept when these were pruned."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from mailer.sending.books import Books
from mailer.states import DeliveryState

_RECOUNT = text("""
SELECT send_id, state::text AS state,
    CASE WHEN state IN ('skipped', 'rejected', 'failed', 'unknown', 'deferred') THEN reason
    ELSE '' END AS why,
    count(*) AS n
FROM (
    SELECT send_id, state, reason FROM delivery WHERE send_id = ANY(:send_ids)
    UNION ALL
    SELECT send_id, state, reason FROM earlier_outcome WHERE send_id = ANY(:send_ids)
) AS counted GROUP BY 1, 2, 3
""")

_COUNTED = text("SELECT id, intended_count, kept_books FROM send WHERE id = ANY(:send_ids)")


def recount(connection: Connection, send_id: int) -> Books:
    """Return the books of one send; empty where there is none. See `recount_all`."""
    return recount_all(connection, [send_id]).get(send_id, Books(intended=0))


def recount_all(connection: Connection, send_ids: Sequence[int]) -> dict[int, Books]:
    """Return the books of sends, recounted from their deliveries, by send.

    Those that a later send took over count with the outcome that they had in this one. Where they
    were pruned, the books that were kept are returned.
    """
    sends = {row.id: row for row in connection.execute(_COUNTED, {"send_ids": list(send_ids)})}
    unpruned = [send_id for send_id, send in sends.items() if send.kept_books is None]
    states: dict[int, dict[DeliveryState, int]] = defaultdict(lambda: defaultdict(int))
    reasons: dict[int, dict[DeliveryState, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in connection.execute(_RECOUNT, {"send_ids": unpruned}):
        state = DeliveryState(row.state)
        states[row.send_id][state] += row.n
        if row.why:
            reasons[row.send_id][state][row.why] = row.n
    return {
        send_id: Books(send.intended_count, dict(states[send_id]), dict(reasons[send_id]))
        if send.kept_books is None
        else from_counts(send.intended_count, send.kept_books)
        for send_id, send in sends.items()
    }


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
