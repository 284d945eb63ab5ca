"""SMTP against servers that others wrote: aiosmtpd, and Postfix's smtp-sink."""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from provider_kit import IDENTITY, ISSUE, Notes, readers, seen, states

from mailer.errors import ProviderThrottledError, ProviderUnavailableError
from mailer.providers.outcome import LeaseLostError, Outcome
from mailer.providers.smtp.provider import SmtpProvider
from mailer.providers.smtp.settings import SmtpSettings
from mailer.states import DeliveryState

SMTP_SINK = shutil.which(
    "smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/libexec/postfix"
)


class Keeper:
    def __init__(self) -> None:
        self.messages: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802 - its name
        self.messages.append((envelope.rcpt_tos, envelope.content))
        return "250 2.0.0 kept"


@pytest.fixture
def kept() -> Iterator[tuple[Keeper, SmtpProvider]]:
    keeper = Keeper()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(keeper, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    yield keeper, SmtpProvider(SmtpSettings(port=port, timeout_seconds=10))
    controller.stop()


def test_aiosmtpd_receives_what_was_bound(kept: tuple[Keeper, SmtpProvider]) -> None:
    keeper, smtp = kept
    connection = smtp.connect(ISSUE, IDENTITY)
    outcomes = connection.hand_over(readers(30), journal=Notes())
    connection.close()
    assert set(states(outcomes).values()) == {DeliveryState.ACCEPTED}
    assert [rcpts for rcpts, _ in keeper.messages] == [[r.email] for r in readers(30)]
    for (_, content), recipient in zip(keeper.messages, readers(30), strict=True):
        assert seen(content).to_name == recipient.name
        assert recipient.unsubscribe_url in seen(content).text


def test_aiosmtpd_drops_what_has_no_dot(kept: tuple[Keeper, SmtpProvider]) -> None:
    keeper, smtp = kept
    connection = smtp.connect(ISSUE, IDENTITY)
    with pytest.raises(LeaseLostError):
        connection.hand_over(readers(3), journal=Notes(begins_left=0))
    outcomes = connection.hand_over(readers(1, first=9), journal=Notes())
    connection.close()
    assert set(states(outcomes).values()) == {DeliveryState.ACCEPTED}
    assert [rcpts for rcpts, _ in keeper.messages] == [["reader9@example.org"]]


@pytest.mark.parametrize("options", [(), ("-p",)])
def test_postfix_smtp_sink_takes_everything(tmp_path: Path, options: tuple[str, ...]) -> None:
    with running_sink(tmp_path, options) as port:
        smtp = SmtpProvider(SmtpSettings(port=port, timeout_seconds=10))
        deliver_by_threads(smtp, threads=4, each=50)
    kept = [path.read_bytes() for path in tmp_path.iterdir()]
    found = sorted(seen(content).email for content in kept)
    assert found == sorted(reader.email for reader in readers(200))


def deliver_by_threads(smtp: SmtpProvider, *, threads: int, each: int) -> None:
    failures: list[object] = []

    def lane(number: int) -> None:
        connection = smtp.connect(ISSUE, IDENTITY)
        people = readers(each, first=1 + number * each)
        outcomes: list[Outcome] = []
        while len(outcomes) < each:  # a window ends when it takes long
            outcomes += connection.hand_over(people[len(outcomes) :], journal=Notes())
        connection.close()
        failures.extend(o for o in outcomes if o.state is not DeliveryState.ACCEPTED)

    lanes = [threading.Thread(target=lane, args=(number,)) for number in range(threads)]
    for thread in lanes:
        thread.start()
    for thread in lanes:
        thread.join()
    assert failures == []


def first_outcome(port: int) -> Outcome:
    connection = SmtpProvider(SmtpSettings(port=port, timeout_seconds=5)).connect(ISSUE, IDENTITY)
    try:
        return connection.hand_over(readers(1), journal=Notes())[0]
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("options", "state", "reason"),
    [
        (("-f", "RCPT"), DeliveryState.REJECTED, "smtp_500_5.3.0"),
        (("-f", "."), DeliveryState.REJECTED, "smtp_500_5.3.0"),
        (("-q", "."), DeliveryState.UNKNOWN, "connection_lost_after_data"),
    ],
)
def test_postfix_smtp_sink_refuses(
    tmp_path: Path, options: tuple[str, str], state: DeliveryState, reason: str
) -> None:
    with running_sink(tmp_path, options) as port:
        outcome = first_outcome(port)
    assert (outcome.state, outcome.reason) == (state, reason)


@pytest.mark.parametrize(
    ("options", "code"), [(("-r", "RCPT"), "450"), (("-r", "."), "450"), (("-Q", "."), "421")]
)
def test_postfix_smtp_sink_takes_no_more(
    tmp_path: Path, options: tuple[str, str], code: str
) -> None:
    """`450 4.3.0` is about the server, so it is nobody's own deferral."""
    with (
        running_sink(tmp_path, options) as port,
        pytest.raises(ProviderThrottledError, match=code),
    ):
        first_outcome(port)


@pytest.mark.parametrize("options", [("-q", "MAIL"), ("-Q", "RCPT"), ("-q", "DATA")])
def test_postfix_smtp_sink_hangs_up(tmp_path: Path, options: tuple[str, str]) -> None:
    with running_sink(tmp_path, options) as port, pytest.raises(ProviderUnavailableError):
        first_outcome(port)


@contextmanager
def running_sink(folder: Path, options: tuple[str, ...]) -> Iterator[int]:
    """Run smtp-sink on a free port, with one file a message in `folder`."""
    if SMTP_SINK is None:
        pytest.skip("needs Postfix's smtp-sink (Debian: postfix)")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    root = ["-u", "root"] if os.geteuid() == 0 else []
    command = [SMTP_SINK, *root, "-d", f"{folder}/message.", *options, f"127.0.0.1:{port}", "50"]
    with subprocess.Popen(command) as sink:
        try:
            wait_for(port)
            yield port
        finally:
            sink.terminate()


def wait_for(port: int) -> None:
    """Wait until something listens on `port`."""
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise AssertionError(f"nothing listens on {port}")
