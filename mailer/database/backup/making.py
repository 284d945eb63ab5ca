"""Make a backup: one file, complete or absent."""

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from mailer.database.backup.programs import programs_for
from mailer.database.migrate import ensure_schema
from mailer.platform.files import PRIVATE, FileDraft

_LOOK_SECONDS = 0.1


def back_up(
    engine: Engine, file: Path, *, overwrites: bool, progress: Callable[[int], None]
) -> int:
    """Write the database to `file` as it is at one moment; sends may go on meanwhile.

    Args:
        engine: the database.
        file: readable by its owner only: it holds addresses.
        overwrites: replace a file of that name.
        progress: called with the bytes written so far.

    Returns:
        The size in bytes.

    Raises:
        FileExistsError: there is such a file, and `overwrites` is False.
        OSError: the file cannot be written.
        ConfigurationError: the database cannot be read.
    """
    ensure_schema(engine)
    programs = programs_for(engine)
    if file.exists() and not overwrites:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(file))
    with FileDraft(file, mode=PRIVATE) as draft:
        # by name: on standard output pg_dump cannot go back to complete its table of contents
        options = ("--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=60s")
        target = f"--file=/dev/fd/{draft.descriptor}"
        passed = (draft.descriptor,)
        with programs.running("pg_dump", *options, target, connects=True, passes=passed) as process:
            while process.poll() is None:
                progress(os.fstat(draft.descriptor).st_size)
                time.sleep(_LOOK_SECONDS)
        size = os.fstat(draft.descriptor).st_size
        if overwrites:
            draft.replace()
        else:
            draft.claim()
    return size
