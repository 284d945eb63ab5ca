"""The content of a feed, in any format."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One issue in a feed.

    Args:
        id: a URI that never changes, whatever the address does.
        url: where it is read.
        title: one line of plain text.
        summary: plain text; may be empty.
        html: the article, sanitised, every address in it absolute.
        author: name of who wrote it; may be empty.
        language: BCP 47 tag.
        published_at: aware UTC.
        updated_at: aware UTC.
        image_url: a picture that stands for it; empty for none.
    """

    id: str
    url: str
    title: str
    summary: str
    html: str
    author: str
    language: str
    published_at: dt.datetime
    updated_at: dt.datetime
    image_url: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed, newest entry first.

    Args:
        id: a URI that never changes.
        title: one line of plain text.
        description: likewise.
        home_url: the page that the feed is of.
        feed_url: the feed itself, in the format that is written.
        author: who is behind it; may be empty.
        language: BCP 47 tag.
        updated_at: aware UTC.
        entries: newest first.
        next_url: the feed of what is older; empty at the end.
    """

    id: str
    title: str
    description: str
    home_url: str
    feed_url: str
    author: str
    language: str
    updated_at: dt.datetime
    entries: tuple[Entry, ...]
    next_url: str = ""


def tag_uri(domain: str, date: dt.date, specific: str) -> str:
    """Return a URI that survives changes of address: `tag:example.org,2026-11-22:issue/first`.

    Args:
        domain: a domain that was the publisher's on `date`, ASCII.
        date: when the thing came to be.
        specific: path of letters, digits, `-` and `/`.

    Source: RFC 4151.
    """
    return f"tag:{domain.lower()},{date.isoformat()}:{specific}"
