"""The broker: it carries hints to workers. None of it is the truth; all of it may be lost.

Each setting answers a trap that was read at the source (docs/decisions/0004).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import Celery
from celery.loaders.app import AppLoader
from kombu.connection import Connection
from kombu.entity import Queue
from kombu.transport import TRANSPORT_ALIASES

DELIVER = "mailer.deliver"
SWEEP = "mailer.sweep"
DELIVER_QUEUE = "deliver"
SWEEP_QUEUE = "sweep"

VISIBILITY_TIMEOUT_SECONDS = 3600
SWEEP_EXPIRES_SECONDS = 10
SOCKET_TIMEOUT_SECONDS = 30
CHECK_SECONDS = 5
"""A command waits no longer than this for a broker; workers do, see above."""


class _Loader(AppLoader):  # type: ignore[misc]
    """Imports as Python does; Celery's own would look in the current folder first."""

    def import_from_cwd(self, module: str, imp: Any = None, package: str | None = None) -> Any:  # noqa: ANN401 - Celery's own, untyped
        """Import a module, not from the current folder."""
        return (imp or self.import_module)(module, package=package)


def make_celery(broker_url: str) -> Celery:
    """Return the Celery app; nothing is connected until it is used."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = "mailer.platform.redis_transport:Transport"
    app = Celery("mailer", broker=broker_url, set_as_current=False, loader=_Loader, fixups=())
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=True,  # a hint is done with when its batch is
        task_reject_on_worker_lost=True,  # attempts are capped in the ledger, so no poison loop
        worker_prefetch_multiplier=1,
        task_queues=[_queue(DELIVER_QUEUE), _queue(SWEEP_QUEUE)],
        task_default_queue=DELIVER_QUEUE,
        task_serializer="json",
        accept_content=["json"],
        worker_consumer="mailer.platform.consuming:HintConsumer",
        broker_connection_retry_on_startup=True,
        broker_transport_options=_transport_options(broker_url),
        broker_use_ssl=_tls_options(broker_url),
        visibility_timeout=VISIBILITY_TIMEOUT_SECONDS,
        worker_cancel_long_running_tasks_on_connection_loss=False,  # a batch defends itself
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_soft_shutdown_timeout=0,  # a shift ends within a window when told to stop
        enable_utc=True,
    )
    return app


def _transport_options(broker_url: str) -> dict[str, object]:
    if not _is_redis(broker_url):
        return {}
    return {
        "visibility_timeout": VISIBILITY_TIMEOUT_SECONDS,
        "socket_timeout": SOCKET_TIMEOUT_SECONDS,
        "socket_connect_timeout": SOCKET_TIMEOUT_SECONDS,
        "socket_keepalive": not broker_url.startswith("redis+socket"),
        "health_check_interval": 25,
    }


def _tls_options(broker_url: str) -> dict[str, None] | None:
    """Have the name in RabbitMQ's certificate checked; None stands for the host of the URL.

    Kombu's own `amqps` checks who signed it, and takes one for any name.
    """
    return {"server_hostname": None} if broker_url.startswith("amqps") else None


@contextmanager
def connect_briefly(app: Celery, *, seconds: float) -> Iterator[Connection]:
    """Yield a connection to the broker on which each wait is at most `seconds`.

    Raises:
        kombu.exceptions.OperationalError: it does not answer.
    """
    limits = {"socket_timeout": seconds, "socket_connect_timeout": seconds}
    options = _transport_options(app.conf.broker_url)
    with app.connection_for_write(
        connect_timeout=seconds, transport_options={**options, **limits} if options else {}
    ) as connection:
        connection.ensure_connection(max_retries=1, interval_start=0.2, timeout=seconds)
        yield connection


class CeleryHints:
    """Sends hints through the broker; see `mailer.sending.planning.Hints`."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def check(self, *, seconds: float = CHECK_SECONDS) -> None:
        """Return once the broker answers.

        Raises:
            kombu.exceptions.OperationalError: it does not, within `seconds`.
        """
        with connect_briefly(self._app, seconds=seconds):
            pass

    def deliver(self, batch_id: int) -> None:
        """Send the hint that a batch is due."""
        self._app.send_task(DELIVER, args=[batch_id], queue=DELIVER_QUEUE)

    def sweep(self) -> None:
        """Ask a worker for a round of the sweep; expires if none takes it soon."""
        self._app.send_task(SWEEP, queue=SWEEP_QUEUE, expires=SWEEP_EXPIRES_SECONDS)

    def waiting_count(self) -> int:
        """Return how many delivery hints no worker has taken yet."""
        with self._app.connection_for_write() as connection:
            return waiting_count(connection)


def waiting_count(connection: Any) -> int:  # noqa: ANN401 - kombu is untyped
    """Return how many delivery hints no worker has taken yet.

    Only looks: a queue declared in passing, with other properties, would end every worker (406).
    """
    channel = connection.channel()
    try:
        return int(channel.queue_declare(queue=DELIVER_QUEUE, passive=True).message_count)
    except connection.channel_errors:
        return 0  # no such queue: no worker has run and nothing was sent yet
    finally:
        channel.close()


def _is_redis(broker_url: str) -> bool:
    return broker_url.startswith(("redis", "rediss"))


def _queue(name: str) -> Any:  # noqa: ANN401 - kombu is untyped
    return Queue(name)  # type: ignore[no-untyped-call]
