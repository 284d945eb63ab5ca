"""A look behind the links: what is dead is found, and no private address is ever asked."""

import datetime as dt
import http.server
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import pytest

from mailer.composing.linting.link_checking import LinkChecker, Verdict, check_links
from mailer.composing.linting.lint_file import Lookups, lint_bytes
from mailer.composing.linting.scan.document import scan
from mailer.config import Settings

FRONT = "---\nsubject: A\ndate: 2026-11-22\n---\n"


class Site(http.server.BaseHTTPRequestHandler):
    """Answers by the path."""

    asked: ClassVar[list[tuple[str, str]]] = []
    busy: ClassVar[list[int]] = [0, 0]
    targets: ClassVar[dict[str, tuple[int, str]]] = {}

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.asked.append((self.command, self.path))
        self.busy[0] += 1
        self.busy[1] = max(self.busy)
        time.sleep(0.01)
        self.busy[0] -= 1
        status, location = self.targets.get(self.path, (200, ""))
        if self.path == "/no-head" and self.command == "HEAD":
            status = 405
        if self.path == "/slow":
            time.sleep(1)
        if self.path == "/drip":
            self.wfile.write(b"HTTP/1.0 200 OK\r\n")
            with suppress(OSError):  # it goes on until the other side hangs up
                while True:
                    time.sleep(0.1)
                    self.wfile.write(b"X")
            return
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    Site.asked.clear()
    Site.busy[:] = [0, 0]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    Site.targets = {
        "/gone": (404, ""), "/broken": (500, ""), "/closed": (403, ""), "/bad": (418, ""),
        "/moved": (301, "/ok"), "/loop": (302, "/loop"), "/to-gone": (302, "/gone"),
        "/to-home": (301, "/"), "/to-file": (302, "file:///etc/passwd"),
        "/to-cloud": (302, "http://169.254.169.254/latest/meta-data/"),
        "/to-lan": (301, "http://192.168.0.1/admin"), "/to-v6": (301, "http://[::ffff:10.0.0.1]/"),
        "/nowhere": (302, ""), "/to-none": (302, "http://[bad/"), "/to-port": (302, "http://a:b/"),
        "/to-label": (302, f"http://{'a' * 70}.news/"),
    }  # fmt: skip
    yield base
    server.shutdown()
    server.server_close()


def checker(**more: object) -> LinkChecker:
    values = {"timeout_seconds": 0.5, "pause_seconds": 0.0, "allow_loopback": True, **more}
    return LinkChecker(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/ok", ""),
        ("/gone", "link-dead"),
        ("/bad", "link-dead"),
        ("/broken", "link-unreachable"),
        ("/closed", ""),
        ("/moved", ""),
        ("/no-head", ""),
        ("/loop", "link-unreachable"),
        ("/to-gone", "link-dead"),
        ("/to-home", "link-moved-home"),
        ("/slow", "link-unreachable"),
        ("/nowhere", ""),
        ("/to-none", "link-dead"),
        ("/to-port", "link-dead"),
        ("/to-label", "link-dead"),
        ("/to-file", "link-private"),
        ("/to-cloud", "link-private"),
        ("/to-lan", "link-private"),
        ("/to-v6", "link-private"),
    ],
)
def test_what_is_behind_an_address(site: str, path: str, code: str) -> None:
    assert checker().check(site + path).code == code


@pytest.mark.parametrize(
    ("errno", "code"),
    [(socket.EAI_NONAME, "link-dead"), (socket.EAI_AGAIN, "link-unreachable")],
)
def test_names_that_lead_nowhere(errno: int, code: str) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(errno, f"{host}:{port}")

    assert checker(resolve=resolve).check("https://quay.news/tar").code == code


def test_an_answer_that_drips_is_hung_up_on(site: str) -> None:
    checker(timeout_seconds=0.3).check(f"{site}/drip")  # else it would never return


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/",
        "http://2130706433:{port}/", "http://0x7f.1:{port}/", "http://127.1:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/", "http://0.0.0.0:{port}/", "http://user@127.0.0.1:{port}/",
        "http://169.254.169.254/", "http://10.0.0.1/", "http://[fe80::1]/", "http://[fd00::1]/",
    ],
)  # fmt: skip
def test_private_addresses_are_never_asked(site: str, url: str) -> None:
    port = site.rpartition(":")[2]
    found = LinkChecker(pause_seconds=0.0, timeout_seconds=0.5).check(url.format(port=port))
    assert found.code in {"link-private", "link-dead"}, found
    assert Site.asked == []


def test_a_name_that_resolves_to_a_private_address_is_refused(site: str) -> None:
    port = int(site.rpartition(":")[2])
    for addresses in (["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"], ["fe80::1%eth0"]):
        closed = LinkChecker(resolve=lambda *_, found=addresses: found, pause_seconds=0.0)
        assert closed.check(f"http://rebind.news:{port}/").code == "link-private"
    assert Site.asked == []


def test_the_connection_goes_to_the_address_that_was_checked(site: str) -> None:
    """A second look-up, were there one, would lead elsewhere: DNS rebinding."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    once = checker(resolve=lambda *_: next(answers))
    port = site.rpartition(":")[2]
    assert once.check(f"http://rebind.news:{port}/ok") == Verdict(
        status=200, url=f"http://rebind.news:{port}/ok"
    )
    assert Site.asked == [("HEAD", "/ok")]


def test_nothing_in_the_environment_opens_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ALLOW_LOOPBACK", "MAILER_ALLOW_LOOPBACK", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "1")
    assert LinkChecker().check("http://127.0.0.1:9/").code == "link-private"


def test_each_address_is_asked_once_and_found_at_each_place(site: str) -> None:
    body = (
        f"[a]({site}/gone) and [b]({site}/ok)\n\n[c]({site}/gone) <mailto:x@y.news> [d](#top)\n\n"
        f"![p]({site}/bad)\n"
    )
    told: list[tuple[int, int]] = []
    found = check_links(
        scan(FRONT + body), Path("a.md"), checker(), progress=lambda *done: told.append(done)
    )
    assert sorted((each.line, each.column, each.code) for each in found.findings) == [
        (5, 5, "link-dead"),
        (7, 5, "link-dead"),
        (9, 6, "link-dead"),
    ]
    assert sorted(Site.asked) == [
        ("GET", "/gone"), ("HEAD", "/bad"), ("HEAD", "/gone"), ("HEAD", "/ok"),
    ]  # fmt: skip
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert Site.busy[1] == 1, "one request at a time to one host"


def test_what_is_beyond_the_limit_is_counted(site: str) -> None:
    pages = ("gone", "bad", "ok", "moved", "closed")
    body = "".join(f"[a]({site}/{page}) [b]({site}/{page})\n" for page in pages)
    look = check_links(scan(FRONT + body), Path("a.md"), checker(most_links=2))
    assert look.unasked == 3
    assert len(look.findings) == 4
    lookups = Lookups(findings=look.findings, links_checked=True, links_unasked=look.unasked)
    settings = Settings.model_validate({"workspace": Path("/nowhere")})
    now = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    report = lint_bytes((FRONT + body).encode(), Path("a.md"), settings, now=now, lookups=lookups)
    assert "what is behind the last 3 links" in str(report.facts["left_out"])
