"""Real worker processes: told to stop, with their broker emptied or gone, and all together."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import cli_kit
import psutil
import pytest
import redis
from cli_kit import Cli, Process, wait_until
from sink import Sink

from mailer.cli.shared import ExitCode
from mailer.platform.embedded.binaries import find_redis

cli = cli_kit.cli
pytestmark = pytest.mark.slow
SEND = ("send", "week-1.md", "--list", "readers", "--yes")
PEOPLE = [f"reader{n}@example.org" for n in range(240)]


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink(seconds_a_message=0.02) as sink:
        yield sink


@pytest.fixture
def office(cli: Cli, sink: Sink) -> Cli:
    """Return a workspace with a list whose send by SMTP takes some seconds."""
    cli.list_of(*PEOPLE)
    cli.set(
        MAILER_PROVIDER="smtp",
        MAILER_SMTP__PORT=str(sink.port),
        MAILER_SMTP__CONNECTIONS="2",
        MAILER_DELIVERY__BATCH_SIZE="40",
    )
    return cli


def wait_for_more(sink: Sink, process: Process, *, count: int = 30) -> None:
    target = min(len(sink.received) + count, len(PEOPLE) - 20)
    wait_until(lambda: len(sink.received) >= target or process.has_ended())
    assert not process.has_ended(), process.text


def assert_all_once(cli: Cli, sink: Sink) -> None:
    wait_until(lambda: cli.books()["state"] == "sent")
    books = cli.books()["books"]
    assert (books["accepted"], books["unknown"], books["failed"]) == (len(PEOPLE), 0, 0)
    assert books["balanced"]
    assert sink.received == dict.fromkeys(PEOPLE, 1)


def test_a_worker_that_cannot_write_its_journal_does_not_start(office: Cli) -> None:
    (office.path / ".mailer").mkdir(exist_ok=True)
    (office.path / ".mailer" / "journal").touch()
    done = office.run("worker")
    assert done.code == ExitCode.CONFIGURATION
    assert "journal: no journal can be written there" in done.error
    told = office.run(*SEND)
    assert told.code == ExitCode.FAILED
    assert "the worker stopped unexpectedly" in told.err


def test_stopped_emptied_and_started_anew_nobody_is_lost_or_reached_twice(
    office: Cli, sink: Sink
) -> None:
    assert office.call(*SEND, "--no-watch").code == 0
    for number in (signal.SIGTERM, signal.SIGINT):
        worker = office.start("worker")
        wait_for_more(sink, worker)
        assert worker.stop(number) == 0, worker.text
        assert not worker.group()
        assert office.rows("SELECT id FROM delivery WHERE state IN ('unknown', 'sending')") == []
        assert "Traceback" not in worker.text
    with redis.Redis.from_url(office.broker_url) as broker:
        broker.flushdb()
    plain = office.start("-A", "worker", "worker", "--concurrency=1", program=("celery",))
    office.change("UPDATE batch SET enqueued_at = enqueued_at - interval '1 minute'")
    wait_for_more(sink, plain)
    with redis.Redis.from_url(office.broker_url) as broker:
        broker.flushdb()
    office.change("UPDATE batch SET enqueued_at = enqueued_at - interval '1 minute'")
    assert_all_once(office, sink)
    assert plain.stop(signal.SIGTERM) == 0


def test_a_terminal_that_closes_loses_sight_of_nothing(office: Cli, sink: Sink) -> None:
    assert office.call(*SEND, "--no-watch").code == 0
    worker, terminal = cli_kit.start_on_terminal("worker")
    wait_until(lambda: len(sink.received) >= 30 or worker.poll() is not None)
    os.close(terminal)
    assert worker.wait(30) == 0
    assert office.rows("SELECT id FROM delivery WHERE state IN ('unknown', 'sending')") == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_send_that_is_stopped_takes_its_worker_along(
    office: Cli, sink: Sink, number: signal.Signals
) -> None:
    office.monkeypatch.setenv("WORKER_UNDER_TEST", str(office.path))
    send = office.start(*SEND)
    wait_for_more(sink, send)
    assert any("celery" in " ".join(one.cmdline()) for one in ours(office))
    assert abs(send.stop(number)) % 128 == number
    wait_until(lambda: not ours(office))
    assert office.books()["books"]["unknown"] == 0
    done = office.run("sends", "watch", "1")
    assert done.code == 0, done.err
    assert_all_once(office, sink)


def ours(cli: Cli) -> list[psutil.Process]:
    return cli_kit.marked("WORKER_UNDER_TEST", str(cli.path))


def test_the_first_worker_makes_the_schema(cli: Cli) -> None:
    cli.change("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    worker = cli.worker()
    assert cli.call("sends", "ls", "--json").json == []
    assert worker.stop(signal.SIGTERM) == 0
    assert "Traceback" not in worker.text
    assert "Ctrl+C again" not in worker.text


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("DATABASE_URL", cli_kit.NOWHERE_DATABASE, "error: the database cannot be used: "),
        ("MAILER_WORKSPACE", "/gone", "error: MAILER_WORKSPACE: /gone is not a workspace"),
    ],
)
def test_plain_celery_says_what_is_wrong_in_a_line(
    cli: Cli, variable: str, value: str, message: str
) -> None:
    cli.set(**{variable: value})
    worker = cli.start("-A", "worker", "worker", program=("celery",))
    assert worker.process.wait(60) == 3
    assert worker.text.startswith(message)
    assert worker.text.count("\n") == 1


class Broker:
    """A Redis of the test's own that can go away and come back, having forgotten everything."""

    def __init__(self, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._log = log.open("ab")
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(
            [str(find_redis()[0]), *arguments], stdout=self._log, stderr=self._log
        )
        with redis.Redis.from_url(self.url) as client:
            wait_until(lambda: answers(client))

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        self.stop()
        self._log.close()


def answers(client: "redis.Redis") -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path / "redis.log")
    yield broker
    broker.close()


def test_a_worker_outlives_its_broker(office: Cli, sink: Sink, broker: Broker) -> None:
    office.set(REDIS_URL=broker.url)
    office.broker_url = broker.url
    worker = office.worker()
    assert office.call(*SEND, "--no-watch").code == 0
    wait_for_more(sink, worker)
    broker.stop()
    refused = office.call(*SEND, "--no-watch")
    assert "the broker cannot be used" in refused.error
    assert [one.id for one in office.rows("SELECT id FROM send")] == [1]
    office.change("UPDATE batch SET enqueued_at = enqueued_at - interval '1 minute'")
    broker.start()
    assert_all_once(office, sink)
    assert worker.stop(signal.SIGTERM) == 0


def test_whoever_watches_hears_within_seconds_why_nothing_moves(
    office: Cli, broker: Broker
) -> None:
    office.set(REDIS_URL=broker.url, MAILER_SMTP__PORT="1")
    office.broker_url = broker.url
    worker = office.worker()
    assert office.call(*SEND, "--no-watch").code == 0
    watching = office.start("sends", "watch", "1")
    wait_until(lambda: "cannot use the SMTP server 127.0.0.1:1: " in watching.text)
    listed = office.call("sends", "ls")
    assert "send 1: cannot use the SMTP server 127.0.0.1:1: " in listed.words
    assert "last trouble: cannot use the SMTP server" in office.call("sends", "show", "1").words
    assert "Connection refused" in office.call("sends", "show", "1", "--json").json["trouble"]
    assert worker.stop(signal.SIGTERM) == 0
    wait_until(lambda: "no worker is running" in watching.text)
    broker.stop()
    wait_until(lambda: "the broker does not answer" in watching.text)
    assert watching.stop(signal.SIGINT) != 0
    assert "Traceback" not in watching.text


def test_a_worker_outlives_a_fault_of_its_brokers_client(
    office: Cli, sink: Sink, broker: Broker
) -> None:
    """An answer that Celery takes for a fault of its own: a queue that is no queue."""
    office.set(REDIS_URL=broker.url)
    office.broker_url = broker.url
    worker = office.worker()
    process = worker.process.pid
    with redis.Redis.from_url(broker.url) as client:
        client.delete("deliver")
        client.set("deliver", "not a list")
        wait_until(lambda: "Unrecoverable error" in worker.text)
        client.delete("deliver")
    assert office.call(*SEND, "--no-watch").code == 0
    assert_all_once(office, sink)
    assert worker.process.pid == process
    assert worker.stop(signal.SIGTERM) == 0
    assert not worker.group()


def test_a_worker_that_is_killed_does_not_take_the_web_app_along(cli: Cli) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    cli.set(MAILER_WEB__PORT=str(port), MAILER_WEB__BASE_URL=f"http://127.0.0.1:{port}")
    cli.monkeypatch.setenv("WORKER_UNDER_TEST", str(cli.path))
    together = cli.start("up")
    wait_until(lambda: is_healthy(port) or together.has_ended())
    web, time_began = the_one(cli, "web"), time.monotonic()
    wait_until(lambda: doctor(cli)["worker"] == "ok" and time.monotonic() > time_began + 6)
    for one in ours(cli):
        if "celery" in " ".join(one.cmdline()):
            one.kill()
    cli.list_of("ada@example.org")
    assert cli.call(*SEND, "--no-watch").code == 0
    wait_until(lambda: cli.books()["state"] == "sent" or together.has_ended())
    assert the_one(cli, "web").pid == web.pid
    assert "the worker has ended" in together.text
    assert together.stop(signal.SIGTERM) == 0, together.text
    assert ours(cli) == []


def the_one(cli: Cli, word: str) -> psutil.Process:
    [found] = [one for one in ours(cli) if one.cmdline()[-1] == word]
    return found


def test_all_together(cli: Cli) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    cli.set(MAILER_WEB__PORT=str(port), MAILER_WEB__BASE_URL=f"http://127.0.0.1:{port}")
    cli.monkeypatch.setenv("WORKER_UNDER_TEST", str(cli.path))
    together = cli.start("up")
    wait_until(lambda: is_healthy(port) or together.has_ended())
    cli.list_of("ada@example.org")
    wait_until(lambda: doctor(cli)["worker"] == "ok" or together.has_ended())
    assert cli.call(*SEND).code == 0, together.text
    assert doctor(cli) | {"sender": "ok"} == dict.fromkeys(doctor(cli), "ok")
    assert together.stop(signal.SIGTERM) == 0, together.text
    assert ours(cli) == []
    assert "Traceback" not in together.text


def doctor(cli: Cli) -> dict[str, str]:
    return {one["name"]: one["status"] for one in cli.call("doctor", "--json").json}


def is_healthy(port: int) -> bool:
    address = f"http://127.0.0.1:{port}/healthz"
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False
