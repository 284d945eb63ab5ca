"""Queries on issues and their compilations."""

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from mailer.message.compiled import CompiledIssue, Mailbox, Slot, SlotContext, Variant

_SAVE_ISSUE = text("""
INSERT INTO issue (slug, subject, date) VALUES (:slug, :subject, :date)
ON CONFLICT (slug) DO UPDATE SET subject = excluded.subject, date = excluded.date
RETURNING id
""")

_SAVE_COMPILED = text("""
INSERT INTO compiled_issue (issue_id, content_hash, document)
VALUES (:issue_id, :content_hash, :document)
ON CONFLICT (issue_id, content_hash) DO UPDATE SET content_hash = excluded.content_hash
RETURNING id
""").bindparams(bindparam("document", type_=JSONB))


@dataclass(frozen=True, slots=True)
class SavedIssue:
    """The ids of a stored compiled issue."""

    issue_id: int
    compiled_issue_id: int


def save_compiled(connection: Connection, compiled: CompiledIssue) -> SavedIssue:
    """Store the compiled issue; the same content is stored once."""
    issue_id = connection.execute(
        _SAVE_ISSUE,
        {"slug": compiled.slug, "subject": compiled.subject, "date": compiled.date},
    ).scalar_one()
    compiled_id = connection.execute(
        _SAVE_COMPILED,
        {
            "issue_id": issue_id,
            "content_hash": compiled.content_hash,
            "document": to_document(compiled),
        },
    ).scalar_one()
    return SavedIssue(issue_id, compiled_id)


def find_issue_id(connection: Connection, slug: str) -> int | None:
    """Return the id of the issue `slug`; None if it was never sent."""
    found: int | None = connection.scalar(
        text("SELECT id FROM issue WHERE slug = :slug"), {"slug": slug}
    )
    return found


def pruned_at(connection: Connection, slug: str) -> dt.datetime | None:
    """Return when the deliveries of the issue were deleted; None where they were not."""
    found: dt.datetime | None = connection.scalar(
        text("SELECT pruned_at FROM issue WHERE slug = :slug"), {"slug": slug}
    )
    return found


_HOLD = text("""
SELECT issue.slug, issue.pruned_at FROM issue JOIN send ON send.issue_id = issue.id
WHERE send.id = :send_id FOR SHARE OF issue
""")


def hold_issue(connection: Connection, send_id: int) -> tuple[str, dt.datetime | None]:
    """Keep the send's issue from being pruned until the transaction ends.

    Returns:
        Its slug, and when it was pruned, if it was.
    """
    row = connection.execute(_HOLD, {"send_id": send_id}).one()
    return row.slug, row.pruned_at


def to_document(compiled: CompiledIssue) -> dict[str, Any]:
    """Return the compiled issue as JSON values."""
    return {**dataclasses.asdict(compiled), "date": compiled.date.isoformat()}


def from_document(document: dict[str, Any]) -> CompiledIssue:
    """Return the compiled issue that `to_document` wrote."""
    reply_to = document["reply_to"]
    slots = tuple(
        Slot(slot["token"], slot["field"], SlotContext(slot["context"]), slot["default"])
        for slot in document["slots"]
    )
    return CompiledIssue(
        **{
            **document,
            "sender": Mailbox(**document["sender"]),
            "reply_to": Mailbox(**reply_to) if reply_to else None,
            "date": dt.date.fromisoformat(document["date"]),
            "slots": slots,
            "conditions": tuple(document.get("conditions", ())),
            "variants": tuple(
                Variant(tuple(each["shown"]), each["html"], each["text"])
                for each in document.get("variants", ())
            ),
        }
    )
