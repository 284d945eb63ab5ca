"""Puts the concrete parts together: settings, servers, database, broker, provider, keys.

The only module that knows which classes stand behind the services' arguments.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from mailer.config import Settings, load_settings
from mailer.config.keyring import Keyring, open_keyring
from mailer.database.engine import make_engine
from mailer.database.migrate import ensure_schema
from mailer.database.troubles import explain
from mailer.errors import ConfigurationError
from mailer.platform.settings.urls import redis_url_of
from mailer.providers.base import Provider
from subscribers.tokens import Purpose, Signer, derive_key

if TYPE_CHECKING:
    from celery import Celery

    from mailer.platform.broker import CeleryHints
    from mailer.platform.embedded import Lease
    from mailer.sending.courier import Courier
    from mailer.sending.pace.tokens import Tokens
    from mailer.sending.sweeping import SweepRules

ENGINE_CONNECTIONS = 8
_logger = logging.getLogger(__name__)
PROMPT_CONNECTIONS = 10
PROMPT_ANSWER_SECONDS = 4.0
"""A web request waits no longer for the database: others would wait for its thread."""


@dataclass
class App:
    """Everything that a command, a worker or the web app works with. Parts are made on first use.

    Args:
        settings: as loaded.
        database_url: from the settings, or of the server in the workspace.
        broker_url: likewise, in Celery's spelling.
        lease: on the servers in the workspace, where they are used.
    """

    settings: Settings
    database_url: str = field(repr=False)
    broker_url: str = field(repr=False)
    lease: "Lease | None" = field(default=None, repr=False)
    _stack: ExitStack = field(default_factory=ExitStack, repr=False)

    @property
    def database_name(self) -> str:
        """Which database this is, for people: its host and name, or the workspace's own."""
        if self.lease is not None and self.lease.database_url:
            return f"embedded, in {self.settings.state_dir}"
        url = self.engine.url
        return f"{url.database} on {url.host or 'this machine'}"

    @cached_property
    def engine(self) -> Engine:
        """The ledger."""
        engine = make_engine(self.database_url, pool_size=ENGINE_CONNECTIONS)
        self._stack.callback(engine.dispose)
        return engine

    @property
    def server_notes(self) -> Sequence[str]:
        """What the operator should know of the workspace's own servers."""
        return self.lease.notes if self.lease else ()

    @cached_property
    def prompt_engine(self) -> Engine:
        """The ledger for web requests and checks: no wait for a silent database is long."""
        engine = make_engine(
            self.database_url, pool_size=PROMPT_CONNECTIONS, answer_seconds=PROMPT_ANSWER_SECONDS
        )
        self._stack.callback(engine.dispose)
        return engine

    @cached_property
    def celery(self) -> "Celery":
        """The Celery app, for sending hints."""
        from mailer.platform.broker import make_celery  # noqa: PLC0415 - 200 ms that few commands need

        app = make_celery(self.broker_url)
        self._stack.callback(app.close)
        return app

    @cached_property
    def hints(self) -> "CeleryHints":
        """Tells workers of work."""
        from mailer.platform.broker import CeleryHints  # noqa: PLC0415 - as above

        return CeleryHints(self.celery)

    @cached_property
    def signer(self) -> Signer:
        """Signs links; its first use raises what `check_keys` does."""
        return Signer(lambda: [derive_key(secret, "tokens") for secret in self._keyring.secrets])

    @cached_property
    def provider(self) -> Provider:
        """The provider that the settings choose.

        Raises:
            ConfigurationError: a setting that it needs is missing.
        """
        return make_provider(self.settings, self.signer)

    @cached_property
    def journal_directory(self) -> Path:
        """Where workers of this workspace keep their journals."""
        return self.settings.state_dir / "journal"

    @cached_property
    def sweep_rules(self) -> "SweepRules":
        """What the sweep goes by."""
        from mailer.sending.ledger.leases import LeaseWatch  # noqa: PLC0415
        from mailer.sending.sweeping import SweepRules  # noqa: PLC0415 - as above

        return SweepRules(
            journal_directory=self.journal_directory,
            batch_size=self.batch_size,
            max_attempts=self.settings.delivery.max_attempts,
            leases=LeaseWatch(self.settings.delivery.lease_seconds),
        )

    @property
    def batch_size(self) -> int:
        """Deliveries in a batch: by the settings, or one window for each of its connections."""
        if self.provider.commits_singly:
            return self.settings.delivery.batch_size
        return self.provider.window_size * self.provider.connection_count

    def courier(self) -> "Courier":
        """Return a worker process's means of delivering."""
        from mailer.sending.assembly import make_courier  # noqa: PLC0415 - as above

        return make_courier(
            self.settings,
            engine=self.engine,
            provider=self.provider,
            signer=self.signer,
            message_id_key=derive_key(self._keyring.oldest, "message-id"),
            journal_directory=self.journal_directory,
            tokens=self._tokens,
        )

    @cached_property
    def _tokens(self) -> "Tokens | None":
        """What counts messages for all workers: in the Redis of the settings, or the broker's."""
        from mailer.sending.assembly import make_tokens  # noqa: PLC0415 - as above

        url = self.settings.redis_url.get_secret_value() or redis_url_of(self.broker_url)
        return make_tokens(url, self._stack) if url else None

    def require_pace(self) -> None:
        """Check that a pace can be kept here.

        Raises:
            ConfigurationError: there is no Redis to count in.
        """
        if self._tokens is None:
            raise ConfigurationError("a pace is counted in Redis; set redis_url in mailer.toml")

    def check_keys(self) -> None:
        """Check that links can be signed and verified here.

        Raises:
            ConfigurationError: the secret key is missing, or not that of this database.
        """
        _ = self._keyring

    def close(self) -> None:
        """Let go of everything."""
        self._stack.close()

    @cached_property
    def _keyring(self) -> Keyring:
        is_web = "prompt_engine" in self.__dict__  # then nobody may wait long for the database
        return open_keyring(self.settings, self.prompt_engine if is_web else self.engine)


@contextmanager
def open_app(workspace: Path | None = None, *, check_schema: bool = True) -> Iterator[App]:
    """Yield the app of a workspace, with its servers running and its schema in place.

    Args:
        workspace: the folder; found as `mailer.config.find_workspace` says when None.
        check_schema: leave the schema alone when False.

    Raises:
        ConfigurationError: a setting is wrong, or a server cannot be used.
    """
    with ExitStack() as stack:
        app = make_app(load_settings(workspace), stack)
        with _told_plainly():
            if check_schema:
                ensure_schema(app.engine)
            yield app


@contextmanager
def open_database(workspace: Path) -> Iterator[Engine]:
    """Yield the ledger of a workspace, with its schema in place.

    Raises:
        ConfigurationError: as `open_app`.
    """
    with open_app(workspace) as app:
        yield app.engine


@contextmanager
def peek_database(settings: Settings) -> Iterator[Engine | None]:
    """Yield the ledger where that starts no server; None where it is not running."""
    settings.require_servers()
    url = settings.database_url.get_secret_value()
    if not url:
        from mailer.platform.embedded.peek import running_database_url  # noqa: PLC0415 - only without a URL

        url = running_database_url(settings.state_dir)
    if not url:
        yield None
        return
    engine = make_engine(url, pool_size=1)
    try:
        yield engine
    finally:
        engine.dispose()


_BROKER_CLIENTS = frozenset({"kombu", "redis", "amqp"})
"""Their errors are told apart without their 60 ms of imports."""


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise ConfigurationError(f"the database cannot be used: {explain(error)}") from None
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in _BROKER_CLIENTS:
            raise
        raise ConfigurationError(f"the broker cannot be used: {error}") from None


def make_app(settings: Settings, stack: ExitStack) -> App:
    """Return the app for `settings`; `stack` closes it and lets go of the servers.

    Raises:
        ConfigurationError: a server cannot be used, or is not set where it has to be.
    """
    settings.require_servers()
    lease = None
    database_url = settings.database_url.get_secret_value()
    redis_url = settings.redis_url.get_secret_value()
    needs_database = not database_url
    needs_redis = not (redis_url or settings.broker_url.get_secret_value())
    if needs_database or needs_redis:
        from mailer.platform.embedded import acquire  # noqa: PLC0415 - only without URLs

        lease = stack.enter_context(
            acquire(settings.state_dir, need_database=needs_database, need_redis=needs_redis)
        )
        for note in lease.notes if lease.is_first else ():
            _logger.warning("%s", note)
        database_url = database_url or lease.database_url
        redis_url = redis_url or lease.redis_url
    app = App(settings, database_url, settings.celery_broker_url(redis_url), lease)
    stack.callback(app.close)
    return app


def make_provider(settings: Settings, signer: Signer) -> Provider:
    """Return the provider that the settings choose.

    Raises:
        ConfigurationError: a setting that it needs is missing.
    """
    return settings.account.make(
        bounce_token=lambda delivery_id: signer.sign(Purpose.BOUNCE, delivery_id)
    )
