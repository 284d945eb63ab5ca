"""No object shows a secret, a token or a reader's address: logs and tracebacks quote objects."""

import dataclasses
import importlib
import inspect
import logging
import pickle
import pkgutil
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from pydantic import ValidationError

import mailer
import subscribers
from mailer.bootstrap import App
from mailer.config import Settings, load_settings
from mailer.config.keyring import Keyring
from mailer.database.engine import make_engine
from mailer.feedback.store import StoredWebhook
from mailer.message.compiled import Recipient
from mailer.platform.broker import make_celery
from mailer.platform.embedded.announcement import Announcement
from mailer.platform.logs import configure_logging
from mailer.platform.settings.urls import kombu_url
from mailer.providers.smtp.settings import SmtpSettings
from subscribers.people.address import parse_address
from subscribers.tokens import Signer

SECRET = "s3cr3t-w0rd"
PERSON = "ada.private"

PRIVATE_NAMES = {
    *("email", "email_key", "address_key", "recipients", "envelope_from", "evidence"),
    *("secret", "secrets", "password", "api_key", "unsubscribe_url", "unsubscribe_mailto"),
    *("database_url", "redis_url", "broker_url", "message_id_key", "one_click_url", "urls"),
}
PUBLIC = {
    "Mailbox.email",  # the sender of an issue
    "SenderSettings.email",
    "Columns.email",  # the number of a column
    "CompatOptions.unsubscribe_url",  # what stands for one in a compiled issue
}


def _classes() -> Iterator[type]:
    for package in (mailer, subscribers):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" in module.name or module.name.endswith("__main__"):
                continue
            for found in vars(importlib.import_module(module.name)).values():
                if inspect.isclass(found) and found.__module__ == module.name:
                    yield found


def _shown_fields(kind: type) -> list[str]:
    if dataclasses.is_dataclass(kind):
        return [one.name for one in dataclasses.fields(kind) if one.repr]
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return [] if inspect.getsource(kind).count("def __repr__") else list(kind._fields)
    fields = getattr(kind, "model_fields", {})
    return [name for name, one in fields.items() if "Secret" not in str(one.annotation)]


def test_no_class_shows_a_private_field() -> None:
    shown = {f"{kind.__name__}.{name}" for kind in _classes() for name in _shown_fields(kind)}
    assert len(shown) > 500
    found = {one for one in shown if one.partition(".")[2] in PRIVATE_NAMES}
    assert found - PUBLIC == set()


def _settings(folder: Path) -> Settings:
    (folder / "mailer.toml").touch()
    secrets = {
        "MAILER_SECRET_KEY": SECRET * 4,
        "MAILER_SMTP__PASSWORD": SECRET,
        "MAILER_SMTP__USERNAME": "operator",
        "MAILER_SENDGRID__API_KEY": SECRET,
        "MAILER_IMAGES__S3_SECRET_ACCESS_KEY": SECRET,
        "DATABASE_URL": f"postgresql://u:{SECRET}@127.0.0.1:1/x?password={SECRET}",
        "REDIS_URL": f"redis://:{SECRET}@127.0.0.1:1/0",
        "MAILER_BROKER_URL": f"amqp://u:{SECRET}@127.0.0.1:1//",
    }
    return load_settings(folder, environ=secrets)


def _objects(folder: Path) -> Iterator[object]:
    settings = _settings(folder)
    database = settings.database_url.get_secret_value()
    broker = settings.celery_broker_url("")
    app = App(settings, database, broker)
    yield from (settings, settings.smtp, settings.images, settings.sendgrid)  # type: ignore[attr-defined]
    yield from (app, app.engine, app.engine.url, app.prompt_engine, app.celery, app.hints)
    yield from (app.signer, Signer(lambda: [SECRET.encode()]), Keyring((SECRET,), SECRET))
    for name in ("outbox", "smtp", "sendgrid"):
        account = settings.account_at(name)
        yield from (account, account.make(lambda _: SECRET))
    yield Announcement(urls={"database": database, "redis": broker})
    yield make_celery(kombu_url(f"rediss://:{SECRET}@127.0.0.1/0")).connection_for_write()
    yield parse_address(f"{PERSON}@example.org")
    yield StoredWebhook("sendgrid", f"{PERSON}@example.org".encode(), None)  # type: ignore[arg-type]
    yield Recipient(1, f"{PERSON}@example.org", PERSON, "m@x", f"https://x/u/{SECRET}")
    app.close()


def test_no_object_shows_its_secrets(tmp_path: Path) -> None:
    for one in _objects(tmp_path):
        for shown in (repr(one), str(one), f"{one}", repr([one])):
            assert SECRET not in shown, type(one)
            assert PERSON not in shown, type(one)


def test_a_copied_secret_hides_as_well(tmp_path: Path) -> None:
    again = pickle.loads(pickle.dumps(_settings(tmp_path)))  # noqa: S301 - our own
    assert again.smtp.password.get_secret_value() == SECRET
    assert SECRET not in repr(again)


def test_logs_of_objects(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    for one in _objects(tmp_path):
        structlog.get_logger("ours").warning("of", what=one)
        logging.getLogger("theirs").warning("of %r", one)
    logged = capsys.readouterr().err
    assert logged.count("\n") > 40
    assert SECRET not in logged
    assert PERSON not in logged


def _wrong_settings() -> None:
    SmtpSettings(password={SECRET: SECRET}, port=SECRET)  # type: ignore[arg-type]


def _no_database() -> None:
    make_engine(f"postgresql+psycopg://u:{SECRET}@127.0.0.1:1/x").connect()


def _no_broker() -> None:
    with make_celery(f"amqp://u:{SECRET}@127.0.0.1:1//") as app:
        app.connection_for_write().ensure_connection(max_retries=1)


@pytest.mark.parametrize("fail", [_wrong_settings, _no_database, _no_broker])
def test_tracebacks(fail: Any) -> None:
    with pytest.raises(Exception, match=r".") as error:
        fail()
    lines = traceback.format_exception(error.value)
    assert SECRET not in "".join(lines)


def test_a_wrong_secret_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ValidationError) as error:
        Settings.model_validate({"workspace": tmp_path, "database_url": f"mysql://u:{SECRET}@h/x"})
    assert SECRET not in str(error.value)
