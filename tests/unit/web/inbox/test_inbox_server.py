import smtplib
import socket
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailer.web.inbox.server import InboxServer


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[InboxServer]:
    with InboxServer(tmp_path) as inbox:
        yield inbox
    inbox.store.close()


def message(body: str = "hello\n") -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "n@example.org", "ada@example.org", "Hi"
    made.set_content(body)
    return made.as_bytes(policy=made.policy.clone(linesep="\r\n"))


@pytest.mark.parametrize("body", ["hello\n", "\n", ".\n", "..\n.\n\n.a\n", "x" * 900 + "\n"])
def test_a_message_is_kept_byte_for_byte(inbox: InboxServer, body: str) -> None:
    with smtplib.SMTP("127.0.0.1", inbox.port) as client:
        client.sendmail("b@example.org", ["ada@example.org", "bob@example.org"], message(body))
    [stored] = inbox.store.search()
    assert stored.recipients == ("ada@example.org", "bob@example.org")
    assert stored.envelope_from == "b@example.org"
    assert inbox.store.raw(stored.id) == message(body)


def test_what_is_offered(inbox: InboxServer) -> None:
    with smtplib.SMTP("127.0.0.1", inbox.port) as client:
        client.ehlo()
        assert {"pipelining", "8bitmime", "smtputf8", "size"} <= set(client.esmtp_features)


def test_an_address_in_utf_8(inbox: InboxServer) -> None:
    with smtplib.SMTP("127.0.0.1", inbox.port) as client:
        client.ehlo()
        client.sendmail("", ["zoë@bücher.example"], message(), ["SMTPUTF8", "BODY=8BITMIME"])
    [stored] = inbox.store.search()
    assert (stored.envelope_from, stored.recipients) == ("", ("zoë@bücher.example",))


def talk(inbox: InboxServer, *parts: bytes, pause_seconds: float = 0) -> list[bytes]:
    with socket.create_connection(("127.0.0.1", inbox.port), timeout=10) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause_seconds)
        return connection.makefile("rb").read().splitlines()


def codes(lines: list[bytes]) -> list[int]:
    return [int(line[:3]) for line in lines if line[3:4] == b" "]


ONE = b"MAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\nSubject: s\r\n\r\nx\r\n.\r\n"


def test_everything_may_come_at_once(inbox: InboxServer) -> None:
    lines = talk(inbox, b"EHLO me\r\n" + ONE * 3 + b"QUIT\r\n")
    assert codes(lines) == [220, 250, *[250, 250, 354, 250] * 3, 221]
    assert len(inbox.store) == 3


def test_everything_may_come_byte_by_byte(inbox: InboxServer) -> None:
    whole = b"EHLO me\r\n" + ONE + b"QUIT\r\n"
    lines = talk(inbox, *(bytes([byte]) for byte in whole))
    assert codes(lines) == [220, 250, 250, 250, 354, 250, 221]
    assert inbox.store.raw(1) == b"Subject: s\r\n\r\nx\r\n"


def test_an_empty_message(inbox: InboxServer) -> None:
    begin = b"HELO me\r\nMAIL FROM:<>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n"
    assert codes(talk(inbox, begin + b".\r\nQUIT\r\n")) == [220, 250, 250, 250, 354, 250, 221]
    assert inbox.store.raw(1) == b""


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (b"DATA", 503),
        (b"RCPT TO:<a@b.c>", 503),
        (b"MAIL FROM: a@b.c", 501),
        (b"MAIL", 501),
        (b"TURN", 502),
        (b"\xff\xfe", 502),
        (b"", 502),
        (b"RSET", 250),
        (b"NOOP", 250),
        (b"VRFY x", 252),
        (b"MAIL FROM:<a@b.c>\r\nMAIL FROM:<a@b.c>", 503),
        (b"MAIL FROM:<a@b.c>\r\nRCPT TO:<>", 501),
    ],
)
def test_commands_out_of_place(inbox: InboxServer, command: bytes, code: int) -> None:
    assert codes(talk(inbox, b"EHLO me\r\n", command + b"\r\nQUIT\r\n"))[-2] == code


def test_a_line_without_end_is_hung_up_on(inbox: InboxServer) -> None:
    assert codes(talk(inbox, b"x" * 10_000)) == [220, 500]


def test_a_message_cut_off_is_not_kept(inbox: InboxServer) -> None:
    with socket.create_connection(("127.0.0.1", inbox.port)) as connection:
        connection.sendall(ONE[:-5])
    assert codes(talk(inbox, b"QUIT\r\n")) == [220, 221]
    assert len(inbox.store) == 0


def test_stopping_and_starting_again_keeps_the_messages(tmp_path: Path) -> None:
    for expected in (1, 2):
        inbox = InboxServer(tmp_path).start()
        with smtplib.SMTP("127.0.0.1", inbox.port) as client:
            client.sendmail("a@b.c", ["d@e.f"], message())
        inbox.stop()
        inbox.stop()
        assert len(inbox.store) == expected
        inbox.store.close()


def test_a_taken_port_is_an_error(inbox: InboxServer, tmp_path: Path) -> None:
    second = InboxServer(tmp_path, port=inbox.port)
    with pytest.raises(OSError, match="in use"):
        second.start()
    second.store.close()


def test_two_thousand_messages_by_one_connection(inbox: InboxServer) -> None:
    body = b"Subject: s\r\n\r\n" + b"a line of some length, as they are in newsletters\r\n" * 1200
    one = b"MAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n" + body + b".\r\n"
    with socket.create_connection(("127.0.0.1", inbox.port)) as connection:
        replies = connection.makefile("rb")
        replies.readline()
        for _ in range(2000):
            connection.sendall(one)
            assert [replies.readline()[:3] for _ in range(4)] == [b"250", b"250", b"354", b"250"]
    assert len(inbox.store) == 2000
