"""The archive's feeds: their entries are known before any article is read."""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine

from mailer.archive import queries
from mailer.archive.access import Access
from mailer.archive.feeds.articles import Articles, Wanted
from mailer.archive.feeds.model import Entry, Feed, tag_uri
from mailer.archive.pages import ArchivedIssue, parse_position, position_text, summary_of
from mailer.archive.publication import Publication
from mailer.archive.queries import SentIssue

MOST_ENTRIES = 20
"""In one document; what is older is in the next one."""

_VERSION = "3"
"""Changes when the same issues result in another document, so that readers fetch it again."""

_EMPTY_SINCE = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_FEEDS_SINCE = dt.date(2026, 1, 1)
"""In the ids of feeds, which must never change."""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """The entries of a feed, without their articles.

    Args:
        access: what may be read.
        issues: newest first.
        before: the position that it begins below; empty for the newest.
        next_position: the position that the next document begins below; empty at the end.
    """

    access: Access
    issues: tuple[SentIssue, ...]
    before: str
    next_position: str

    @property
    def updated_at(self) -> dt.datetime:
        """When the latest of its issues was last sent."""
        return max((issue.updated_at for issue in self.issues), default=_EMPTY_SINCE)

    def fingerprint(self, *more: object) -> str:
        """Return a hash that changes with the document, 32 hexadecimal digits."""
        said = [self.access, self.before, self.next_position, _VERSION, *more]
        said += [
            (each.slug, each.compiled_id, each.published_at, each.updated_at)
            for each in self.issues
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def read_feed_page(engine: Engine, access: Access, *, before: str = "") -> FeedPage:
    """Return the newest issues, or those older than the position that `before` names, if any."""
    position = parse_position(before)
    with engine.connect() as connection:
        found = queries.list_newest(
            connection, access.scope, limit=MOST_ENTRIES + 1, before=position
        )
    issues = tuple(found[:MOST_ENTRIES])
    next_position = position_text(issues[-1].position) if len(found) > MOST_ENTRIES else ""
    return FeedPage(access, issues, position_text(position) if position else "", next_position)


@dataclass(frozen=True, slots=True)
class FeedMaker:
    """Makes feeds.

    Args:
        engine: the ledger.
        publication: whose they are.
        articles: what is in them.
        image_url: returns the address of an issue's card.
    """

    engine: Engine
    publication: Publication
    articles: Articles
    image_url: Callable[[ArchivedIssue], str]

    def make(self, page: FeedPage, *, path: str) -> Feed:
        """Return the feed with all its articles.

        Args:
            page: from `read_feed_page`.
            path: of the document, without a query.
        """
        base = self.publication.base_url
        name, specific = self._name(page.access)
        domains, domain = self._domains(page)
        return Feed(
            id=tag_uri(domain, _FEEDS_SINCE, specific),
            title=name,
            description=f"Every issue of {name}",
            home_url=base + page.access.index_path,
            feed_url=base + path + _query(page.before),
            author=self.publication.name,
            language=self._language(page),
            updated_at=page.updated_at,
            entries=self._entries(page, domains),
            next_url=base + path + _query(page.next_position) if page.next_position else "",
        )

    def _domains(self, page: FeedPage) -> tuple[dict[str, str], str]:
        """Return what ids begin with, by slug and of the feed: the sender's domain may change."""
        with self.engine.connect() as connection:
            first = queries.very_first_slug(connection)
            slugs = [each.slug for each in page.issues]
            found = queries.first_domains(connection, [*slugs, first] if first else slugs)
        return found, found[first] if first else self.publication.domain

    def _language(self, page: FeedPage) -> str:
        """Return the language of all issues, or the publication's if they have several."""
        spoken = {each.compiled.language for each in page.issues}
        return spoken.pop() if len(spoken) == 1 else self.publication.language

    def _name(self, access: Access) -> tuple[str, str]:
        if access.archive is None:
            return self.publication.name, "archive"
        return access.archive.name, f"archive/l/{access.archive.slug}"

    def _entries(self, page: FeedPage, domains: Mapping[str, str]) -> tuple[Entry, ...]:
        prefix = self.publication.base_url + page.access.issues_path
        wanted = [
            Wanted(each.compiled_id, each.compiled.content_hash, prefix + each.slug)
            for each in page.issues
        ]
        articles = self.articles.get(wanted)
        return tuple(
            self._entry(
                issue,
                html,
                url=each.page_url,
                domain=domains[issue.slug],
                is_private=page.access.is_private,
            )
            for issue, html, each in zip(page.issues, articles, wanted, strict=True)
        )

    def _entry(
        self, issue: SentIssue, html: str, *, url: str, domain: str, is_private: bool
    ) -> Entry:
        summary = summary_of(issue)
        return Entry(
            id=tag_uri(domain, issue.created_at.date(), f"issue/{issue.slug}"),
            url=url,
            title=summary.title,
            summary=summary.preheader,
            html=html,
            author=issue.compiled.sender.name,
            language=issue.compiled.language,
            published_at=issue.published_at,
            updated_at=issue.updated_at,
            image_url="" if is_private else self.image_url(summary),
        )


def _query(position: str) -> str:
    return f"?before={position}" if position else ""
