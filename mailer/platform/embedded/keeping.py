"""Keeping the servers of one workspace running while somebody uses them.

The keeper's process holds `keeper.lock` for life. When it can take `users.lock` for itself nobody
uses the servers; after a linger it keeps that lock while it stops them, so that a newcomer waits
and then starts afresh.
"""

import os
import time
from pathlib import Path
from typing import Protocol

from mailer.platform.embedded import announcement, locks
from mailer.platform.embedded.account import choose_account
from mailer.platform.embedded.announcement import Announcement
from mailer.platform.embedded.layout import Layout
from mailer.platform.embedded.postgres_server import PostgresServer
from mailer.platform.embedded.redis_server import RedisServer

_POLL_SECONDS = 0.2


class Server(Protocol):
    """A server that can be kept."""

    name: str
    note: str
    """Why a better installation of it is not used; empty where the best one runs."""

    @property
    def url(self) -> str:
        """Where it is."""
        ...

    def start(self) -> None:
        """Start it; returns when it answers."""
        ...

    def is_running(self) -> bool:
        """Return whether it runs."""
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
        data = layout.data("postgres")
        chosen = choose_account((data, layout.root.parent))
        self._account = chosen.reaching((layout.root.parent, Path(__file__).parent), data=data)
        self._servers = self._prepare_servers()
        self._announced: dict[str, str] = {}
        self._announcement: int | None = None
        self._is_told_to_stop = False

    def tell_to_stop(self, *_: object) -> None:
        """Stop at the next look: the handler of SIGTERM."""
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
        """Keep the servers until nobody uses them, or they cannot be kept, then stop them."""
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
        self._account.let_through(self._layout.run, state_dir=self._layout.root)
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
                self._clear_requests()
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
            self._announce(urls, [server.note for server in wanted if server.note])

    def _announce(self, urls: dict[str, str], notes: list[str]) -> None:
        previous = self._announcement
        self._announcement = announcement.publish(
            self._layout.servers_file, Announcement(urls, notes), root=self._layout.root
        )
        self._announced = urls
        if previous is not None:
            os.close(previous)

    def _withdraw(self) -> None:
        """Tell newcomers to wait."""
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

    def _clear_requests(self) -> None:
        for server in self._servers:
            self._layout.wanted(server.name).unlink(missing_ok=True)
