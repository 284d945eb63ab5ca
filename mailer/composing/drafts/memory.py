"""What was drafted before, and when: a file in the state folder."""

import datetime as dt
import fcntl
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mailer.platform.files import write_whole
from mailer.platform.state_dir import ensure_state_dir, private_dir

MOST_DRAFTS = 200
_WITH_SEEN = 10
"""Number of newest drafts that keep what their feeds had: only the last one matters."""

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """One draft that was written.

    Args:
        file: absolute path, as it was.
        slug: of the issue.
        mailing_list: slug; empty for none.
        drafted_at: aware UTC.
        keys: of the entries in it.
        seen: by feed, the keys of all entries that it had.
    """

    file: str
    slug: str
    mailing_list: str
    drafted_at: dt.datetime
    keys: frozenset[str]
    seen: Mapping[str, frozenset[str]]


class DraftMemory:
    """The records, newest last.

    Args:
        path: the file; made when the first draft is recorded.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def records(self) -> list[DraftRecord]:
        """Return every record; a damaged file counts as empty."""
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
            if document["format"] != _FORMAT:
                return []
            return [_record(one) for one in document["drafts"]]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return []

    def add(self, record: DraftRecord) -> None:
        """Record a draft in place of an earlier one in the same file; several may at once."""
        ensure_state_dir(self._path.parent.parent)
        private_dir(self._path.parent)
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            others = [one for one in self.records() if one.file != record.file]
            self._write([*others, record][-MOST_DRAFTS:])

    def _write(self, records: Sequence[DraftRecord]) -> None:
        drafts = [
            _document(one, with_seen=at >= len(records) - _WITH_SEEN)
            for at, one in enumerate(records)
        ]
        write_whole(self._path, json.dumps({"format": _FORMAT, "drafts": drafts}).encode())


def _document(record: DraftRecord, *, with_seen: bool) -> dict[str, Any]:
    seen = {source: sorted(keys) for source, keys in record.seen.items()} if with_seen else {}
    return asdict(record) | {
        "drafted_at": record.drafted_at.isoformat(),
        "keys": sorted(record.keys),
        "seen": seen,
    }


def _record(document: Mapping[str, Any]) -> DraftRecord:
    at = dt.datetime.fromisoformat(document["drafted_at"])
    return DraftRecord(
        file=str(document["file"]),
        slug=str(document["slug"]),
        mailing_list=str(document["mailing_list"]),
        drafted_at=at if at.tzinfo else at.replace(tzinfo=dt.UTC),
        keys=_strings(document["keys"]),
        seen={str(name): _strings(keys) for name, keys in document["seen"].items()},
    )


def _strings(values: Sequence[object]) -> frozenset[str]:
    return frozenset(str(value) for value in values)
