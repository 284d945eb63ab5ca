"""A worker whose broker says nothing ends when it is told to, and leaves nobody behind."""

import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import cli_kit
import pytest
from cli_kit import Cli, wait_until
from odd_server import odd_server

from mailer.platform.embedded.binaries import find_redis

cli = cli_kit.cli
pytestmark = pytest.mark.slow


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def _redis() -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    port = _free_port()
    command = [str(find_redis()[0]), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        yield process, port
        process.kill()


@pytest.mark.parametrize("command", ["worker", "up"])
def test_a_broker_that_has_never_answered(cli: Cli, command: str) -> None:
    asked = threading.Event()
    with odd_server(None, accepted=asked) as port:
        cli.set(REDIS_URL=f"redis://127.0.0.1:{port}/0", MAILER_WEB__PORT=str(_free_port()))
        started = cli.start(command)
        wait_until(lambda: asked.is_set() or started.has_ended())
        assert started.stop(signal.SIGTERM) == 0
        wait_until(lambda: not started.group())


def test_a_broker_that_falls_silent(cli: Cli) -> None:
    with _redis() as (server, port):
        cli.set(REDIS_URL=f"redis://127.0.0.1:{port}/0")
        worker = cli.start("worker")
        wait_until(lambda: "ready" in worker.text or worker.has_ended(), seconds=60)
        server.send_signal(signal.SIGSTOP)
        assert worker.stop(signal.SIGTERM, seconds=60) == 0
        wait_until(lambda: not worker.group())
