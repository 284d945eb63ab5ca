import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from web_kit import WebLedger, request, web_app

from mailer.bootstrap import App
from mailer.errors import ConfigurationError
from mailer.platform.serving import listen
from mailer.web.server import WebHandle, start_web
from subscribers.tokens import Signer

ROOT = Path(__file__).resolve().parents[3]


def test_healthy(web: WebHandle) -> None:
    answer = request("GET", web.url + "/healthz")
    assert answer.status == 200
    assert json.loads(answer.body) == {"status": "ok", "database": "ok", "broker": "ok"}


@pytest.mark.parametrize("gone", ["database", "broker"])
def test_unhealthy_tells_what_is_gone_and_no_secret(
    tmp_path: Path, web_database: str, servers: Any, gone: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nowhere = closed.getsockname()[1]
    urls = {
        "database": (f"postgresql+psycopg://u:s3cret@127.0.0.1:{nowhere}/x", servers.redis_url),
        "broker": (web_database, f"redis://:s3cret@127.0.0.1:{nowhere}/0"),
    }
    with web_app(tmp_path, *urls[gone]) as app, start_web(app) as web:
        answer = request("GET", web.url + "/healthz")
    assert answer.status == 503
    expected = {"status": "unavailable", "database": "ok", "broker": "ok", gone: "unavailable"}
    assert json.loads(answer.body) == expected


def test_without_a_database_pages_ask_to_come_again(
    tmp_path: Path, servers: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    url = "postgresql+psycopg://u:s3cret@127.0.0.1:1/x"
    with web_app(tmp_path, url, servers.redis_url) as app, start_web(app) as web:
        token = WebLedger(app.engine, Signer([bytes(32)])).token()
        answers = [
            request("GET", web.url + "/archive/"),
            request("POST", f"{web.url}/u/{token}", body=b"List-Unsubscribe=One-Click"),
        ]
    for answer in answers:
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "60"
        assert "We cannot do that right now" in answer.text
    logged = "".join(capfd.readouterr())
    assert "s3cret" not in logged
    assert token not in logged
    assert "Traceback" not in logged


def test_an_error_of_ours_is_a_friendly_page_without_a_trace(
    app: App, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("ada@example.org did it")

    monkeypatch.setattr("mailer.web.public.archive.read_index", broken)
    with start_web(app) as web:
        answer = request("GET", web.url + "/archive/")
    logged = "".join(capfd.readouterr())
    assert answer.status == 500
    assert "Something went wrong" in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for text in (answer.text, logged):
        assert "ada@" not in text
        assert "Traceback" not in text
    assert "RuntimeError" in logged


@pytest.mark.parametrize(
    "path", ["/nope", "/docs", "/openapi.json", "/inbox/", "/u/", "//evil.example/", "/%2e%2e/x"]
)
def test_an_unknown_path_is_a_friendly_404(web: WebHandle, path: str) -> None:
    answer = request("GET", web.url + path)
    assert answer.status == 404
    assert answer.headers["Location"] is None
    assert "There is nothing here" in answer.text


@pytest.mark.parametrize("path", ["/", "/archive/", "/healthz", "/unsubscribe-help", "/nope"])
def test_every_answer_has_the_headers_of_all(web: WebHandle, path: str) -> None:
    for method in ("GET", "HEAD"):
        answer = request(method, web.url + path)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Set-Cookie"] is None
        assert answer.headers["Server"] is None


def test_get_and_head_change_nothing_anywhere(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(2)
    before = ledger.everything()
    paths = ["/", "/archive/", "/archive/first", f"/u/{ledger.token()}", "/webhooks/sendgrid"]
    for path in [*paths, "/healthz", "/unsubscribe-help", "/u/x", "/nope"]:
        for method in ("GET", "HEAD"):
            request(method, web.url + path)
    assert ledger.everything() == before


def test_tokens_are_not_logged(
    web: WebHandle, ledger: WebLedger, capfd: pytest.CaptureFixture[str]
) -> None:
    ledger.seed(1)
    token = ledger.token()
    for method in ("GET", "HEAD", "POST", "DELETE"):
        request(method, f"{web.url}/u/{token}")
        request(method, f"{web.url}/u/{token[:-1]}")
    assert token[:-1] not in "".join(capfd.readouterr())


def test_a_taken_port_is_one_clear_line(app: App) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"cannot listen on 127\.0\.0\.1:{port}"):
            start_web(app, port=port)


def test_stopping_twice_is_stopping(app: App) -> None:
    handle = start_web(app)
    assert request("GET", handle.url + "/").status == 200
    handle.stop()
    handle.stop()
    with pytest.raises(OSError, match=r"refused|reset"):
        request("GET", handle.url + "/")


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """asyncio turns Nagle's algorithm off where the socket says that it is TCP, and only there."""
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


SERVE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from web_kit import web_app
from mailer.web.public import archive
from mailer.platform.serving import listen
from mailer.web.server import run_web
import time
slow = archive.read_index
def slowly(*args, **kwargs):
    print("working", flush=True)
    time.sleep(1)
    return slow(*args, **kwargs)
archive.read_index = slowly
with web_app(Path(sys.argv[2]), sys.argv[3], sys.argv[4]) as app:
    run_web(app, "127.0.0.1", int(sys.argv[5]))
print("put away", flush=True)
"""


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_finishes_what_is_in_flight_and_returns(
    tmp_path: Path, web_database: str, servers: Any, stop: signal.Signals
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    helpers = str(ROOT / "tests" / "helpers")
    arguments = [helpers, str(tmp_path), web_database, servers.redis_url, str(port)]
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, *arguments],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    ) as process:
        url = f"http://127.0.0.1:{port}"
        wait_for(url)
        statuses: list[int] = []
        reader = threading.Thread(
            target=lambda: statuses.append(request("GET", url + "/archive/").status)
        )
        reader.start()
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        process.send_signal(stop)
        reader.join()
        assert process.stdout.readline() == "put away\n"
        assert process.wait(20) == 0
    assert statuses == [200]


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            request("GET", url + "/unsubscribe-help")
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return
