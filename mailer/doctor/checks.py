"""`mailer doctor`: check everything that sending depends on, and say what to do."""

import datetime as dt
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Engine

from mailer.config import Settings
from mailer.doctor import rules
from mailer.doctor.asking import ask_all
from mailer.doctor.keys import check_secret_key
from mailer.doctor.ledger import check_ledger
from mailer.doctor.privacy import check_files
from mailer.errors import ConfigurationError, MailerError
from mailer.platform.check_result import CheckResult
from mailer.platform.clock import utcnow
from mailer.providers.base import Provider

if TYPE_CHECKING:
    from celery import Celery

__all__ = ["CheckResult", "Checkable", "run_checks"]

_TIMEOUT_SECONDS = 3
_PING_SECONDS = 1.0


class Checkable(Protocol):
    """What is checked: `mailer.bootstrap.App`."""

    @property
    def settings(self) -> Settings:
        """As loaded."""
        ...

    @property
    def prompt_engine(self) -> Engine:
        """The ledger, on connections that do not wait long for it."""
        ...

    @property
    def database_name(self) -> str:
        """Which database that is, for people."""
        ...

    @property
    def server_notes(self) -> Sequence[str]:
        """What the operator should know of the workspace's own servers."""
        ...

    @property
    def celery(self) -> "Celery":
        """The broker's client."""
        ...

    @property
    def provider(self) -> Provider:
        """As chosen; raises ConfigurationError where it lacks a setting."""
        ...


def run_checks(app: Checkable, *, clock: Callable[[], dt.datetime] = utcnow) -> list[CheckResult]:
    """Return what was found, in the order in which to put it right.

    Never raises for what it finds, and waits for all servers together no longer than `ask_all`.
    """
    first = [
        CheckResult(
            "settings", "ok", f"{app.settings.workspace}, provider {app.settings.provider}"
        ),
        rules.judge_sender(app.settings),
        *(rules.judge_server(note) for note in app.server_notes),
    ]
    engine, name = app.prompt_engine, app.database_name
    found = ask_all(
        {
            "database": lambda: check_ledger(engine, name, app.settings.provider, clock),
            "broker": lambda: _check_broker(app.celery),
            "provider": lambda: [_check_provider(app)],
            "files": lambda: [check_files(app.settings)],
            "secret key": lambda: check_secret_key(app.settings, engine),
            "web address": lambda: [_check_web(app.settings)],
            app.settings.provider: app.settings.account.doctor_checks,
            "pictures": lambda: [_check_images(app.settings)],
        }
    )
    return [*first, *found]


def _check_broker(celery: "Celery") -> Iterator[CheckResult]:
    from mailer.platform.broker import (  # noqa: PLC0415 - it imports Celery
        connect_briefly,
        waiting_count,
    )

    try:
        with connect_briefly(celery, seconds=_TIMEOUT_SECONDS) as connection:
            waiting = waiting_count(connection)
            policy, version = _redis_facts(connection.default_channel)
        yield rules.judge_broker(waiting, policy, version)
        yield rules.judge_worker(len(celery.control.ping(timeout=_PING_SECONDS) or ()))
    except Exception as error:  # noqa: BLE001 - each transport raises its own
        yield CheckResult(
            "broker",
            "fail",
            f"cannot be used: {_first_line(error)}",
            "start the server, or correct REDIS_URL or MAILER_BROKER_URL",
        )


def _redis_facts(channel: object) -> tuple[str, str]:
    """Return what Redis does when its memory is full, and its version; empty for others."""
    client = getattr(channel, "client", None)
    if client is None:
        return "", ""
    facts = client.info()
    return str(facts.get("maxmemory_policy", "")), str(facts.get("redis_version", ""))


def _check_provider(app: Checkable) -> CheckResult:
    try:
        return CheckResult("provider", "ok", app.provider.check())
    except MailerError as error:
        what, _, advice = str(error).partition("; ")
        return CheckResult("provider", "fail", what, advice)


def _check_web(settings: Settings) -> CheckResult:
    result = rules.judge_base_url(settings.web.base_url, is_sending=bool(settings.account.host))
    if result.status != "ok":
        return result
    try:
        with urllib.request.urlopen(  # noqa: S310 - the setting allows http and https only
            f"{settings.web.base_url}/healthz", timeout=_TIMEOUT_SECONDS
        ):
            return result
    except urllib.error.HTTPError as error:
        found = f"answers with {error.code} at /healthz"
    except OSError as error:
        found = f"does not answer ({getattr(error, 'reason', error)})"
    return CheckResult(
        "web address",
        "warn",
        f"{settings.web.base_url} {found}: links in messages would not work",
        "start the web app",
        "web-silent",
    )


def _check_images(settings: Settings) -> CheckResult:
    if settings.images.store == "local":
        return CheckResult(
            "pictures", "ok", f"kept in .mailer/media, read at {settings.images_base_url}"
        )
    from mailer.composing.images.s3 import S3Store  # noqa: PLC0415 - 200 ms that few need

    try:
        settings.require_images()
        return CheckResult("pictures", "ok", S3Store(settings).check())
    except ConfigurationError as error:
        what, _, advice = str(error).partition("; ")
        return CheckResult("pictures", "fail", what, advice)


def _first_line(error: object) -> str:
    return str(error).strip().split("\n")[0] or type(error).__name__
