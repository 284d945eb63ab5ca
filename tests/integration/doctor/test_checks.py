"""`mailer doctor` beside real servers: Any, and beside none."""

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from mailer.bootstrap import App
from mailer.config import kombu_url, load_settings
from mailer.doctor.checks import run_checks
from mailer.platform.broker import make_celery
from mailer.platform.clock import utcnow

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/none"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def _app(folder: Path, stack: ExitStack, *, database: str, broker: str, **environ: str) -> App:
    (folder / "mailer.toml").touch()
    settings = load_settings(folder, environ=environ)
    app = App(settings, database, settings.celery_broker_url(broker))
    stack.callback(app.close)
    return app


def _found(app: App, **clock: Any) -> dict[str, tuple[str, str]]:
    return {one.name: (one.status, one.detail) for one in run_checks(app, **clock)}


def _url(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def test_all_is_there(engine: Engine, servers: Any, tmp_path: Path, stack: ExitStack) -> None:
    app = _app(tmp_path, stack, database=_url(engine), broker=servers.redis_url)
    found = _found(app)
    for name in (
        "settings",
        "database",
        "migrations",
        "clock",
        "provider",
        "secret key",
        "pictures",
    ):
        assert found[name][0] == "ok", found[name]
    assert found["broker"][1].startswith("reachable, 0 waiting")  # by an old Redis, perhaps
    assert found["sender"][0] == "fail"
    assert found["worker"][0] == "warn"
    assert found["web address"][0] == "warn"


def test_a_bucket_without_its_settings(
    engine: Engine, servers: Any, tmp_path: Path, stack: ExitStack
) -> None:
    app = _app(
        tmp_path,
        stack,
        database=_url(engine),
        broker=servers.redis_url,
        MAILER_IMAGES__STORE="s3",
    )
    status, detail = _found(app)["pictures"]
    assert status == "fail"
    assert detail.startswith("images.s3_bucket is missing")


def test_wrong_clock(engine: Engine, servers: Any, tmp_path: Path, stack: ExitStack) -> None:
    app = _app(tmp_path, stack, database=_url(engine), broker=servers.redis_url)
    found = _found(app, clock=lambda: utcnow() + dt.timedelta(seconds=30))
    assert found["clock"][0] == "fail"
    assert "30 s ahead" in found["clock"][1]


def test_nothing_is_there(tmp_path: Path, stack: ExitStack) -> None:
    app = _app(
        tmp_path,
        stack,
        database=NOWHERE,
        broker="redis://:hunter2@127.0.0.1:1/0",
        MAILER_PROVIDER="sendgrid",
        MAILER_SENDGRID__WEBHOOK_PUBLIC_KEY="nonsense",
    )
    found = _found(app)
    for name in ("database", "broker", "provider", "webhook key"):
        assert found[name][0] == "fail", found[name]
    assert "migrations" not in found
    assert "hunter2" not in str(found)


def test_celery_reaches_redis_by_the_url_of_its_socket(servers: Any) -> None:
    app = make_celery(kombu_url(servers.redis_url))
    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1)
        assert connection.default_channel.client.ping()
    app.close()
