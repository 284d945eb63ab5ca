"""What the keeper tells the users of its servers: a file that is true only while locked.

The keeper locks `servers.json` before it gives the file its name, and keeps that lock. A killed
keeper loses the lock with its life, so nobody can mistake a stale file for a fresh one.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from mailer.platform.embedded import locks
from mailer.platform.files import PRIVATE, FileDraft

READY = b"ready"
"""What a keeper reports to the process that started it once the announcement is out."""


def publish(path: Path, *, root: Path, urls: Mapping[str, str]) -> int:
    """Write the announcement; returns the descriptor that keeps it true until closed.

    Args:
        path: the file.
        root: the state folder, which tells a reader whether the workspace has moved since.
        urls: by server name.
    """
    said = json.dumps({"root": str(root), "urls": dict(urls)}).encode()
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


def read(path: Path, *, root: Path) -> dict[str, str]:
    """Return the URLs by server name of the servers that a living keeper runs for `root`."""
    try:
        text = path.read_text()
    except FileNotFoundError:
        return {}
    if not locks.is_locked(path):
        return {}
    found = json.loads(text)
    return found["urls"] if found["root"] == str(root) else {}
