"""One database and one web app for all these tests; each begins with empty tables."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url
from web_kit import WebLedger, web_app

from mailer.bootstrap import App
from mailer.web.inbox.store import InboxStore
from mailer.web.server import WebHandle, start_web

EMPTY = """
TRUNCATE event, webhook, suppression, consent, attempt, delivery, batch, send, compiled_issue,
issue, subscription, subscriber, mailing_list RESTART IDENTITY CASCADE
"""


@pytest.fixture(scope="session")
def web_database(servers: Any, template_database: str) -> Iterator[str]:
    """Return the URL of a database that these tests share."""
    url = make_url(servers.database_url)
    name = f"web_{uuid.uuid4().hex[:12]}"
    plain = url.set(drivername="postgresql", database="postgres")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template_database}"')
        yield url.set(database=name).render_as_string(hide_password=False)
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def shared_app(
    tmp_path_factory: pytest.TempPathFactory, web_database: str, servers: Any
) -> Iterator[App]:
    with web_app(tmp_path_factory.mktemp("web"), web_database, servers.redis_url) as app:
        yield app


@pytest.fixture(scope="session")
def shared_web(shared_app: App) -> Iterator[WebHandle]:
    with start_web(shared_app) as handle:
        yield handle


@pytest.fixture
def app(shared_app: App) -> App:
    """Return the container, on empty tables."""
    WebLedger(shared_app.engine, shared_app.signer).run(EMPTY)
    return shared_app


@pytest.fixture
def web(app: App, shared_web: WebHandle) -> WebHandle:  # noqa: ARG001 - for its empty tables
    """Return the running web app."""
    return shared_web


@pytest.fixture
def ledger(app: App) -> WebLedger:
    """Return the ledger behind it."""
    return WebLedger(app.engine, app.signer)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[InboxStore]:
    """Return an empty inbox."""
    store = InboxStore(tmp_path / "inbox")
    yield store
    store.close()
