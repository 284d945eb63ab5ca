"""The keeper: the process that starts a workspace's servers, watches them and stops them.

Started detached by the first user (`mailer.platform.embedded.lease`), one a workspace. What it does
is in `mailer.platform.embedded.keeping`.

Usage: python -m mailer.platform.embedded.keeper STATE_DIR [LOCK_DESCRIPTOR REPORT_DESCRIPTOR]
"""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from mailer.errors import ConfigurationError
from mailer.platform.embedded import announcement, locks
from mailer.platform.embedded.keeping import Keeper
from mailer.platform.embedded.layout import Layout
from mailer.platform.embedded.linger import linger_seconds
from mailer.platform.embedded.process import rotate


def main(arguments: list[str]) -> int:
    """Run the keeper; returns an exit code."""
    layout = Layout(Path(arguments[0]))
    lock, report = (int(arguments[1]), int(arguments[2])) if len(arguments) > 1 else (None, 2)
    if lock is None:
        lock = locks.try_lock(layout.keeper_lock, locks.EXCLUSIVE)
    else:
        _detach(layout)
    if lock is None:
        _report(report, b"a keeper runs already")
        return 1
    return _keep(layout, report)


def _keep(layout: Layout, report: int) -> int:
    try:
        keeper = Keeper(layout, linger=linger_seconds(os.environ))
        signal.signal(signal.SIGTERM, keeper.tell_to_stop)
        keeper.start()
        _report(report, announcement.READY)
        keeper.watch()
    except (ConfigurationError, OSError) as error:
        _report(report, str(error).encode())
        with suppress(OSError):  # the disk may be full
            sys.stderr.write(f"{error}\n")
        return 1
    except Exception:
        _report(report, f"the keeper failed; see {layout.log('keeper')}".encode())
        raise
    return 0


def _report(descriptor: int, word: bytes) -> None:
    """Report to the process that waits for us; it may be gone, or already informed."""
    try:
        os.write(descriptor, word)
        os.close(descriptor)
    except OSError:
        return


def _detach(layout: Layout) -> None:
    """Become a process of its own: own session, no terminal, no folder in use, output to a log."""
    if os.fork() > 0:
        os._exit(0)
    os.setsid()
    os.chdir("/")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    rotate(layout.log("keeper"))
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(layout.log("keeper"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(log)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
