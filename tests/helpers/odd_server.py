"""A TCP server that says one thing, or nothing, whatever it is asked."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def odd_server(
    answer: bytes | None,
    *,
    tls: ssl.SSLContext | None = None,
    accepted: threading.Event | None = None,
) -> Iterator[int]:
    """Yield the port of a server that sends `answer` and closes; with None, says nothing.

    Args:
        answer: may be empty.
        tls: what it shakes hands with first.
        accepted: set at the first connection.
    """
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:

        def serve() -> None:
            while True:
                try:
                    client = listener.accept()[0]
                except OSError:
                    return
                held.append(client)
                if accepted:
                    accepted.set()
                if answer is not None:
                    with suppress(OSError):
                        spoken = tls.wrap_socket(client, server_side=True) if tls else client
                        held.append(spoken)
                        spoken.sendall(answer)
                        spoken.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for client in held:
                client.close()
