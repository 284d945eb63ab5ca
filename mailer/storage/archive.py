"""Queries on what anybody may read: issues that were sent."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, text

from mailer.domain.message import CompiledIssue
from mailer.storage.issues import from_document

_LATEST_PUBLIC = """
SELECT DISTINCT ON (send.issue_id) issue.slug, issue.date, send.created_at, l.name AS list_name,
    {document} AS document
FROM send
JOIN issue ON issue.id = send.issue_id
JOIN compiled_issue c ON c.id = send.compiled_issue_id
JOIN mailing_list l ON l.id = send.mailing_list_id
WHERE send.state IN ('sending', 'paused', 'sent'){condition}
ORDER BY send.issue_id, send.id DESC
"""
"""The latest send of each issue that has reached anybody."""

_LIST = text(
    "SELECT * FROM ("  # noqa: S608 - no input in it
    + _LATEST_PUBLIC.format(document="c.document - 'html' - 'text'", condition="")
    + ") AS latest ORDER BY date DESC, created_at DESC, slug LIMIT :limit"
)
_ONE = text(_LATEST_PUBLIC.format(document="c.document", condition=" AND issue.slug = :slug"))


@dataclass(frozen=True, slots=True)
class PublicIssue:
    """An issue that was sent, as its latest send had it.

    Args:
        slug: its name in links.
        date: as its author wrote it.
        list_name: the mailing list that it went to.
        compiled: what was sent; in a list without its HTML and text.
    """

    slug: str
    date: dt.date
    list_name: str
    compiled: CompiledIssue


def list_public(connection: Connection, *, limit: int) -> list[PublicIssue]:
    """Return the issues that were sent, newest first."""
    rows = connection.execute(_LIST, {"limit": limit})
    return [
        PublicIssue(
            row.slug,
            row.date,
            row.list_name,
            from_document({**row.document, "html": "", "text": ""}),
        )
        for row in rows
    ]


def find_public(connection: Connection, slug: str) -> PublicIssue | None:
    """Return the issue as its latest send had it; None where nobody was sent it."""
    row = connection.execute(_ONE, {"slug": slug}).one_or_none()
    if row is None:
        return None
    return PublicIssue(row.slug, row.date, row.list_name, from_document(row.document))
