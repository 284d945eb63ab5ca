"""The guarded client over real HTTP: where it connects to, what it sends, and when it ends."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import feed_server
import pytest
from fakes.certificates import make_authority
from feed_server import FeedServer

from mailer.platform.net.client import Client, Limits
from mailer.platform.net.errors import RequestError, Trouble
from mailer.platform.net.guard import Reach

PATIENT = Limits(timeout_seconds=60, deadline_seconds=120, most_bytes=100_000)
"""Of bytes alone: what is not about time does not depend on it."""
SILENCE = Limits(timeout_seconds=0.5, deadline_seconds=120, most_bytes=100_000)
DEADLINE = Limits(timeout_seconds=60, deadline_seconds=1.0, most_bytes=100_000)
UNTIL_HUNG_UP = b""
"""In place of words: wait until the client has hung up."""


@pytest.fixture
def feeds() -> Iterator[FeedServer]:
    with feed_server.serving() as feeds:
        yield feeds


def client(**more: Any) -> Client:
    values: dict[str, Any] = {"user_agent": "test", "reach": Reach.NAMED, "limits": PATIENT}
    return Client(**(values | more))


def get(asked: Client, url: str) -> tuple[int, bytes]:
    with asked.exchange(url) as exchange, exchange.ask("GET", url) as answer:
        return answer.status, answer.read()


def trouble(asked: Client, url: str) -> Trouble:
    with pytest.raises(RequestError) as caught:
        get(asked, url)
    return caught.value.trouble


def leads_to(*addresses: str) -> Callable[[str, int], list[str]]:
    return lambda *_: list(addresses)


def test_the_connection_goes_to_the_address_that_was_looked_at(feeds: FeedServer) -> None:
    """A second look-up, were there one, would lead elsewhere: DNS rebinding."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    feeds.answers["/f"] = b"x"
    once = client(reach=Reach.PUBLIC, resolve=lambda *_: next(answers), is_public=lambda _: True)
    assert get(once, f"http://rebind.news:{feeds.port}/f") == (200, b"x")
    [(_, headers)] = feeds.requests
    assert headers["host"] == f"rebind.news:{feeds.port}"


def test_each_address_of_a_name_must_be_public(feeds: FeedServer) -> None:
    for found in (["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"], ["fe80::1%2"]):
        closed = client(reach=Reach.PUBLIC, resolve=leads_to(*found))
        assert trouble(closed, f"http://mixed.news:{feeds.port}/") is Trouble.PRIVATE
    assert feeds.requests == []


def test_the_next_address_is_tried_where_one_does_not_answer(feeds: FeedServer) -> None:
    feeds.answers["/f"] = b"x"
    both = client(resolve=leads_to("::1", "127.0.0.1"))
    assert get(both, f"http://both.news:{feeds.port}/f") == (200, b"x")


def test_a_certificate_is_of_the_named_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS asks for the name, not the address, and the certificate is held against it."""
    authority = make_authority(tmp_path, host="rebind.news")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    named: list[str] = []
    authority.context.sni_callback = lambda _, name, __: named.append(name)
    with feed_server.serving(authority.context) as secure:
        secure.answers["/f"] = b"x"
        pinned = client(resolve=leads_to("127.0.0.1"))
        assert get(pinned, f"https://rebind.news:{secure.port}/f") == (200, b"x")
        other = f"https://other.news:{secure.port}/f"
        assert trouble(pinned, other) is Trouble.CERTIFICATE
    assert named == ["rebind.news", "other.news"]


def test_no_cookie_is_kept_and_no_redirect_followed_unasked(feeds: FeedServer) -> None:
    feeds.answers["/f"] = lambda handler: handler.say(302, b"", Set_Cookie="a=b", Location="/g")
    url = feeds.url("/f")
    with client().exchange(url) as exchange:
        for _ in range(2):
            with exchange.ask("GET", url) as answer:
                assert answer.status == 302
    assert feeds.paths() == ["/f", "/f"]
    assert all("cookie" not in headers for _, headers in feeds.requests)


def test_proxies_are_used_only_where_that_is_wanted(
    feeds: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", feeds.url("").replace("127", "me:s%20cret@127"))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    feeds.answers["http://blog.news/f"] = b"x"
    nobody = leads_to("127.0.0.1")
    assert get(client(uses_proxy=True), "http://blog.news/f") == (200, b"x")
    assert feeds.requests[0][1]["proxy-authorization"] == "Basic bWU6cyBjcmV0"
    direct = client(resolve=nobody)
    assert trouble(direct, "http://blog.news:9/f") is Trouble.UNREACHABLE
    assert len(feeds.requests) == 1


def test_bodies_are_bounded_whole_and_as_they_came(feeds: FeedServer) -> None:
    feeds.answers |= {
        "/endless": feed_server.endless,
        "/bomb": feed_server.gzipped(b"\0" * 1_000_000),
        "/cut": feed_server.cut_off(b"x"),
    }
    assert trouble(client(), feeds.url("/endless")) is Trouble.TOO_LARGE
    assert trouble(client(), feeds.url("/cut")) is Trouble.BROKEN_OFF
    status, body = get(client(), feeds.url("/bomb"))
    assert (status, body[:2]) == (200, b"\x1f\x8b")


def _say(connection: socket.socket, piece: bytes) -> None:
    if piece == UNTIL_HUNG_UP:
        connection.recv(1)
    else:
        connection.sendall(piece)


@contextmanager
def _raw_server(*said: bytes, pause_seconds: float) -> Iterator[str]:
    """Say pieces of bytes to whoever connects, with pauses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)  # left unread, it would make the end a reset
                for piece in said:
                    try:
                        _say(connection, piece)
                    except OSError:
                        return
                    time.sleep(pause_seconds)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


@pytest.mark.parametrize(
    ("said", "expected", "limits"),
    [
        (
            [b"HTTP/1.1 200 OK\r\n", *[b"X-%d: y\r\n" % n for n in range(90)]],
            Trouble.SLOW,
            DEADLINE,
        ),
        ([UNTIL_HUNG_UP], Trouble.SILENT, SILENCE),
        ([b"SSH-2.0-OpenSSH_9.2\r\n\r\n"], Trouble.NOT_HTTP, PATIENT),
        ([b"HTTP/1.1 200 OK\r\nA: " + b"x" * 100_000 + b"\r\n\r\n"], Trouble.NOT_HTTP, PATIENT),
        (
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"],
            Trouble.BROKEN_OFF,
            PATIENT,
        ),
    ],
)
def test_answers_that_are_none(said: list[bytes], expected: Trouble, limits: Limits) -> None:
    pause = 0.2 if len(said) > 1 else 0
    with _raw_server(*said, pause_seconds=pause) as url:
        assert trouble(client(limits=limits), url) is expected


def test_names_that_lead_nowhere() -> None:
    def unknown(code: int) -> Callable[[str, int], list[str]]:
        def resolve(*_: object) -> list[str]:
            raise socket.gaierror(code, "no")

        return resolve

    cases = {
        unknown(socket.EAI_NONAME): Trouble.NO_HOST,
        unknown(socket.EAI_AGAIN): Trouble.NO_NAME_SERVER,
        leads_to(): Trouble.NO_HOST,
    }
    for resolve, expected in cases.items():
        assert trouble(client(resolve=resolve), "http://nobody.news/") is expected


def test_after_an_interruption_nothing_is_asked(feeds: FeedServer) -> None:
    feeds.answers["/f"] = feed_server.slow(5, b"x")
    patient = client(limits=Limits(timeout_seconds=10, deadline_seconds=20))
    threading.Timer(0.3, patient.abort).start()
    assert trouble(patient, feeds.url("/f")) is Trouble.ABORTED
    assert trouble(patient, feeds.url("/f")) is Trouble.ABORTED
