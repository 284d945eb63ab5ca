"""The keeper: the process that starts a workspace's servers, watches them and stops them.

Started detached by the first user (`mailer.platform.embedded.lease`), one a workspace. It holds
`keeper.lock` for life. When it can take `users.lock` for itself nobody uses the servers; after a
linger it keeps that lock while it stops them, so that a newcomer waits and then starts afresh.

Usage: python -m mailer.platform.embedded.keeper STATE_DIR [LOCK_DESCRIPTOR REPORT_DESCRIPTOR]
"""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from mailer.errors import ConfigurationError
from mailer.platform.embedded import announcement, locks
from mailer.platform.embedded.account import choose_account
from mailer.platform.embedded.layout import Layout
from mailer.platform.embedded.linger import linger_seconds
from mailer.platform.embedded.postgres_server import PostgresServer
from mailer.platform.embedded.process import rotate
from mailer.platform.embedded.redis_server import RedisServer

_POLL_SECONDS = 0.2


class Server(Protocol):
    """A server that can be kept."""

    name: str

    @property
    def url(self) -> str:
        """Where it is."""
        ...

    def start(self) -> None:
        """Start it; returns when it answers."""
        ...

    def is_running(self) -> bool:
        """Return whether it is running."""
        ...

    def stop(self) -> None:
        """Stop it; returns when it is gone."""
        ...

    def kill(self) -> None:
        """Kill it; returns when it is gone."""
        ...


class Keeper:
    """Keeps the wanted servers of one state folder running while somebody uses them."""

    def __init__(self, layout: Layout, *, linger: float) -> None:
        self._layout = layout
        self._linger = linger
        self._root = os.open(layout.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._account = choose_account((layout.data("postgres"), layout.root.parent))
        self._servers = self._prepare_servers()
        self._announced: dict[str, str] = {}
        self._announcement: int | None = None
        self._is_told_to_stop = False

    def tell_to_stop(self, *_: object) -> None:
        """Stop at the next check: the handler of SIGTERM."""
        self._is_told_to_stop = True

    def start(self) -> None:
        """Start what is wanted and announce it.

        Raises:
            ConfigurationError: a server does not start; the others are stopped again.
        """
        if not self._is_in_use():
            self._stop_servers()  # left behind by a killed keeper, and nobody came since
            self._is_told_to_stop = True
            return
        try:
            self._start_wanted()
        except BaseException:
            self._stop_servers()
            raise

    def watch(self) -> None:
        """Keep the servers running until nobody uses them, or they cannot run, then stop them."""
        try:
            self._watch()
        finally:
            self._stop()

    def _watch(self) -> None:
        idle_since: float | None = None
        while not self._is_told_to_stop and self._is_in_place():
            time.sleep(_POLL_SECONDS)
            if self._is_in_use():
                idle_since = None
                self._layout.stop_request.unlink(missing_ok=True)  # declined: others use them
                self._start_wanted()
                continue
            idle_since = idle_since or time.monotonic()
            if self._may_stop(idle_since) and self._stop_unless_used():
                return

    def _prepare_servers(self) -> tuple[Server, ...]:
        self._account.let_through(self._layout.run)
        return (
            PostgresServer(self._layout, self._account),
            RedisServer(self._layout, self._account),
        )

    def _is_in_use(self) -> bool:
        with locks.held(self._layout.users_lock, locks.EXCLUSIVE) as is_free:
            return not is_free

    def _may_stop(self, idle_since: float) -> bool:
        if self._layout.stop_request.exists():
            return True
        return time.monotonic() - idle_since >= self._linger

    def _stop_unless_used(self) -> bool:
        with locks.held(self._layout.users_lock, locks.EXCLUSIVE) as is_free:
            if is_free:
                self._stop()
                self._forget_wishes()
            return is_free

    def _start_wanted(self) -> None:
        wanted = [item for item in self._servers if self._layout.wanted(item.name).exists()]
        if any(item.name in self._announced and not item.is_running() for item in wanted):
            self._withdraw()  # one has crashed
        for server in wanted:
            if server.name not in self._announced:
                server.start()
        urls = {server.name: server.url for server in wanted}
        if urls != self._announced:
            self._announce(urls)

    def _announce(self, urls: dict[str, str]) -> None:
        previous = self._announcement
        self._announcement = announcement.publish(
            self._layout.servers_file, root=self._layout.root, urls=urls
        )
        self._announced = urls
        if previous is not None:
            os.close(previous)

    def _withdraw(self) -> None:
        """Make new users wait."""
        if self._is_in_place():
            self._layout.servers_file.unlink(missing_ok=True)
        if self._announcement is not None:
            os.close(self._announcement)
        self._announcement = None
        self._announced = {}

    def _is_in_place(self) -> bool:
        """Return whether the state folder is still where it was: neither moved nor deleted."""
        try:
            return os.path.samestat(self._layout.root.stat(), os.fstat(self._root))
        except OSError:
            return False

    def _stop(self) -> None:
        self._withdraw()
        if os.fstat(self._root).st_nlink == 0:
            for server in self._servers:
                server.kill()
        self._stop_servers()
        self._layout.remove_outside_sockets(self._account)

    def _stop_servers(self) -> None:
        for server in reversed(self._servers):
            server.stop()

    def _forget_wishes(self) -> None:
        for server in self._servers:
            self._layout.wanted(server.name).unlink(missing_ok=True)


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
    """Become a process of its own: own session, no terminal, no folder pinned, output to a log."""
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
