"""Archiving: what may be read of what was sent, with nothing of anybody in it."""

import datetime as dt
import re
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from mailer.archive import queries
from mailer.archive.access import PUBLIC_ACCESS, Access
from mailer.archive.queries import Position, PublicList, SentIssue
from mailer.composing.issue.slugs import is_issue_slug
from mailer.message.compiled import CompiledIssue
from mailer.message.filling import fill_for_nobody

PAGE_SIZE = 30
"""Issues on one page of the index."""

_POSITION = re.compile(r"(\d{4}-\d\d-\d\d)\.([a-z0-9-]{1,200})")


@dataclass(frozen=True, slots=True)
class ArchivedIssue:
    """An issue as the index lists it: plain text, filled for nobody.

    Args:
        slug: its name in links.
        date: as its author wrote it.
        title: its headline; its subject where it has none.
        preheader: the line below the title.
        list_name: the mailing list that it went to.
        language: BCP 47 tag.
    """

    slug: str
    date: dt.date
    title: str
    preheader: str
    list_name: str
    language: str


@dataclass(frozen=True, slots=True)
class ArchiveIndex:
    """A page of the index.

    Args:
        issues: newest first, at most `PAGE_SIZE`.
        count: issues on all pages.
        below: position that this page begins below; empty where this is the first.
        newer: position that the page before this one ends at; empty where this is the first.
        older: position that the page after this one begins below; empty where this is the last.
        lists: public mailing lists to choose from; only on the index of all.
        is_indexed: whether search engines may list it: what names issues of several lists, only
            where they may list all of them.
    """

    issues: tuple[ArchivedIssue, ...]
    count: int
    below: str
    newer: str
    older: str
    lists: tuple[PublicList, ...]
    is_indexed: bool


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """An archived issue to read.

    Args:
        issue: what the index says of it.
        html: a whole document; what differed between recipients is filled neutrally.
        has_headline: its main heading is the headline; else it is the publication's name.
        author: name of the sender; may be empty.
        published_at: aware UTC; its first send.
        updated_at: aware UTC; its latest.
        is_listed: whether the public index has it.
        is_indexed: whether search engines may list it.
        newer: the issue that came next, in this scope.
        older: the one before.
    """

    issue: ArchivedIssue
    html: str
    has_headline: bool
    author: str
    published_at: dt.datetime
    updated_at: dt.datetime
    is_listed: bool
    is_indexed: bool
    newer: ArchivedIssue | None
    older: ArchivedIssue | None


def read_index(
    engine: Engine, access: Access, *, before: str = "", after: str = ""
) -> ArchiveIndex:
    """Return a page of the index: the newest issues, or those next to a position.

    Args:
        engine: the ledger.
        access: what may be read.
        before: a position; the page has what is older.
        after: a position; the page has what is newer. A position that is none counts as not given.
    """
    below, above = parse_position(before), parse_position(after)
    with engine.connect() as connection:
        page = _page(connection, access, below, above)
        lists = () if access.archive else tuple(queries.list_public_lists(connection))
        return ArchiveIndex(
            issues=tuple(summary_of(issue) for issue in page.issues),
            count=queries.count_issues(connection, access.scope),
            below=position_text(page.below) if page.below else "",
            newer=position_text(page.issues[0].position) if page.below else "",
            older="" if page.is_last else position_text(page.issues[-1].position),
            lists=lists,
            is_indexed=access.is_indexed and all(each.is_indexed for each in lists),
        )


def read_archived(
    engine: Engine, access: Access, slug: str, *, unsubscribe_url: str, root: str
) -> ArchivedPage | None:
    """Return the issue as its latest send had it; None where nobody here was sent it.

    Args:
        engine: the ledger.
        access: what may be read; by the public one, what unlisted mailing lists were sent too.
        slug: the issue.
        unsubscribe_url: where its unsubscribe link leads: to nobody's subscription.
        root: path under which the web app is served; may be empty.
    """
    if not is_issue_slug(slug):
        return None
    with engine.connect() as connection:
        issue = queries.find_issue(connection, access.scope, slug)
        if issue is not None:
            newer, older = _neighbours(connection, access, issue)
        elif access == PUBLIC_ACCESS:
            issue, newer, older = queries.find_unlisted(connection, slug), None, None
        if issue is None:
            return None
        compiled = queries.read_compiled(connection, [issue.compiled_id])[issue.compiled_id]
    return ArchivedPage(
        issue=summary_of(issue),
        html=fill_for_nobody(
            compiled.html,
            compiled,
            unsubscribe_url=unsubscribe_url,
            archive_url=f"{root}{access.issues_path}{slug}",
        ),
        has_headline=bool(compiled.headline),
        author=compiled.sender.name,
        published_at=issue.published_at,
        updated_at=issue.updated_at,
        is_listed=issue.visibility == "public" and not access.is_private,
        is_indexed=issue.is_indexed and not access.is_private,
        newer=newer,
        older=older,
    )


def find_public_summary(engine: Engine, slug: str) -> ArchivedIssue | None:
    """Return what may be said of the issue to anybody who has its address."""
    if not is_issue_slug(slug):
        return None
    with engine.connect() as connection:
        issue = queries.find_issue(connection, None, slug)
        issue = issue or queries.find_unlisted(connection, slug)
    return None if issue is None else summary_of(issue)


def summary_of(issue: SentIssue) -> ArchivedIssue:
    """Return the issue as the index shows it."""
    return ArchivedIssue(
        issue.slug,
        issue.date,
        _title_of(issue.compiled) or issue.list_name,
        _shown_text(issue.compiled.preheader, issue.compiled),
        issue.list_name,
        issue.compiled.language,
    )


def _title_of(compiled: CompiledIssue) -> str:
    return _shown_text(compiled.headline or compiled.subject, compiled)


def _shown_text(text: str, compiled: CompiledIssue) -> str:
    """Return `text` filled for nobody, without punctuation that only set off a missing name.

    `{{ name }}, the tide is in` is `the tide is in`.
    """
    filled = fill_for_nobody(text, compiled)
    return filled if filled == text else " ".join(filled.split()).lstrip(" ,;:")


def parse_position(text: str) -> Position | None:
    """Return the position that `text` names, such as `2026-11-22.week-41`; None for none."""
    found = _POSITION.fullmatch(text)
    if not found:
        return None
    try:
        return Position(dt.date.fromisoformat(found[1]), found[2])
    except ValueError:
        return None


def position_text(position: Position) -> str:
    """Return what `parse_position` reads."""
    return f"{position.date.isoformat()}.{position.slug}"


@dataclass(frozen=True, slots=True)
class _Page:
    issues: list[SentIssue]
    below: Position | None
    is_last: bool


def _page(
    connection: Connection, access: Access, below: Position | None, above: Position | None
) -> _Page:
    if above is not None:
        found = queries.list_after(connection, access.scope, limit=PAGE_SIZE + 1, after=above)
        if len(found) > PAGE_SIZE:
            return _Page(found[1:], below=found[0].position, is_last=False)
    elif below is not None:
        found = queries.list_newest(connection, access.scope, limit=PAGE_SIZE + 1, before=below)
        if found:
            return _Page(found[:PAGE_SIZE], below=below, is_last=len(found) <= PAGE_SIZE)
    found = queries.list_newest(connection, access.scope, limit=PAGE_SIZE + 1)
    return _Page(found[:PAGE_SIZE], below=None, is_last=len(found) <= PAGE_SIZE)


def _neighbours(
    connection: Connection, access: Access, issue: SentIssue
) -> tuple[ArchivedIssue | None, ArchivedIssue | None]:
    newer = queries.list_after(connection, access.scope, limit=1, after=issue.position)
    older = queries.list_newest(connection, access.scope, limit=1, before=issue.position)
    return _first_summary(newer), _first_summary(older)


def _first_summary(issues: list[SentIssue]) -> ArchivedIssue | None:
    return summary_of(issues[0]) if issues else None
