"""Queries on sends: their states, and the mailing that each one carries."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from mailer.errors import NotFoundError
from mailer.message.compiled import CompiledIssue, MailingIdentity
from mailer.sending.ledger.issues import from_document
from mailer.states import SendState
from subscribers.lists.archive import ListArchive, archive_by_id


@dataclass(frozen=True, slots=True)
class Mailing:
    """What a worker needs to know of a send before it can write to anyone."""

    send_id: int
    compiled: CompiledIssue
    archive: ListArchive
    provider: str

    @property
    def domain(self) -> str:
        """The sender's domain."""
        return self.compiled.sender.email.rpartition("@")[2]

    @property
    def identity(self) -> MailingIdentity:
        """The identity that all messages of this send carry."""
        return MailingIdentity(self.archive.slug, self.archive.name, self.domain, self.send_id)


_MAILING = text("""
SELECT c.document, send.mailing_list_id, send.provider
FROM send
JOIN compiled_issue c ON c.id = send.compiled_issue_id
WHERE send.id = :send_id
""")


def load_mailing(connection: Connection, send_id: int) -> Mailing:
    """Return what the send carries; only the list's archive may change once the send exists."""
    row = connection.execute(_MAILING, {"send_id": send_id}).one()
    archive = archive_by_id(connection, row.mailing_list_id)
    return Mailing(send_id, from_document(row.document), archive, row.provider)


@dataclass(frozen=True, slots=True)
class SendSummary:
    """One send as lists show it.

    Args:
        retried_send_id: the send that it retries, if it does.
        pruned_at: when its deliveries were deleted, if they were.
    """

    id: int
    issue_slug: str
    subject: str
    list_slug: str
    provider: str
    state: SendState
    reason: str
    content_hash: str
    intended_count: int
    excluded_count: int
    created_at: dt.datetime
    due_at: dt.datetime | None
    due_zone: str
    latest_at: dt.datetime | None
    started_at: dt.datetime | None
    planned_at: dt.datetime | None
    finished_at: dt.datetime | None
    retried_send_id: int | None
    pruned_at: dt.datetime | None
    pace: str = ""
    trouble: str = ""
    trouble_by: str = ""
    trouble_at: dt.datetime | None = None


_SUMMARY = """
SELECT send.id, issue.slug AS issue_slug, issue.subject, l.slug AS list_slug, send.provider,
    send.state::text AS state, send.reason, c.content_hash, send.intended_count,
    send.excluded_count, send.created_at, send.due_at, send.due_zone, send.latest_at,
    send.started_at, send.planned_at, send.finished_at, send.pace, send.trouble, send.trouble_by,
    send.trouble_at, send.retried_send_id,
    CASE WHEN send.kept_books IS NOT NULL THEN issue.pruned_at END AS pruned_at
FROM send
JOIN issue ON issue.id = send.issue_id
JOIN compiled_issue c ON c.id = send.compiled_issue_id
JOIN mailing_list l ON l.id = send.mailing_list_id
"""


def list_sends(connection: Connection, *, limit: int) -> list[SendSummary]:
    """Return the newest `limit` sends, newest first."""
    rows = connection.execute(text(_SUMMARY + "ORDER BY send.id DESC LIMIT :n"), {"n": limit})
    return [_summary(row) for row in rows]


def pace_of(connection: Connection, send_id: int) -> str:
    """Return the send's rates as they were written; empty where it has none, or is gone."""
    found = connection.scalar(text("SELECT pace FROM send WHERE id = :id"), {"id": send_id})
    return str(found or "")


def set_pace(connection: Connection, send_id: int, pace: str) -> None:
    """Change the send's rates; workers look every second.

    Raises:
        NotFoundError: there is no such send.
    """
    get_send(connection, send_id)
    connection.execute(
        text("UPDATE send SET pace = :pace WHERE id = :id"), {"id": send_id, "pace": pace}
    )


def get_send(connection: Connection, send_id: int) -> SendSummary:
    """Return the send.

    Raises:
        NotFoundError: there is none.
    """
    row = connection.execute(text(_SUMMARY + "WHERE send.id = :id"), {"id": send_id}).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no send {send_id}", code="send-unknown", send=send_id)
    return _summary(row)


def _summary(row: Row[Any]) -> SendSummary:
    values = dict(row._mapping)  # noqa: SLF001 - its documented name
    return SendSummary(**{**values, "state": SendState(values["state"])})


_MOVE = text("""
UPDATE send SET state = CAST(:target AS send_state), reason = :reason, changed_at = now(),
    finished_at = CASE WHEN :is_final THEN now() END
WHERE id = :send_id AND state = ANY(CAST(:sources AS send_state[])) RETURNING id
""")


def move(  # noqa: PLR0913 - a transition is all of these
    connection: Connection,
    send_id: int,
    *,
    sources: tuple[SendState, ...],
    target: SendState,
    reason: str = "",
    is_final: bool = False,
) -> bool:
    """Change the send's state by compare-and-set; False if it is in none of `sources`."""
    parameters = {
        "send_id": send_id,
        "sources": [state.value for state in sources],
        "target": target.value,
        "reason": reason,
        "is_final": is_final,
    }
    return connection.execute(_MOVE, parameters).first() is not None


_FINISHED = text("""
SELECT send.id FROM send WHERE send.state = 'sending' AND NOT EXISTS (
    SELECT FROM batch WHERE batch.send_id = send.id AND batch.state <> 'done'
) AND (CAST(:send_id AS bigint) IS NULL OR send.id = :send_id)
ORDER BY send.id
""")


def sends_without_work(connection: Connection, *, send_id: int | None = None) -> list[int]:
    """Return sends in state `sending` whose batches are all done."""
    return list(connection.scalars(_FINISHED, {"send_id": send_id}))


def lock_sending(connection: Connection, send_id: int) -> Row[Any] | None:
    """Lock the send's row until the transaction ends; None where it is not `sending`."""
    query = text("SELECT * FROM send WHERE id = :send_id AND state = 'sending' FOR UPDATE")
    return connection.execute(query, {"send_id": send_id}).one_or_none()


def has_work(connection: Connection, send_id: int) -> bool:
    """Whether a batch of the send is not done."""
    query = text("SELECT EXISTS (SELECT FROM batch WHERE send_id = :send_id AND state <> 'done')")
    return bool(connection.scalar(query, {"send_id": send_id}))


_CANCEL_OPEN = text("""
UPDATE delivery SET state = 'skipped', reason = 'cancelled', settled_at = now()
FROM batch
WHERE delivery.batch_id = batch.id AND batch.send_id = :send_id AND batch.state = 'pending'
AND delivery.state IN ('pending', 'deferred')
""")

_CANCEL_BATCHES = text("""
UPDATE batch SET state = 'done' WHERE send_id = :send_id AND state = 'pending'
""")


def settle_cancelled(connection: Connection, send_id: int) -> None:
    """Skip what a cancelled send has not begun, except batches that a worker has claimed."""
    connection.execute(
        text(
            "SELECT id FROM batch WHERE send_id = :send_id AND state = 'pending'"
            " ORDER BY id FOR UPDATE"
        ),
        {"send_id": send_id},
    )
    connection.execute(_CANCEL_OPEN, {"send_id": send_id})
    connection.execute(_CANCEL_BATCHES, {"send_id": send_id})


def cancelled_with_work(connection: Connection) -> list[int]:
    """Return cancelled sends that still have pending batches."""
    return list(
        connection.scalars(
            text(
                "SELECT DISTINCT send.id FROM send JOIN batch ON batch.send_id = send.id"
                " WHERE send.state = 'cancelled' AND batch.state = 'pending'"
            )
        )
    )
