"""Queries on sends that are not over."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, text

from mailer.states import SendState


@dataclass(frozen=True, slots=True)
class UnfinishedSend:
    """A send of an issue that is not over.

    Args:
        id: the send.
        state: scheduled, planning, sending or paused.
        provider: whom it goes through.
        content_hash: of what it sends.
        open_count: deliveries without an outcome; more may follow while it is planned.
        due_at: when it begins, if it is scheduled.
        due_zone: in which time zone that is told.
    """

    id: int
    state: SendState
    provider: str
    content_hash: str
    open_count: int
    due_at: dt.datetime | None = None
    due_zone: str = ""


def unfinished_sends(
    connection: Connection, *, issue_id: int, mailing_list_id: int
) -> list[UnfinishedSend]:
    """Return the sends of the issue to the list that are not over, oldest first."""
    rows = connection.execute(
        text(
            "SELECT send.id, send.state::text AS state, send.provider, c.content_hash,"
            " send.due_at, send.due_zone,"
            " (SELECT count(*) FROM delivery d WHERE d.send_id = send.id"
            "  AND d.state IN ('pending', 'sending', 'deferred')) AS open_count"
            " FROM send JOIN compiled_issue c ON c.id = send.compiled_issue_id"
            " WHERE send.issue_id = :issue_id AND send.mailing_list_id = :mailing_list_id"
            " AND send.state IN ('scheduled', 'planning', 'sending', 'paused') ORDER BY send.id"
        ),
        {"issue_id": issue_id, "mailing_list_id": mailing_list_id},
    )
    return [
        UnfinishedSend(
            row.id,
            SendState(row.state),
            row.provider,
            row.content_hash,
            row.open_count,
            row.due_at,
            row.due_zone,
        )
        for row in rows
    ]


def foreign_sends(connection: Connection, *, provider: str) -> list[tuple[int, str]]:
    """Return running sends that go through another provider, each with the name of its own."""
    rows = connection.execute(
        text(
            "SELECT id, provider FROM send WHERE state IN ('planning', 'sending')"
            " AND provider <> :provider ORDER BY id"
        ),
        {"provider": provider},
    )
    return [(row.id, row.provider) for row in rows]
