"""Reading feeds, some at a time: one that fails is reported and costs no other anything."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailer import __version__
from mailer.composing.drafts.feed_fetching import Fetcher, shown
from mailer.composing.drafts.feeds.entries import Feed
from mailer.composing.drafts.feeds.reading import read_feed
from mailer.composing.drafts.feeds.urls import web_url
from mailer.config import Settings
from mailer.errors import FeedError

CONCURRENCY = 6
"""Feeds fetched at a time."""

MOST_FILE_BYTES = 16 * 1024 * 1024
STDIN = "-"
_POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class FeedReport:
    """How reading one feed went.

    Args:
        source: the address or file that the author named, without a login in it.
        feed: None where it failed.
        error: None where it went well.
        is_unchanged: whether its server said that it is as it was.
        moved_to: its new address, where it has moved for good.
    """

    source: str
    feed: Feed | None
    error: FeedError | None = None
    is_unchanged: bool = False
    moved_to: str = ""


def user_agent(settings: Settings) -> str:
    """Return who we are and whom to write to, as polite feed readers say."""
    sender = settings.sender
    contact = sender.reply_to or sender.email
    facts = ["newsletter drafts", *([contact] if contact.isascii() and contact else [])]
    return f"mailer/{__version__} ({'; '.join(facts)})"


def read_feeds(
    sources: Sequence[str],
    *,
    fetcher: Fetcher,
    words: int,
    stdin: Callable[[], bytes],
    on_read: Callable[[FeedReport], None] = lambda _: None,
) -> list[FeedReport]:
    """Return a report for each source, in order.

    Args:
        sources: addresses, files, or `-`.
        fetcher: for addresses.
        words: of a summary, about.
        stdin: reads what `-` stands for.
        on_read: called as each is done.
    """

    def read(source: str) -> FeedReport:
        return _read_one(source, fetcher=fetcher, words=words, stdin=stdin)

    with _pool(fetcher) as pool:
        waiting: dict[Future[FeedReport], str] = {pool.submit(read, one): one for one in sources}
        futures = list(waiting)
        while waiting:
            done, _ = wait(waiting, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                del waiting[future]
                on_read(future.result())
    return [future.result() for future in futures]


@contextmanager
def _pool(fetcher: Fetcher) -> Iterator[ThreadPoolExecutor]:
    """Yield threads; after Ctrl-C their connections are cut, so that nobody waits for them."""
    pool = ThreadPoolExecutor(CONCURRENCY, thread_name_prefix="feed")
    try:
        yield pool
    except BaseException:
        fetcher.abort()
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


def _read_one(
    source: str, *, fetcher: Fetcher, words: int, stdin: Callable[[], bytes]
) -> FeedReport:
    place = shown(source)
    try:
        if not web_url(source):
            data = stdin() if source == STDIN else read_file(Path(source))
            name = "standard input" if source == STDIN else source
            return FeedReport(name, read_feed(data, source=name, words=words))
        fetched = fetcher.fetch(source)
        feed = read_feed(
            fetched.body,
            source=place,
            base=fetched.url,
            content_type=fetched.content_type,
            words=words,
        )
        return FeedReport(place, feed, is_unchanged=fetched.is_unchanged, moved_to=fetched.moved_to)
    except FeedError as error:
        return FeedReport(place, None, error=error)


def read_file(path: Path) -> bytes:
    """Return what is in a file.

    Raises:
        FeedError: it cannot be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_FILE_BYTES + 1)
    except FileNotFoundError:
        raise FeedError(
            f"{path}: no such file; an address begins with https:// or http://"
        ) from None
    except OSError as error:
        raise FeedError(f"{path}: {error.strerror or 'cannot be read'}") from None
    if len(data) > MOST_FILE_BYTES:
        raise FeedError(f"{path}: is larger than {MOST_FILE_BYTES // 1024:,} KiB")
    return data
