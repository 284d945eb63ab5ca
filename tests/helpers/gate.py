"""A gate before a server's socket: what is behind it can be away for a while, and come back."""

import socket
import threading
from contextlib import suppress
from typing import Self


class Gate:
    """Forwards connections on a TCP port to a Unix socket; when shut, all of them end at once.

    Args:
        target: path of the socket.
    """

    def __init__(self, target: str) -> None:
        self._target = target
        self._open = threading.Event()
        self._open.set()
        self._ends = False
        self._lines: list[socket.socket] = []
        self._forwards: list[threading.Thread] = []
        self._guard = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept)

    def shut(self) -> None:
        """End every connection, and each new one as soon as it is made."""
        self._open.clear()
        with self._guard:
            lines, self._lines = self._lines, []
        for line in lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def open(self) -> None:
        """Let connections through again."""
        self._open.set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends = True
        self._thread.join()
        self.shut()
        for forward in self._forwards:
            forward.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._ends:
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            if not self._open.is_set():
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._target)
            client.settimeout(None)
            with self._guard:
                self._lines += [client, server]
            for one, other in ((client, server), (server, client)):
                self._forwards.append(threading.Thread(target=_pass_on, args=(one, other)))
                self._forwards[-1].start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
    source.close()
