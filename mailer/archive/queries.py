"""Queries on sent issues, within what a reader may see.

A *scope* is what one reader may see: all public mailing lists (None), or one list by its id. An
issue stands there as its latest send to a list of that scope had it: what another list was sent
never shows.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from mailer.message.compiled import CompiledIssue
from mailer.sending.ledger.issues import from_document
from subscribers.model import ArchiveVisibility

Scope = int | None

_SENT = "send.state IN ('sending', 'paused', 'sent')"
"""A send that has begun, and was not cancelled."""

_PUBLIC = "l.archive_visibility = 'public'"
_UNLISTED = "l.archive_visibility = 'unlisted'"
_ONE_LIST = "l.id = :list_id"

_LATEST = """
SELECT DISTINCT ON (send.issue_id) issue.slug, issue.date, issue.created_at,
    send.compiled_issue_id, l.name AS list_name, l.slug AS list_slug, l.archive_visibility,
    min(coalesce(send.planned_at, send.created_at)) OVER each AS published_at,
    max(coalesce(send.planned_at, send.created_at)) OVER each AS updated_at,
    bool_or(l.archive_visibility = 'public' AND l.archive_robots = 'index') OVER each AS is_indexed
FROM send
JOIN issue ON issue.id = send.issue_id
JOIN mailing_list l ON l.id = send.mailing_list_id
WHERE {sent} AND {scope} AND {which}
WINDOW each AS (PARTITION BY send.issue_id)
ORDER BY send.issue_id, send.id DESC
"""

_PAGE = """
SELECT found.*, c.content_hash,
    c.document - 'html' - 'text' - 'variants' AS document FROM (
    SELECT * FROM ({latest}) AS latest WHERE {where} ORDER BY {order} LIMIT :limit
) AS found
JOIN compiled_issue c ON c.id = found.compiled_issue_id
ORDER BY date DESC, slug DESC
"""
"""The page is selected before documents are read: each is about 20 KB to unpack."""

_NEWEST_FIRST = "date DESC, slug DESC"
_OLDEST_FIRST = "date, slug"
_BEFORE = "(date, slug) < (:date, :slug)"
_AFTER = "(date, slug) > (:date, :slug)"


@dataclass(frozen=True, slots=True)
class Position:
    """The position of an issue in the order of a scope: by date, then by slug."""

    date: dt.date
    slug: str


@dataclass(frozen=True, slots=True)
class SentIssue:
    """An issue that was sent, as its latest send had it.

    Args:
        slug: its name in links.
        date: as its author wrote it.
        created_at: aware UTC; when the issue was first kept: it never changes.
        published_at: aware UTC; its first send.
        updated_at: aware UTC; its latest send.
        list_name: the mailing list that it went to.
        list_slug: likewise.
        visibility: of that list.
        is_indexed: whether search engines may list it.
        compiled_id: of `compiled`, for `read_compiled`.
        compiled: what was sent, without its HTML and text.
    """

    slug: str
    date: dt.date
    created_at: dt.datetime
    published_at: dt.datetime
    updated_at: dt.datetime
    list_name: str
    list_slug: str
    visibility: ArchiveVisibility
    is_indexed: bool
    compiled_id: int
    compiled: CompiledIssue

    @property
    def position(self) -> Position:
        """Its position."""
        return Position(self.date, self.slug)


@dataclass(frozen=True, slots=True)
class PublicList:
    """A public mailing list with something to read."""

    slug: str
    name: str
    issue_count: int
    is_indexed: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """What a site map contains about an issue."""

    slug: str
    updated_at: dt.datetime


def list_newest(
    connection: Connection, scope: Scope, *, limit: int, before: Position | None = None
) -> list[SentIssue]:
    """Return the newest issues, newest first; those older than `before` if it is given."""
    where = _BEFORE if before else "true"
    return _page(connection, scope, where, _NEWEST_FIRST, limit=limit, position=before)


def list_after(
    connection: Connection, scope: Scope, *, limit: int, after: Position
) -> list[SentIssue]:
    """Return the issues that come next after `after`, newest first."""
    return _page(connection, scope, _AFTER, _OLDEST_FIRST, limit=limit, position=after)


def find_issue(connection: Connection, scope: Scope, slug: str) -> SentIssue | None:
    """Return the issue `slug`; None if it is not in this scope."""
    return _find(connection, _in_scope(scope), slug, list_id=scope)


def find_unlisted(connection: Connection, slug: str) -> SentIssue | None:
    """Return the issue `slug` if it was sent to an unlisted mailing list."""
    return _find(connection, _UNLISTED, slug, list_id=None)


def read_compiled(connection: Connection, ids: Sequence[int]) -> dict[int, CompiledIssue]:
    """Return the complete compiled issues, by id."""
    query = text("SELECT id, document FROM compiled_issue WHERE id = ANY(:ids)")
    rows = connection.execute(query, {"ids": list(ids)})
    return {row.id: from_document(row.document) for row in rows}


def first_domains(connection: Connection, slugs: Sequence[str]) -> dict[str, str]:
    """Return the sender's domain with which each issue was first stored: it never changes."""
    query = text("""
        SELECT DISTINCT ON (issue.slug) issue.slug, c.document->'sender'->>'email' AS email
        FROM issue JOIN compiled_issue c ON c.issue_id = issue.id
        WHERE issue.slug = ANY(:slugs) ORDER BY issue.slug, c.id
    """)
    rows = connection.execute(query, {"slugs": list(slugs)})
    return {row.slug: row.email.rpartition("@")[2] for row in rows}


def very_first_slug(connection: Connection) -> str | None:
    """Return the issue that was stored first."""
    slug: str | None = connection.scalar(text("SELECT slug FROM issue ORDER BY id LIMIT 1"))
    return slug


def count_issues(connection: Connection, scope: Scope) -> int:
    """Return how many issues are in the scope."""
    query = text(
        "SELECT count(DISTINCT send.issue_id) FROM send"  # noqa: S608 - no input in it
        f" JOIN mailing_list l ON l.id = send.mailing_list_id WHERE {_SENT} AND {_in_scope(scope)}"
    )
    count: int = connection.execute(query, {"list_id": scope} if scope else {}).scalar_one()
    return count


def list_public_lists(connection: Connection) -> list[PublicList]:
    """Return the public mailing lists that were sent something, by name."""
    query = text(
        "SELECT l.slug, l.name, l.archive_robots = 'index' AS is_indexed,"  # noqa: S608 - as above
        " count(DISTINCT send.issue_id) AS n"
        " FROM send JOIN mailing_list l ON l.id = send.mailing_list_id"
        f" WHERE {_SENT} AND {_PUBLIC} GROUP BY l.id ORDER BY l.name, l.slug"
    )
    return [
        PublicList(row.slug, row.name, row.n, row.is_indexed) for row in connection.execute(query)
    ]


def list_indexed(connection: Connection, *, limit: int, offset: int) -> list[Listed]:
    """Return what search engines may list, in the order in which it was first stored."""
    latest = _LATEST.format(sent=_SENT, scope=_PUBLIC, which="true")
    query = text(
        f"SELECT slug, updated_at FROM ({latest}) AS latest WHERE is_indexed"  # noqa: S608
        " ORDER BY created_at, slug LIMIT :limit OFFSET :offset"
    )
    rows = connection.execute(query, {"limit": limit, "offset": offset})
    return [Listed(row.slug, row.updated_at) for row in rows]


def count_indexed(connection: Connection) -> int:
    """Return how many issues search engines may list."""
    query = text(
        "SELECT count(DISTINCT send.issue_id) FROM send"  # noqa: S608 - as above
        " JOIN mailing_list l ON l.id = send.mailing_list_id"
        f" WHERE {_SENT} AND {_PUBLIC} AND l.archive_robots = 'index'"
    )
    count: int = connection.execute(query).scalar_one()
    return count


def _in_scope(scope: Scope) -> str:
    return _PUBLIC if scope is None else _ONE_LIST


def _page(  # noqa: PLR0913 - the parts of one query
    connection: Connection,
    scope: Scope,
    where: str,
    order: str,
    *,
    limit: int,
    position: Position | None,
) -> list[SentIssue]:
    latest = _LATEST.format(sent=_SENT, scope=_in_scope(scope), which="true")
    query = text(_PAGE.format(latest=latest, where=where, order=order))
    values: dict[str, Any] = {"limit": limit}
    if scope is not None:
        values["list_id"] = scope
    if position is not None:
        values |= {"date": position.date, "slug": position.slug}
    return [_issue(row) for row in connection.execute(query, values)]


def _find(
    connection: Connection, scope: str, slug: str, *, list_id: int | None
) -> SentIssue | None:
    latest = _LATEST.format(sent=_SENT, scope=scope, which="issue.slug = :slug")
    query = text(_PAGE.format(latest=latest, where="true", order=_NEWEST_FIRST))
    values: dict[str, Any] = {"slug": slug, "limit": 1}
    if list_id is not None:
        values["list_id"] = list_id
    row = connection.execute(query, values).one_or_none()
    return None if row is None else _issue(row)


def _issue(row: Row[Any]) -> SentIssue:
    return SentIssue(
        slug=row.slug,
        date=row.date,
        created_at=row.created_at,
        published_at=row.published_at,
        updated_at=row.updated_at,
        list_name=row.list_name,
        list_slug=row.list_slug,
        visibility=ArchiveVisibility(row.archive_visibility),
        is_indexed=row.is_indexed,
        compiled_id=row.compiled_issue_id,
        compiled=from_document({**row.document, "html": "", "text": ""}),
    )
