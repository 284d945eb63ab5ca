"""A query: the newest sends of a mailing list, with the links that went out."""

import datetime as dt
import re
from dataclasses import dataclass

from sqlalchemy import Connection, text

MOST = 20
_LINK = re.compile(r"https?://[^\s<>\"')\]]+")

_NEWEST = text("""
SELECT issue.slug AS issue_slug, l.slug AS list_slug, send.created_at,
    coalesce(c.document->>'text', '') AS words
FROM send
JOIN issue ON issue.id = send.issue_id
JOIN compiled_issue c ON c.id = send.compiled_issue_id
JOIN mailing_list l ON l.id = send.mailing_list_id
WHERE send.state IN ('sending', 'paused', 'sent')
AND (l.slug = :slug OR (:slug = '' AND (SELECT count(*) FROM mailing_list) = 1))
ORDER BY send.id DESC LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class LastSend:
    """A send, and what its issue links to."""

    issue_slug: str
    list_slug: str
    created_at: dt.datetime
    links: tuple[str, ...]


def find_last_sends(connection: Connection, list_slug: str) -> list[LastSend]:
    """Return the newest sends of a mailing list; of the only one there is where none is named."""
    rows = connection.execute(_NEWEST, {"slug": list_slug, "most": MOST})
    return [
        LastSend(row.issue_slug, row.list_slug, row.created_at, tuple(_LINK.findall(row.words)))
        for row in rows
    ]
