"""Feeds as they were when last fetched, so that they are fetched again only when they changed."""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from mailer.platform.files import write_whole
from mailer.platform.state_dir import private_dirs

_KEPT_SECONDS = 180 * 24 * 3600
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class CachedFeed:
    """A feed's bytes, and what its server wants to hear to say whether they have changed."""

    url: str = field(repr=False)
    etag: str
    last_modified: str
    content_type: str
    body: bytes = field(repr=False)


class FeedCache:
    """Files in one folder, one a feed: a line of JSON, then the feed as it came.

    Args:
        directory: private; made when something is kept.
        is_read_only: whether nothing is kept.
    """

    def __init__(self, directory: Path, *, is_read_only: bool = False) -> None:
        self._directory = directory
        self._is_read_only = is_read_only

    def get(self, url: str) -> CachedFeed | None:
        """Return what was kept of `url`; None where that is nothing, or damaged."""
        try:
            head, _, body = self._path(url).read_bytes().partition(b"\n")
            facts = json.loads(head)
            if facts["format"] != _FORMAT or facts["digest"] != hashlib.sha256(body).hexdigest():
                return None
            names = ("url", "etag", "last_modified", "content_type")
            return CachedFeed(**{name: str(facts[name]) for name in names}, body=body)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, url: str, feed: CachedFeed) -> None:
        """Keep `feed`, if its server can say later whether it has changed; never fails."""
        if self._is_read_only or not (feed.etag or feed.last_modified):
            return
        facts = {
            "format": _FORMAT,
            "url": feed.url,
            "etag": feed.etag,
            "last_modified": feed.last_modified,
            "content_type": feed.content_type,
            "digest": hashlib.sha256(feed.body).hexdigest(),
        }
        with suppress(OSError):
            private_dirs(self._directory)
            kept = json.dumps(facts).encode() + b"\n" + feed.body
            write_whole(self._path(url), kept, can_be_remade=True)

    def forget_old(self, *, now: float) -> None:
        """Remove what was not fetched for half a year.

        Args:
            now: seconds since the epoch.
        """
        with suppress(OSError):
            for path in self._directory.glob("*.feed"):
                if now - path.stat().st_mtime > _KEPT_SECONDS:
                    path.unlink(missing_ok=True)

    def _path(self, url: str) -> Path:
        return self._directory / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.feed"
