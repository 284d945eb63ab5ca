"""`mailer doctor` beside servers that say nothing, and on a database without anything in it."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from odd_server import odd_server

from mailer.bootstrap import App
from mailer.config import load_settings
from mailer.doctor.checks import run_checks


def _doctor(folder: Path, database: str, broker: str, **environ: str) -> dict[str, tuple[str, str]]:
    (folder / "mailer.toml").touch()
    settings = load_settings(folder, environ=environ)
    with ExitStack() as stack:
        app = App(settings, database, settings.celery_broker_url(broker))
        stack.callback(app.close)
        return {one.name: (one.status, one.detail) for one in run_checks(app)}


def test_every_server_is_silent(tmp_path: Path) -> None:
    with odd_server(None) as port:
        found = _doctor(
            tmp_path,
            f"postgresql+psycopg://u@127.0.0.1:{port}/x",
            f"redis://127.0.0.1:{port}/0",
            MAILER_PROVIDER="smtp",
            MAILER_SMTP__PORT=str(port),
            MAILER_WEB__BASE_URL=f"http://127.0.0.1:{port}",
        )
    silent = {name: found[name] for name in ("database", "broker", "provider", "web address")}
    assert {status for status, _ in silent.values()} == {"fail", "warn"}
    assert "timeout" in found["database"][1]
    assert "no answer within 8 s" in found["provider"][1]  # the account may wait a minute
    assert "sends" not in found
    assert "migrations" not in found


def test_an_empty_database_is_in_order(
    empty_database_url: str, servers: Any, tmp_path: Path
) -> None:
    found = _doctor(tmp_path, empty_database_url, servers.redis_url)
    assert found["database"][0] == "ok"
    assert found["migrations"] == ("warn", "the database is empty")
    assert "sends" not in found
    assert found["secret key"][0] == "ok"


@pytest.mark.parametrize("name", ["sends", "migrations", "clock"])
def test_nothing_is_said_twice_of_a_database_that_is_away(tmp_path: Path, name: str) -> None:
    found = _doctor(tmp_path, "postgresql+psycopg://u@127.0.0.1:1/x", "redis://127.0.0.1:1/0")
    assert found["database"][0] == "fail"
    assert name not in found
