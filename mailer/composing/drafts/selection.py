"""Which entries are new: after the last issue, in no earlier one, once each, up to a limit."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mailer.composing.drafts.feeds.entries import Feed, FeedEntry
from mailer.composing.drafts.feeds.urls import fragment_of, names_a_page, url_key

LATE_DAYS = 7
"""An entry dated up to this long before the last issue is new if its feed did not have it then."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What earlier issues had.

    Args:
        keys: of their entries and links, see `keyed` and `link_keys`.
        seen: by feed, the keys of all entries that it had when the last issue was drafted.
    """

    keys: frozenset[str] = frozenset()
    seen: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the author asked for.

    Args:
        since: entries from here on, aware; None for all.
        is_exact: whether the author named that moment: then only dates count.
        limit: most entries in all.
        with_updates: also entries that were only updated since, and new versions of papers.
        repeats: also entries that an earlier issue has.
    """

    since: dt.datetime | None
    is_exact: bool = False
    limit: int = 50
    with_updates: bool = False
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """A feed and what was taken of it, the newest first."""

    feed: Feed
    entries: tuple[FeedEntry, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What goes into the draft.

    Args:
        feeds: every feed, in the author's order, also where nothing was taken.
        left_out: entries by reason: `older`, `earlier_issue`, `duplicate`, `update`, `over_limit`.
    """

    feeds: tuple[Chosen, ...]
    left_out: Mapping[str, int]

    @property
    def count(self) -> int:
        """Entries taken."""
        return sum(len(chosen.entries) for chosen in self.feeds)


def choose(feeds: Sequence[Feed], *, wish: Wish, earlier: Earlier) -> Choice:
    """Return the entries that are new.

    The limit is shared out: one entry of each feed in turn, so that no feed crowds out another.
    """
    left_out: Counter[str] = Counter()
    taken: set[str] = set()
    news = [list(_news(feed, wish, earlier, taken, left_out)) for feed in feeds]
    counts = _shares([len(found) for found in news], limit=wish.limit)
    left_out["over_limit"] += sum(map(len, news)) - sum(counts)
    chosen = [
        Chosen(feed, tuple(found[:count]))
        for feed, found, count in zip(feeds, news, counts, strict=True)
    ]
    return Choice(tuple(chosen), {why: n for why, n in left_out.items() if n})


def _news(
    feed: Feed, wish: Wish, earlier: Earlier, taken: set[str], left_out: Counter[str]
) -> Iterator[FeedEntry]:
    for entry, keys in keyed(feed):
        why = _why_not(entry, keys, feed=feed, wish=wish, earlier=earlier)
        if not why and not taken.isdisjoint(keys):
            why = "duplicate"
        if why:
            left_out[why] += 1
            continue
        taken.update(keys)
        yield entry


def _why_not(
    entry: FeedEntry, keys: Sequence[str], *, feed: Feed, wish: Wish, earlier: Earlier
) -> str:
    if entry.is_replacement and not wish.with_updates:
        return "update"
    if not wish.repeats and not earlier.keys.isdisjoint(keys):
        return "earlier_issue"
    return "" if _is_new(entry, keys, feed=feed, wish=wish, earlier=earlier) else "older"


def _is_new(
    entry: FeedEntry, keys: Sequence[str], *, feed: Feed, wish: Wish, earlier: Earlier
) -> bool:
    seen = earlier.seen.get(feed.source)
    had_it = seen is not None and not seen.isdisjoint(keys)
    at = entry.dated_at
    if at is None:
        return wish.since is None or wish.repeats or not had_it
    if wish.since is None or at >= wish.since:
        return True
    if wish.with_updates and entry.updated_at and entry.updated_at >= wish.since:
        return True
    is_late = at >= wish.since - dt.timedelta(days=LATE_DAYS)
    return is_late and not wish.is_exact and seen is not None and not had_it


def _shares(counts: Sequence[int], *, limit: int) -> list[int]:
    """Return each one's share of `limit`, given out one at a time in turn."""
    shares = [0] * len(counts)
    left = limit
    while left:
        hungry = [at for at, count in enumerate(counts) if shares[at] < count]
        if not hungry:
            break
        step = max(1, left // len(hungry))
        for at in hungry[:left]:
            share = min(step, counts[at] - shares[at], left)
            shares[at] += share
            left -= share
    return shares


def keyed(feed: Feed) -> Iterator[tuple[FeedEntry, tuple[str, ...]]]:
    """Yield each entry of the feed with its keys: what makes it the same entry elsewhere.

    Its id within its feed, and its page, or its place within a page. A page that several entries
    lead to, as in many podcasts, or a site's front page, does not tell entries apart.
    """
    ids: dict[str, set[str]] = {}
    for entry in feed.entries:
        ids.setdefault(_place(entry.url), set()).add(entry.id)
    pages = Counter(_place(entry.url) for entry in feed.entries)
    names = Counter(entry.id for entry in feed.entries)
    for entry in feed.entries:
        place = _place(entry.url)
        is_same = len(ids[place]) == 1 and names[entry.id] == pages[place]  # listed twice
        is_own = pages[place] == 1 or not entry.id or is_same
        page = place if place and names_a_page(entry.url) and is_own else ""
        yield entry, tuple(_keys(entry, feed, page=page))


def _place(url: str) -> str:
    """Return the one spelling of a page, or of the place within it that an address leads to."""
    fragment = fragment_of(url)
    page = url_key(url) if url else ""
    return f"{page}#{fragment}" if fragment else page


def _keys(entry: FeedEntry, feed: Feed, *, page: str) -> Iterator[str]:
    if page:
        yield _hash(f"page {page}")
    if entry.id:
        yield _hash(f"id {feed.source} {entry.id}")
    if not page and not entry.id:
        yield _hash(f"words {feed.source} {entry.title} {entry.summary_markdown}")


def link_keys(urls: Iterable[str]) -> frozenset[str]:
    """Return the keys of entries that `urls` lead to: their pages, and the places within them."""
    places = {place for url in urls for place in (url_key(url), _place(url))}
    return frozenset(_hash(f"page {place}") for place in places)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:20]
