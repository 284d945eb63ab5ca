"""Messages in a folder: one file each, and an index with one line each.

The folder is the truth and may be written by one process and read by another: whoever reads
picks up the lines that the index has grown by. A message's file is complete before its line is
written, so a kill leaves at most a file without a line; `InboxStore` finds it again.
"""

import datetime as dt
import json
import os
import re
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path

from mailer.platform.files import PRIVATE, FileDraft
from mailer.platform.state_dir import private_dirs
from mailer.web.inbox.parsing import Summary, summarise

INDEX_NAME = "index.jsonl"
_READ_BYTES = 1024 * 1024
_FILE_NAME = re.compile(r"(\d{8})\.eml")


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One line of the index.

    Args:
        id: 1, 2, 3... in the order of arrival.
        received_at: aware UTC.
        envelope_from: the address that bounces go to; empty for a bounce itself.
        recipients: the addresses it was accepted for.
        sender: From, as people read it.
        subject: decoded; empty where it has none.
        size_bytes: of the file.
    """

    id: int
    received_at: dt.datetime
    envelope_from: str = field(repr=False)
    recipients: tuple[str, ...] = field(repr=False)
    sender: str
    subject: str
    size_bytes: int

    def matches(self, words: Iterable[str]) -> bool:
        """Whether each of the case-folded `words` is in a recipient, the sender or the subject."""
        text = " ".join((*self.recipients, self.sender, self.subject)).casefold()
        return all(word in text for word in words)


_LINE_NAMES = tuple(field.name for field in fields(StoredMessage))


class InboxStore:
    """Stores and finds messages; safe to share between threads.

    Args:
        directory: created where it does not exist.
    """

    def __init__(self, directory: Path) -> None:
        private_dirs(directory)
        self.directory = directory
        self._index_fd = os.open(
            directory / INDEX_NAME, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        self._guard = threading.Lock()
        self._messages: list[StoredMessage] = []
        self._positions: dict[int, int] = {}
        self._read_bytes = 0
        self._next_id = 1
        with self._guard:
            self._catch_up()
            self._adopt_orphans()

    def add(
        self,
        raw: bytes,
        *,
        envelope_from: str,
        recipients: Sequence[str],
        received_at: dt.datetime,
    ) -> StoredMessage:
        """Keep one message; it is in its file and in the index when this returns."""
        with self._guard:
            path = self._write_file(raw)
            return self._append(
                _message(path, summarise(raw), envelope_from, recipients, received_at, len(raw))
            )

    def close(self) -> None:
        """Close the index; nothing may be called after."""
        os.close(self._index_fd)

    def search(self, query: str = "") -> list[StoredMessage]:
        """Return the messages in which every word of `query` is found, newest first."""
        words = query.casefold().split()
        with self._guard:
            self._catch_up()
            found = [m for m in self._messages if m.matches(words)] if words else self._messages
            return found[::-1]

    def get(self, message_id: int) -> StoredMessage | None:
        """Return the message; None if there is none with this id."""
        with self._guard:
            self._catch_up()
            position = self._positions.get(message_id)
            return None if position is None else self._messages[position]

    def raw(self, message_id: int) -> bytes:
        """Return the message as received.

        Raises:
            FileNotFoundError: its file was deleted.
        """
        return self._path(message_id).read_bytes()

    def __len__(self) -> int:
        with self._guard:
            self._catch_up()
            return len(self._messages)

    def _path(self, message_id: int) -> Path:
        return self.directory / f"{message_id:08d}.eml"

    def _write_file(self, raw: bytes) -> Path:
        """Write to a free name; the file has it only once the whole message is in it."""
        first = self._path(self._next_id)
        with FileDraft(first, mode=PRIVATE, can_be_remade=True) as draft:
            draft.write(raw)
            while True:
                path = self._path(self._next_id)
                self._next_id += 1
                with suppress(FileExistsError):
                    draft.claim(path)
                    return path

    def _append(self, message: StoredMessage) -> StoredMessage:
        os.write(self._index_fd, _to_line(message))
        self._catch_up()
        return message

    def _catch_up(self) -> None:
        """Read the lines added to the index since the last read, complete lines only."""
        while grown := os.pread(self._index_fd, _READ_BYTES, self._read_bytes):
            whole, newline, _ = grown.rpartition(b"\n")
            if not newline:
                return
            self._read_bytes += len(whole) + len(newline)
            for line in whole.split(b"\n"):
                self._take(line)

    def _take(self, line: bytes) -> None:
        message = _from_line(line)
        if message is None or message.id in self._positions:
            return
        self._positions[message.id] = len(self._messages)
        self._messages.append(message)
        self._next_id = max(self._next_id, message.id + 1)

    def _adopt_orphans(self) -> None:
        """Add the missing lines of files after a kill, and end a truncated line."""
        self._end_torn_line()
        for path in sorted(self.directory.glob("*.eml")):
            if _FILE_NAME.fullmatch(path.name) and int(path.stem) not in self._positions:
                raw = path.read_bytes()
                written_at = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
                summary = summarise(raw)
                self._append(_message(path, summary, "", summary.recipients, written_at, len(raw)))

    def _end_torn_line(self) -> None:
        if os.fstat(self._index_fd).st_size > self._read_bytes:
            os.write(self._index_fd, b"\n")
            self._catch_up()


def _message(  # noqa: PLR0913, PLR0917 - the parts of one line
    path: Path,
    summary: Summary,
    envelope_from: str,
    recipients: Sequence[str],
    received_at: dt.datetime,
    size_bytes: int,
) -> StoredMessage:
    return StoredMessage(
        id=int(path.stem),
        received_at=received_at,
        envelope_from=envelope_from,
        recipients=tuple(recipients),
        sender=summary.sender,
        subject=summary.subject,
        size_bytes=size_bytes,
    )


def _to_line(message: StoredMessage) -> bytes:
    values = {name: getattr(message, name) for name in _LINE_NAMES}
    values["received_at"] = message.received_at.isoformat()
    line = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return line.encode("utf-8", "replace") + b"\n"


def _from_line(line: bytes) -> StoredMessage | None:
    try:
        values = json.loads(line)
        values["received_at"] = dt.datetime.fromisoformat(values["received_at"])
        values["recipients"] = tuple(values["recipients"])
        return StoredMessage(**values)
    except (ValueError, TypeError, KeyError):
        return None
