"""What the keeper tells the users of its servers: a file that is true only while locked.

The keeper locks `servers.json` before it gives the file its name, and keeps that lock. A killed
keeper loses the lock with its life, so nobody can mistake a stale file for a fresh one.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from mailer.platform.embedded import locks
from mailer.platform.files import PRIVATE, FileDraft

READY = b"ready"
"""What a keeper reports to the process that started it once the announcement is out."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a living keeper says.

    Args:
        urls: by server name.
        notes: what its operator should know of the servers, such as that one was passed over.
    """

    urls: Mapping[str, str] = field(default_factory=dict, repr=False)
    notes: Sequence[str] = ()


def publish(path: Path, announced: Announcement, *, root: Path) -> int:
    """Write the announcement; returns the descriptor that keeps it true until closed.

    Args:
        path: the file.
        announced: what to write.
        root: the state folder, which tells a reader whether the workspace has moved since.
    """
    said = json.dumps({"root": _name(root), **asdict(announced)}).encode()
    with FileDraft(path, mode=PRIVATE, can_be_remade=True) as draft:
        descriptor = os.dup(draft.descriptor)  # shares the lock, and outlives the draft
        try:
            locks.lock_descriptor(descriptor)
            draft.write(said)
            draft.replace()
        except OSError:
            os.close(descriptor)
            raise
    return descriptor


def _name(root: Path) -> str:
    """Return a folder's name as it is in UTF-8: reader and writer may run in other locales."""
    return os.fsencode(root).decode("utf-8", "surrogateescape")


def read(path: Path, *, root: Path) -> Announcement:
    """Return what a living keeper announces for `root`; nothing where none lives."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Announcement()
    found = json.loads(text) if locks.is_locked(path) else {}
    if found.get("root") != _name(root):
        return Announcement()
    return Announcement(found["urls"], tuple(found.get("notes", ())))
