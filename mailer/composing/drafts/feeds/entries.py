"""What a feed says, whatever its format: a name and entries."""

import datetime as dt
from dataclasses import dataclass

from mailer.composing.issue.tree import Blocks
from mailer.composing.issue.writing import write_blocks


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry, cleaned: plain text on one line, but for the summary.

    Args:
        id: what its feed calls it; empty where the feed gives no id.
        title: may be empty, as with short posts.
        url: absolute, http or https, without tracking parameters; empty where there is none.
        authors: names.
        published_at: aware UTC.
        updated_at: aware UTC.
        summary: paragraphs and lists of words and links; may be empty.
        categories: the most important first.
        image: absolute address of its picture; empty for none.
        image_alt: what the feed says that the picture shows.
        is_replacement: whether it only announces a new version of something older.
    """

    id: str
    title: str
    url: str
    authors: tuple[str, ...] = ()
    published_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None
    summary: Blocks = ()
    categories: tuple[str, ...] = ()
    image: str = ""
    image_alt: str = ""
    is_replacement: bool = False

    @property
    def summary_markdown(self) -> str:
        """The summary as it is written."""
        return write_blocks(self.summary)

    @property
    def dated_at(self) -> dt.datetime | None:
        """When it appeared, as far as the feed tells."""
        return self.published_at or self.updated_at

    @property
    def says_something(self) -> bool:
        """Whether there is anything in it to show."""
        return bool(self.title or self.url or self.summary)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as read.

    Args:
        source: the address or file that the author named.
        title: plain text; made from the address where the feed has none.
        entries: the newest first, those without a date last, in the feed's order.
    """

    source: str
    title: str
    entries: tuple[FeedEntry, ...]
