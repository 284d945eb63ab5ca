"""A RabbitMQ of the test run's own: its name, ports, folder and port mapper are nobody else's."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from embedded_kit import wait_for

_PROGRAM = "/usr/lib/rabbitmq/bin/rabbitmq-server"
"""Of Debian's package; its wrapper on PATH would start it as another user, in system folders."""
_START_SECONDS = 120


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as client:
        if client.connect_ex(("127.0.0.1", port)) != 0:
            return False
        client.sendall(b"AMQP\x00\x00\x09\x01")
        return bool(client.recv(1))


@contextmanager
def rabbitmq(folder: Path) -> Iterator[str]:
    """Run a broker with its files in `folder`; gives its URL, or skips where it is missing."""
    if not os.access(_PROGRAM, os.X_OK):
        pytest.skip("needs RabbitMQ (Debian: apt install rabbitmq-server)")
    port, mapper = _free_port(), _free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(mapper),
        "RABBITMQ_NODENAME": f"mailer-{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(_free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_CONF_ENV_FILE": os.devnull,
        "RABBITMQ_CONFIG_FILE": str(folder / "none"),
    }
    folder.mkdir()
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [_PROGRAM],
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            wait_for(lambda: process.poll() is not None or _answers(port), seconds=_START_SECONDS)
            assert process.poll() is None, (folder / "output").read_text()
            yield f"amqp://guest:guest@127.0.0.1:{port}//"
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            _end_port_mapper(environment)


def _end_port_mapper(environment: dict[str, str]) -> None:
    program = shutil.which("epmd")
    if program is not None:
        subprocess.run([program, "-kill"], env=environment, capture_output=True, check=False)
