"""Workers are killed with SIGKILL in the middle of a send, over and over; the books balance."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from ledger_kit import Ledger
from rabbitmq_kit import rabbitmq
from sink import Sink
from sqlalchemy import Engine

from mailer.bootstrap import open_app
from mailer.cli.run.processes import child_environment, stop, worker_command
from mailer.config import Settings, load_settings
from mailer.doctor.checks import run_checks
from mailer.sending.reporting import report
from mailer.states import DeliveryState

RECIPIENTS = 5_000
KILLS = 22
KILLS_WITH_RABBITMQ = 6
CONNECTIONS = 3
CHILDREN = 2
PATIENCE_SECONDS = 240


class Worker:
    """A worker process group that can be killed whole or by the child."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self._settings = settings
        self._log = log.open("ab")
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            worker_command(self._settings, concurrency=CHILDREN),
            env=child_environment(self._settings),
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def kill_all(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = self._start()

    def kill_one_child(self) -> None:
        children = psutil.Process(self.process.pid).children()
        random.choice(children).kill() if children else self.kill_all()

    def close(self) -> None:
        stop(self.process)
        self._log.close()


@pytest.fixture
def settings(
    tmp_path: Path, database_url: str, broker_url: str, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", broker_url)
    monkeypatch.setenv("MAILER_PROVIDER", "smtp")
    monkeypatch.setenv("MAILER_SMTP__PORT", str(sink.port))
    monkeypatch.setenv("MAILER_SMTP__CONNECTIONS", str(CONNECTIONS))
    monkeypatch.setenv("MAILER_DELIVERY__BATCH_SIZE", "200")
    (tmp_path / "mailer.toml").touch()
    return load_settings(tmp_path)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    with rabbitmq(tmp_path / "rabbitmq") as url:
        yield url


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink(seconds_a_message=0.001) as sink:
        yield sink


@pytest.mark.slow
def test_killed_workers_double_nothing_and_lose_nothing(
    settings: Settings,
    engine: Engine,
    sink: Sink,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    unknown = send_through_kills(settings, engine, sink, tmp_path, kills=KILLS)
    record_property("kills", KILLS)
    record_property("unknown", unknown)


@pytest.mark.slow
def test_rabbitmq_carries_hints_through_kills_and_the_doctor_disturbs_nobody(  # noqa: PLR0913, PLR0917 - fixtures
    broker: str,
    settings: Settings,
    engine: Engine,
    sink: Sink,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The doctor looks before any worker has made the queue; once it made another one there."""
    monkeypatch.setenv("MAILER_BROKER_URL", broker)
    with open_app(settings.workspace) as app:
        assert [one.status for one in run_checks(app) if one.name == "broker"] == ["ok"]
        send_through_kills(settings, engine, sink, tmp_path, kills=KILLS_WITH_RABBITMQ)
        assert [one.status for one in run_checks(app) if one.name == "broker"] == ["ok"]


def send_through_kills(
    settings: Settings, engine: Engine, sink: Sink, tmp_path: Path, *, kills: int
) -> int:
    """Send while workers are killed `kills` times; returns how many deliveries are unknown."""
    ledger = Ledger(engine, settings.state_dir / "journal", batch_size=200)
    send_id = ledger.plan(ledger.subscribe(RECIPIENTS), provider="smtp")
    worker = Worker(settings, tmp_path / "worker.log")
    most_unknown = 0
    try:
        for kill in range(kills):
            target = min(
                sum(sink.received.values()) + random.randint(20, RECIPIENTS // kills - 20),
                RECIPIENTS - 50,
            )
            wait_until(lambda target=target: sum(sink.received.values()) >= target, worker)
            time.sleep(random.uniform(0, 0.05))
            if kill % 2:
                most_unknown += CONNECTIONS
                worker.kill_one_child()
            else:
                most_unknown += min(sink.open_connections, CHILDREN * CONNECTIONS)
                worker.kill_all()
        wait_until(lambda: report(engine, send_id).summary.state == "sent", worker)
    finally:
        worker.close()

    books = report(engine, send_id).books
    unknown = books.count(DeliveryState.UNKNOWN)
    assert max(sink.received.values()) == 1, "nobody gets two"
    assert max(sink.message_ids.values()) == 1
    assert books.is_balanced
    assert books.accepted + unknown == RECIPIENTS
    assert len(sink.received) >= books.accepted, "whoever is accepted has it"
    assert unknown <= most_unknown
    reached = set(sink.received)
    lost = ledger.scalar(
        "SELECT count(*) FROM delivery d JOIN subscriber p ON p.id = d.subscriber_id"
        " WHERE d.state <> 'unknown' AND NOT p.email = ANY(:reached)",
        reached=list(reached),
    )
    assert lost == 0, "nobody is silently left out"
    return unknown


def wait_until(is_so: Callable[[], bool], worker: Worker) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert worker.process.poll() is None, "the worker ended by itself"
        assert time.monotonic() < deadline, "the send does not get on"
        time.sleep(0.02)
