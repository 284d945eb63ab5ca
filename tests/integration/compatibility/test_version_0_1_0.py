"""A workspace and a database made by version 0.1.0 open in this one, and its links still work.

What is in `version_0_1_0/` was written by that version: `pg_dump --inserts` of a database in which
an issue went to a public list and another to a private one, settings, and the secret key. The links
here are out of its mail.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from web_kit import request

from mailer.bootstrap import App, open_app
from mailer.config.keyring import fingerprint
from mailer.database import known_keys
from mailer.database.migrate import upgrade
from mailer.errors import ConfigurationError
from mailer.sending.reporting import explain, report
from mailer.web.server import WebHandle, start_web

MADE = Path(__file__).parent / "version_0_1_0"
UNSUBSCRIBE = {
    "ada@example.com": "HOzQFafuBe6vejNVMxrIV3h5XVk",
    "bob@example.com": "HMY9WYhTMHKpBk6_VaVdjxBfpfQ",
    "cy@example.com": "HBS1WEAzgeiadBLYM2jC1fV-9zU",
}
SHARED_ARCHIVE = "/archive/k/HAiacVTDRsaDmJIOHpwM67OwYUo1mBOs/"
SUBSCRIBER_ARCHIVE = "/archive/k/HDgplyJv5VR0Q3H6zekzUFmx6jg/"


@pytest.fixture
def old_app(
    tmp_path: Path, empty_database_url: str, broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[App]:
    plain = empty_database_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute((MADE / "database.sql").read_bytes())
    (tmp_path / ".mailer").mkdir(mode=0o700)
    shutil.copy(MADE / "mailer.toml", tmp_path)
    shutil.copy(MADE / "secret.key", tmp_path / ".mailer")
    (tmp_path / ".mailer" / "secret.key").chmod(0o600)
    monkeypatch.setenv("DATABASE_URL", plain)
    monkeypatch.setenv("REDIS_URL", broker_url)
    with open_app(tmp_path, check_schema=False) as app:
        upgrade(app.engine)
    with open_app(tmp_path) as app:
        yield app


@pytest.fixture
def old_web(old_app: App) -> Iterator[WebHandle]:
    with start_web(old_app) as handle:
        yield handle


def test_its_books_and_stories_are_read(old_app: App) -> None:
    found = report(old_app.engine, 1)
    assert found.books.is_clean
    assert found.books.accepted == 3
    [story] = explain(old_app.engine, "ada@example.com", issue_slug="week-1").stories
    assert story.delivery.state == "accepted"


def test_unsubscribe_links_in_its_mail_work(old_app: App, old_web: WebHandle) -> None:
    for done, token in enumerate(UNSUBSCRIBE.values(), 1):
        answer = request("POST", f"{old_web.url}/u/{token}", body=b"List-Unsubscribe=One-Click")
        assert answer.status == 200
        with old_app.engine.connect() as connection:
            query = text("SELECT count(*) FROM subscription WHERE state = 'unsubscribed'")
            assert connection.scalar(query) == done


@pytest.mark.parametrize("path", [SHARED_ARCHIVE, SUBSCRIBER_ARCHIVE])
def test_links_to_its_private_archive_work(old_web: WebHandle, path: str) -> None:
    assert "Hello" in request("GET", old_web.url + path).text
    assert request("GET", f"{old_web.url}{path}secret-1").status == 200


def test_its_public_archive_is_read(old_web: WebHandle) -> None:
    assert "in words" in request("GET", f"{old_web.url}/archive/week-1").text
    assert request("GET", f"{old_web.url}/archive/secret-1").status == 404


def test_its_key_is_remembered(old_app: App) -> None:
    old_app.check_keys()
    key = (MADE / "secret.key").read_text().strip()
    assert known_keys.fingerprints(old_app.engine) == [fingerprint(key)]


def test_without_its_key_none_is_made(old_app: App) -> None:
    path = old_app.settings.state_dir / "secret.key"
    path.unlink()
    with pytest.raises(ConfigurationError, match="messages have been sent with one"):
        old_app.check_keys()
    assert not path.exists()
