"""Fixtures for every test: real PostgreSQL and Redis, one fresh database a test."""

import logging
import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import redis
import steps_kit
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine

from mailer.database.engine import make_engine
from mailer.database.migrate import upgrade
from mailer.platform.embedded import acquire

NO_CLOCK = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("mailer", NO_CLOCK)  # no property depends on how busy the machine is
settings.load_profile("mailer")

SHARED = Path(__file__).resolve().parents[2] / "shared"
"""Material that lies beside the checkout where there is some; tests that need it skip elsewhere."""


@pytest.fixture(autouse=True)
def _logs_end_with_their_test() -> Iterator[None]:
    """Take away what a command that ran in this process set up: its stream is closed by now."""
    yield
    if structlog.is_configured():
        structlog.reset_defaults()
        root = logging.getLogger()
        root.setLevel(logging.WARNING)
        for handler in [one for one in root.handlers if type(one) is logging.StreamHandler]:
            root.removeHandler(handler)


@dataclass(frozen=True)
class Servers:
    """The servers that all tests of this run share."""

    database_url: str
    redis_url: str


SERVERS_VARIABLE = "TEST_SERVERS_DIRECTORY"


def pytest_configure(config: pytest.Config) -> None:
    """Name one folder for the servers of this run, which its xdist workers inherit.

    It is not below pytest's own base folder, which every other run closes to everybody else;
    as root, PostgreSQL runs as somebody else.
    """
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # commands started under nohup would ignore it
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as in the background of a shell
    if not hasattr(config, "workerinput"):
        os.environ[SERVERS_VARIABLE] = tempfile.mkdtemp(prefix="mailer-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove that folder."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(SERVERS_VARIABLE), ignore_errors=True)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Return real servers: those of TEST_DATABASE_URL and TEST_REDIS_URL, else from wheels."""
    database_url = os.environ.get("TEST_DATABASE_URL")
    redis_url = os.environ.get("TEST_REDIS_URL")
    if database_url and redis_url:
        yield Servers(database_url, redis_url)
        return
    with acquire(Path(os.environ[SERVERS_VARIABLE])) as lease:
        yield Servers(lease.database_url, lease.redis_url)
        lease.stop_if_last()


def _plain(url: str, database: str) -> str:
    """Return `url` for psycopg, naming `database`."""
    head, _, query = url.replace("postgresql+psycopg://", "postgresql://").partition("?")
    return f"{head.rpartition('/')[0]}/{database}" + (f"?{query}" if query else "")


def _named(url: str, database: str) -> str:
    return _plain(url, database).replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(scope="session")
def template_database(servers: Servers, worker_id: str) -> Iterator[str]:
    """Return the name of a migrated database to copy, which holds every step of a state."""
    name = f"template_{worker_id}_{uuid.uuid4().hex[:6]}"
    with psycopg.connect(_plain(servers.database_url, "postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    engine = make_engine(_named(servers.database_url, name))
    upgrade(engine)
    with engine.begin() as connection:
        steps_kit.install(connection)
    engine.dispose()
    yield name
    with psycopg.connect(_plain(servers.database_url, "postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def database_url(servers: Servers, template_database: str) -> Iterator[str]:
    """Return the URL of a fresh database with the newest schema."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(_plain(servers.database_url, "postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template_database}"')
        yield _named(servers.database_url, name)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def empty_database_url(servers: Servers) -> Iterator[str]:
    """Return the URL of a fresh database with nothing in it."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(_plain(servers.database_url, "postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        yield _named(servers.database_url, name)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Return an engine on a fresh database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def broker_url(servers: Servers, worker_id: str) -> str:
    """Return the URL of an empty Redis database of this test process's own."""
    number = int(worker_id.removeprefix("gw") or 0) + 1 if worker_id != "master" else 0
    base = servers.redis_url.partition("?")[0]
    url = f"{base}?db={number}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture
def shared() -> Path:
    """Return the folder of real material, or skip."""
    if not SHARED.is_dir():
        pytest.skip("needs the material in ../shared, which a plain clone does not have")
    return SHARED
