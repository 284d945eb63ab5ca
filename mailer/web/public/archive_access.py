"""What all routes of the archive work with, and the metadata of its pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Engine

from mailer.archive.access import PUBLIC_ACCESS, Access, list_access, private_access
from mailer.archive.card_files import CardStore, card_hash
from mailer.archive.cards import Card
from mailer.archive.feeds.articles import Articles
from mailer.archive.feeds.feeds import FeedMaker
from mailer.archive.pages import ArchivedIssue
from mailer.archive.publication import Publication
from mailer.platform.clock import utcnow
from mailer.web.pages import PRIVATE, PUBLIC, Pages
from subscribers.tokens import Signer

INDEX_CARD = "card.png"


@dataclass(frozen=True, slots=True)
class FeedKind:
    """A format of feed: its file name below an index, and what it is."""

    file: str
    name: str
    media_type: str


ATOM = FeedKind("feed.atom", "Atom", "application/atom+xml")
RSS = FeedKind("rss.xml", "RSS", "application/rss+xml")
JSON = FeedKind("feed.json", "JSON Feed", "application/feed+json")
FEED_KINDS = (ATOM, RSS, JSON)


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A link to a feed, for a page's head and footer."""

    name: str
    title: str
    media_type: str
    url: str


@dataclass(frozen=True)
class ArchiveContext:
    """What the routes of the archive work with.

    Args:
        engine: the ledger.
        signer: checks signed links.
        pages: the web app's templates.
        publication: whose archive it is.
        cards: social cards.
        accent: `#RRGGBB` for the cards; empty for the usual one.
    """

    engine: Engine
    signer: Signer
    pages: Pages
    publication: Publication
    cards: CardStore
    accent: str

    @cached_property
    def feeds(self) -> FeedMaker:
        """Makes feeds."""
        articles = Articles(self.engine, self.publication)
        return FeedMaker(self.engine, self.publication, articles, self.card_url)

    def open_public(self, _: str) -> Access:
        """Return what everybody may read."""
        return PUBLIC_ACCESS

    def open_list(self, slug: str) -> Access | None:
        """Return one list's archive, if it may be read without a link."""
        with self.engine.connect() as connection:
            return list_access(connection, slug)

    def open_link(self, token: str) -> Access | None:
        """Return what a signed link opens."""
        with self.engine.connect() as connection:
            return private_access(connection, self.signer, token, now=utcnow())

    def title(self, access: Access) -> str:
        """Return the title of this part of the archive."""
        return access.archive.name if access.archive else self.publication.name

    def url(self, path: str) -> str:
        """Return the full address of a path of ours."""
        return self.publication.base_url + path

    def feed_links(self, access: Access) -> list[FeedLink]:
        """Return the feeds of what `access` opens."""
        title = self.title(access)
        return [
            FeedLink(
                kind.name,
                f"{title} ({kind.name})",
                kind.media_type,
                self.url(access.index_path + kind.file),
            )
            for kind in FEED_KINDS
        ]

    def card(self, issue: ArchivedIssue) -> Card:
        """Return the content of the issue's social card."""
        return self._card(issue.title, _written(issue))

    def index_card(self) -> Card:
        """Return the content of the whole archive's card."""
        return self._card(self.publication.name, "Every issue")

    def card_url(self, issue: ArchivedIssue) -> str:
        """Return the card's address, which changes when the card would look different."""
        version = card_hash(self.card(issue))
        return self.url(f"{PUBLIC_ACCESS.issues_path}{issue.slug}/card.png?v={version}")

    def index_card_url(self) -> str:
        """Return the address of the whole archive's card."""
        return self.url(f"{PUBLIC_ACCESS.index_path}{INDEX_CARD}?v={card_hash(self.index_card())}")

    def _card(self, title: str, date: str) -> Card:
        publication = self.publication
        return Card(title, publication.name, date, publication.host, self.accent)


def headers_for(access: Access, *, is_indexed: bool) -> Mapping[str, str]:
    """Return the headers of a page: not cached, not indexed, or neither."""
    if access.is_private:
        return PRIVATE
    return PUBLIC if is_indexed else {**PUBLIC, "X-Robots-Tag": "noindex"}


def _written(issue: ArchivedIssue) -> str:
    """Return the date in words, or in figures for a language whose words we do not have."""
    if issue.language.lower().partition("-")[0] != "en":
        return issue.date.isoformat()
    return f"{issue.date.day} {issue.date:%B %Y}"
