"""A web server of feeds that behaves as told: well, slowly, or badly."""

import gzip
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Handler"], None]


def rss(*items: str, title: str = "A blog") -> bytes:
    """Return a feed; an item is `title|url|date`, each but the title may be missing."""
    parts = []
    for item in items:
        name, url, date = [*item.split("|"), "", ""][:3]
        link = f"<link>{url}</link>" if url else ""
        day = f"<pubDate>{date}</pubDate>" if date else ""
        words = f"<description>About {name}.</description>"
        parts.append(f"<item><title>{name}</title>{link}{day}{words}</item>")
    head = f"<title>{title}</title><link>https://blog.example.org/</link>"
    return f'<rss version="2.0"><channel>{head}{"".join(parts)}</channel></rss>'.encode()


@dataclass
class FeedServer:
    """Answers by path; what was asked is kept.

    Attributes:
        answers: bytes (a feed with an ETag), or a function that answers.
        requests: paths and headers, in order.
        most_at_a_time: requests that were being answered at once.
    """

    port: int = 0
    scheme: str = "http"
    answers: dict[str, bytes | Answer] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    most_at_a_time: int = 0
    _now: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]

    def come(self, path: str, headers: dict[str, str]) -> None:
        with self._guard:
            self.requests.append((path, headers))
            self._now += 1
            self.most_at_a_time = max(self.most_at_a_time, self._now)

    def go(self) -> None:
        with self._guard:
            self._now -= 1


class Handler(BaseHTTPRequestHandler):
    feeds: FeedServer
    protocol_version = "HTTP/1.1"
    timeout = 20

    def do_GET(self) -> None:
        self.feeds.come(self.path, {name.lower(): value for name, value in self.headers.items()})
        try:
            answer = self.feeds.answers.get(self.path)
            if answer is None:
                self.say(404, b"gone")
            elif isinstance(answer, bytes):
                self.say_feed(answer)
            else:
                answer(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            self.feeds.go()

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def say_feed(self, body: bytes) -> None:
        """Answer as a good server: with an ETag, and 304 to who has it."""
        tag = f'"{hash(body)}"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.end_headers()
            return
        self.say(200, body, Content_Type="application/rss+xml", ETag=tag)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def status(code: int, **headers: str) -> Answer:
    return lambda handler: handler.say(code, b"no", **headers)


def redirect(target: str, code: int = 302) -> Answer:
    return lambda handler: handler.say(code, b"", Location=target)


def slow(seconds: float, body: bytes) -> Answer:
    def answer(handler: Handler) -> None:
        time.sleep(seconds)
        handler.say(200, body)

    return answer


def held(until: threading.Event, body: bytes) -> Answer:
    """Answer once `until` is set, however long that takes."""

    def answer(handler: Handler) -> None:
        until.wait()
        handler.say(200, body)

    return answer


def dripping(seconds: float) -> Answer:
    """Send a byte at a time, for so long."""

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        handler.close_connection = True
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)

    return answer


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    for _ in range(2_000):
        handler.wfile.write(b"x" * 65536)


def gzipped(body: bytes, *, says_so: bool = True) -> Answer:
    headers = {"Content_Encoding": "gzip"} if says_so else {}
    packed = gzip.compress(body)
    return lambda handler: handler.say(200, packed, **headers)


def cut_off(body: bytes) -> Answer:
    """Promise twice as much as is sent."""

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(2 * len(body)))
        handler.send_header("ETag", '"1"')
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = True

    return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that give up are part of the game."""


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[FeedServer]:
    feeds = FeedServer(scheme="https" if context else "http")
    handler = type("Handler", (Handler,), {"feeds": feeds})
    with _Server(("127.0.0.1", 0), handler) as server:
        if context:
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        feeds.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield feeds
        finally:
            server.shutdown()
            thread.join()
