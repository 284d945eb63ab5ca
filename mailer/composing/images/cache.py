"""What is known of pictures from earlier commands, so that a second compile has nothing to do.

Small JSON files in `.mailer/images/`. What cannot be read is forgotten; losing all of it costs
time and nothing else.
"""

import datetime as dt
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailer.composing.images import OPTIONS_VERSION, ImageLimits
from mailer.composing.images.grounds import Grounds
from mailer.platform.files import write_whole
from mailer.platform.state_dir import ensure_state_dir, private_dir

DIRECTORY = "images"
_SETTLED_NS = 1_000_000_000
"""A file changed this shortly before it was looked at may have changed again within one tick."""


class Memory:
    """Small facts by name.

    Args:
        state_dir: `.mailer/`.
        kind: of facts, a folder.
        place: what they are about, where facts of several places must be told apart.
    """

    def __init__(self, state_dir: Path, kind: str, place: str = "") -> None:
        self._state_dir = state_dir
        self._directory = state_dir / DIRECTORY / kind
        self._place = place

    def find(self, name: str) -> dict[str, Any] | None:
        """Return the fact; None where there is none."""
        try:
            fact = json.loads(self._file(name).read_bytes())
        except (OSError, ValueError):
            return None
        return fact if isinstance(fact, dict) else None

    def keep(self, name: str, fact: dict[str, Any]) -> None:
        """Remember the fact; a disk that is full or read-only is no reason to stop."""
        try:
            ensure_state_dir(self._state_dir)
            private_dir(self._directory.parent)
            private_dir(self._directory)
            write_whole(self._file(name), json.dumps(fact).encode(), can_be_remade=True)
        except OSError:
            return

    def changed_ns(self, name: str) -> int:
        """Return when the fact was kept, by the clock of the disk; 0 where there is none."""
        try:
            return self._file(name).stat().st_mtime_ns
        except OSError:
            return 0

    def age_seconds(self, name: str, *, now: dt.datetime) -> float:
        """Return how long ago the fact was kept; without end where there is none."""
        changed = self.changed_ns(name)
        return now.timestamp() - changed / 1e9 if changed else float("inf")

    def _file(self, name: str) -> Path:
        key = hashlib.sha256(f"{self._place}\n{name}".encode(errors="surrogateescape"))
        return self._directory / key.hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one picture at one width.

    Args:
        name: in the store.
        width: pixels.
        height: pixels.
        source_width: pixels of the author's picture.
        size_bytes: of the file.
        is_animated: more than one frame.
        notes: for its author.
    """

    name: str
    width: int
    height: int
    source_width: int
    size_bytes: int
    is_animated: bool
    notes: tuple[str, ...]


class ImageCache:
    """Hashes of the author's files, and what became of each content.

    Args:
        state_dir: `.mailer/`.
        limits: other limits, other pictures.
        grounds: likewise.
    """

    def __init__(
        self, state_dir: Path, limits: ImageLimits, grounds: Grounds | None = None
    ) -> None:
        self._seen = Memory(state_dir, "seen")
        bounds = f"{OPTIONS_VERSION} {limits.max_bytes} {limits.max_animation_bytes}"
        bounds += f" {grounds.light} {grounds.dark}" if grounds else ""
        self._made = Memory(state_dir, "made", bounds)

    def content_hash(self, path: Path, found: os.stat_result) -> str | None:
        """Return the SHA-256 of a file that has not changed since it was last read, else None."""
        fact = self._seen.find(str(path))
        if fact is None or fact.get("stat") != _marks(found):
            return None
        kept_at = self._seen.changed_ns(str(path))
        changed_at = max(found.st_mtime_ns, found.st_ctime_ns)
        return str(fact.get("sha256")) if kept_at - changed_at > _SETTLED_NS else None

    def keep_hash(self, path: Path, found: os.stat_result, sha256: str) -> None:
        """Remember what the file at `path` contained."""
        self._seen.keep(str(path), {"stat": _marks(found), "sha256": sha256})

    def find(self, sha256: str, shown_width: int) -> Made | None:
        """Return what became of a content at a width."""
        fact = self._made.find(f"{sha256} {shown_width}")
        try:
            return Made(**{**fact, "notes": tuple(fact["notes"])}) if fact else None
        except (TypeError, KeyError):
            return None

    def keep(self, sha256: str, shown_width: int, made: Made) -> None:
        """Remember it."""
        fact = {name: getattr(made, name) for name in Made.__slots__}
        self._made.keep(f"{sha256} {shown_width}", fact)


def _marks(found: os.stat_result) -> list[int]:
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev]
