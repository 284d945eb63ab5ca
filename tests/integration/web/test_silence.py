"""Servers and clients that say nothing: nobody else waits for them."""

import concurrent.futures
import http.client
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import redis
from sqlalchemy import make_url
from web_kit import WebLedger, request, signed_headers, web_app

from mailer.platform.embedded import acquire
from mailer.platform.serving.protocol import PunctualProtocol
from mailer.providers.sendgrid.signature import SIGNATURE_HEADER
from mailer.web.hooks.webhooks import MOST_BODY_BYTES
from mailer.web.server import WebHandle, start_web
from subscribers.tokens import Signer, derive_key

HALF_SENT = 60


@contextmanager
def silent_server() -> Iterator[int]:
    """Yield the port of a server that accepts connections and says nothing."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:

        def accept() -> None:
            while True:
                try:
                    held.append(listener.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    for one in held:
        one.close()


def timed(method: str, url: str, body: bytes | None = None) -> tuple[int, float]:
    began = time.monotonic()
    status = request(method, url, body=body).status
    return status, time.monotonic() - began


def test_a_silent_broker_costs_nobody_else_anything(tmp_path: Path, web_database: str) -> None:
    with (
        silent_server() as port,
        web_app(tmp_path, web_database, f"redis://127.0.0.1:{port}/0") as app,
        start_web(app) as web,
        concurrent.futures.ThreadPoolExecutor(40) as pool,
    ):
        ledger = WebLedger(app.engine, app.signer)
        ledger.run("TRUNCATE mailing_list RESTART IDENTITY CASCADE")
        ledger.run("TRUNCATE subscriber, issue, send, batch, delivery RESTART IDENTITY CASCADE")
        ledger.seed(1)
        checks = [pool.submit(timed, "GET", web.url + "/healthz") for _ in range(40)]
        while not any(thread.name.endswith("(_ask)") for thread in threading.enumerate()):
            time.sleep(0.01)
        asking = [each for each in threading.enumerate() if each.name.endswith("(_ask)")]
        assert len(asking) <= 2  # one for each server, however often it is asked
        assert timed("GET", web.url + "/archive/")[0] == 200
        link = f"{web.url}/u/{ledger.token()}"
        assert timed("POST", link, b"List-Unsubscribe=One-Click")[0] == 200
        answers = [check.result() for check in checks]
        assert ledger.subscription_states() == ["unsubscribed"]
    assert {status for status, _ in answers} == {503}


def test_a_silent_database_is_told_within_the_deadline(tmp_path: Path, servers: Any) -> None:
    with (
        silent_server() as port,
        web_app(tmp_path, f"postgresql+psycopg://u:p@127.0.0.1:{port}/x", servers.redis_url) as app,
        start_web(app) as web,
        concurrent.futures.ThreadPoolExecutor(40) as pool,
    ):
        signer = Signer([derive_key("k" * 64, "tokens")])  # the app's would ask the database
        token = WebLedger(app.engine, signer).token()
        archive = [pool.submit(timed, "GET", web.url + "/archive/") for _ in range(24)]
        assert request("GET", web.url + "/healthz").status == 503
        assert request("GET", web.url + "/unsubscribe-help").status == 200
        assert request("GET", web.url + "/").status == 200
        assert request("POST", f"{web.url}/u/{token}", body=b"").status == 503
        assert {each.result()[0] for each in archive} == {503}


def test_a_database_that_stops_in_the_middle(tmp_path: Path, servers: Any) -> None:
    """Its kernel keeps every connection open and acknowledges what we send."""
    (tmp_path / "state").mkdir()
    with acquire(tmp_path / "state", need_redis=False) as lease:
        with psycopg.connect(
            make_url(lease.database_url)
            .set(drivername="postgresql")
            .render_as_string(hide_password=False)
        ) as connection:
            main = int(connection.execute("SELECT pg_backend_pid()").fetchone()[0])  # type: ignore[index]
            parent = int(Path(f"/proc/{main}/stat").read_text().split()[3])
        with (
            web_app(tmp_path, lease.database_url, servers.redis_url) as app,
            start_web(app) as web,
        ):
            from mailer.database.migrate import ensure_schema  # noqa: PLC0415

            ensure_schema(app.engine)
            assert request("GET", web.url + "/archive/").status == 200
            signer = Signer([derive_key("k" * 64, "tokens")])
            token = WebLedger(app.engine, signer).token()
            with stopped(parent, *_children(parent)):
                for path in ("/healthz", "/archive/"):
                    assert request("GET", web.url + path).status == 503
                assert request("POST", f"{web.url}/u/{token}", body=b"").status == 503
            assert request("GET", web.url + "/archive/").status == 200
        lease.stop_if_last()


def test_a_broker_that_stops_in_the_middle(tmp_path: Path, web_database: str) -> None:
    (tmp_path / "state").mkdir()
    with (
        acquire(tmp_path / "state", need_database=False) as lease,
        web_app(tmp_path, web_database, lease.redis_url) as app,
        start_web(app) as web,
    ):
        ledger = WebLedger(app.engine, app.signer)
        ledger.run("TRUNCATE mailing_list RESTART IDENTITY CASCADE")
        ledger.run("TRUNCATE subscriber, issue, send, batch, delivery RESTART IDENTITY CASCADE")
        ledger.seed(1)
        assert request("GET", web.url + "/healthz").status == 200
        with redis.Redis.from_url(lease.redis_url) as client:
            pid = client.info("server")["process_id"]
        with stopped(pid), concurrent.futures.ThreadPoolExecutor(20) as pool:
            checks = [pool.submit(timed, "GET", web.url + "/healthz") for _ in range(20)]
            assert timed("GET", web.url + "/archive/")[0] == 200
            link = f"{web.url}/u/{ledger.token()}"
            assert timed("POST", link, b"List-Unsubscribe=One-Click")[0] == 200
            assert {check.result()[0] for check in checks} == {503}
        assert ledger.subscription_states() == ["unsubscribed"]
        assert request("GET", web.url + "/healthz").status == 200
        lease.stop_if_last()


@contextmanager
def stopped(*pids: int) -> Iterator[None]:
    """Have processes do nothing, as a machine that hangs; their connections stay open."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def _children(parent: int) -> list[int]:
    tasks = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [int(pid) for pid in tasks.split()]


def half_sent(url: str, path: str, headers: dict[str, str], length: int) -> socket.socket:
    host, _, port = url.removeprefix("http://").partition(":")
    connection = socket.create_connection((host, int(port)), timeout=20)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n{lines}\r\n"
    connection.sendall(head.encode())
    return connection


def status_of(connection: socket.socket) -> int:
    with http.client.HTTPResponse(connection) as answer:
        answer.begin()
        return answer.status


def test_an_unsigned_webhook_is_answered_before_its_body_comes(web: WebHandle) -> None:
    with half_sent(web.url, "/webhooks/sendgrid", {}, 1000) as connection:
        assert status_of(connection) == 401


def test_a_length_beyond_the_limit_is_answered_before_the_body_comes(web: WebHandle) -> None:
    headers = signed_headers(b"")
    with half_sent(web.url, "/webhooks/sendgrid", headers, MOST_BODY_BYTES + 1) as connection:
        assert status_of(connection) == 413


def test_half_sent_bodies_hold_little_memory(web: WebHandle) -> None:
    headers = {**signed_headers(b"[]"), SIGNATURE_HEADER: "AAAA"}  # looks signed, and is not
    before = psutil.Process().memory_info().rss
    half = bytes(MOST_BODY_BYTES // 2)
    statuses = []
    connections = []
    for _ in range(HALF_SENT):
        connection = half_sent(web.url, "/webhooks/sendgrid", headers, MOST_BODY_BYTES)
        connections.append(connection)
        connection.settimeout(20)
        try:
            connection.sendall(half)
        except OSError:
            statuses.append(0)
    grown = psutil.Process().memory_info().rss - before
    assert grown < 2 * HALF_SENT * 1024 * 1024  # 300 MB were sent
    statuses += [status_of(one) for one in connections]
    assert set(statuses) <= {408, 503}
    for connection in connections:
        connection.close()
    assert request("GET", web.url + "/").status == 200


def trickle(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"a")
        time.sleep(0.02)


def test_headers_that_never_end_are_hung_up_on(
    web: WebHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PunctualProtocol, "seconds", 0.3)
    host, _, port = web.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            trickle(connection)


def test_a_body_that_never_ends_unsubscribes_all_the_same(
    web: WebHandle, ledger: WebLedger
) -> None:
    ledger.seed(1)
    with half_sent(web.url, f"/u/{ledger.token()}", {}, 26) as connection:
        connection.sendall(b"List-Unsub")
        assert status_of(connection) == 200
    assert ledger.subscription_states() == ["unsubscribed"]


def test_an_unknown_webhook_is_404_for_every_method(web: WebHandle) -> None:
    for method in ("GET", "POST", "PUT"):
        assert request(method, web.url + "/webhooks/unknown").status == 404


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/u/x", {"GET", "HEAD", "POST"}),
        ("GET", "/webhooks/sendgrid", {"POST"}),
        ("POST", "/archive/", {"GET", "HEAD"}),
        ("DELETE", "/healthz", {"GET", "HEAD"}),
    ],
)
def test_allow_names_every_method(
    web: WebHandle, method: str, path: str, allowed: set[str]
) -> None:
    answer = request(method, web.url + path)
    assert answer.status == 405
    assert {one.strip() for one in answer.headers["Allow"].split(",")} == allowed


def test_health_is_json(web: WebHandle) -> None:
    assert json.loads(request("GET", web.url + "/healthz").body)["status"] == "ok"
