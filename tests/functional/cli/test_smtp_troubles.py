"""Every trouble with a mail server is one line of `issue test`, and a failure of `doctor`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import cli_kit
import pytest
from cli_kit import Cli
from fakes.certificates import make_authority
from fakes.smtp import MODERN, SmtpServer
from odd_server import odd_server

cli = cli_kit.cli
PASSWORD = "pa55-w0rd"
LOGIN = {"MAILER_SMTP__USERNAME": "u", "MAILER_SMTP__PASSWORD": PASSWORD}

Server = Callable[[Path], AbstractContextManager[tuple[int, dict[str, str]]]]


def says(answer: bytes | None, **more: str) -> Server:
    """Return what starts a server that says one thing."""

    @contextmanager
    def running(_: Path) -> Iterator[tuple[int, dict[str, str]]]:
        with odd_server(answer) as port:
            yield port, more

    return running


def smtp(*, host: str = "", trusts: bool = True, tls: str = "", **more: object) -> Server:
    """Return what starts an SMTP server with a certificate."""

    @contextmanager
    def running(folder: Path) -> Iterator[tuple[int, dict[str, str]]]:
        authority = make_authority(folder, host=host)
        settings = {"MAILER_SMTP__CA_FILE": str(authority.ca_file) if trusts else ""}
        server = SmtpServer(
            extensions=(*MODERN, "STARTTLS"),
            context=authority.context,
            is_implicit=tls == "implicit",
            login=more.get("login"),  # type: ignore[arg-type]
        )
        with server.running():
            yield server.port, {**settings, **({"MAILER_SMTP__TLS": tls} if tls else {}), **LOGIN}

    return running


TROUBLES: dict[str, tuple[Server, str]] = {
    "silent": (says(None, MAILER_SMTP__TIMEOUT_SECONDS="2"), "time"),
    "closes": (says(b""), "closed"),
    "garbage": (says(b"\xff\x00\x1b[31m garbage\r\n"), "cannot use"),
    "refuses": (says(b"554 5.7.1 go away\r\n"), "554 5.7.1 go away"),
    "busy": (says(b"421 4.3.2 too busy\r\n"), "421 4.3.2 too busy"),
    "a web server": (says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "cannot use"),
    "a long line": (says(b"2" * 300_000), "cannot use"),
    "another name": (smtp(host="other.example", tls="starttls"), "not valid for"),
    "unsigned": (smtp(trusts=False, tls="implicit"), "certificate verify failed"),
    "wrong password": (smtp(login=("u", "right")), "refuses the login: 535"),
    "no login offered": (smtp(), "refuses the login"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_mail_server_with_trouble(cli: Cli, tmp_path: Path, trouble: str) -> None:
    start, words = TROUBLES[trouble]
    with start(tmp_path) as (port, settings):
        cli.set(MAILER_PROVIDER="smtp", MAILER_SMTP__PORT=str(port), **settings)
        tested = cli.call("issue", "test", "week-1.md", "--to", "ada@example.org")
        found = cli.call("doctor", "--json")
    assert tested.code == 3
    assert words in tested.error
    assert found.code == 1
    [provider] = [one for one in found.json if one["name"] == "provider"]
    assert provider["status"] == "fail"
    assert words in provider["detail"]
    for said in (tested.out, tested.err, found.out, found.err):
        assert PASSWORD not in said
        assert "\x1b" not in said
