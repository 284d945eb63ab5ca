"""Queries on what keeps a send from going on: the last trouble that some worker had with it."""

from sqlalchemy import Connection, text

_NOTE = text("""
UPDATE send SET trouble = :words, trouble_at = now(), trouble_by = :worker WHERE id = :send_id
""")


def note_trouble(connection: Connection, send_id: int, words: str, *, worker: str) -> None:
    """Record a worker's trouble with the send, in place of an earlier one."""
    connection.execute(_NOTE, {"send_id": send_id, "words": words, "worker": worker})


def forget_trouble(connection: Connection, send_id: int) -> None:
    """Remove the send's last trouble: somebody has seen to it."""
    connection.execute(
        text("UPDATE send SET trouble = '', trouble_by = '', trouble_at = NULL WHERE id = :id"),
        {"id": send_id},
    )


_ACCEPTED = text("""
SELECT EXISTS (SELECT FROM delivery WHERE send_id = :send_id
    AND state IN ('accepted', 'delivered', 'bounced', 'complained'))
""")


def has_accepted(connection: Connection, send_id: int) -> bool:
    """Whether the provider has accepted a message of the send; reads its deliveries until one."""
    return bool(connection.scalar(_ACCEPTED, {"send_id": send_id}))


def has_pending(connection: Connection, batch_id: int) -> bool:
    """Whether the batch has deliveries that nobody has begun."""
    return bool(
        connection.scalar(
            text(
                "SELECT EXISTS (SELECT FROM delivery"
                " WHERE batch_id = :batch_id AND state = 'pending')"
            ),
            {"batch_id": batch_id},
        )
    )
