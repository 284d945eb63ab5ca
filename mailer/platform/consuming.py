"""What a worker takes from the broker: our hints, and nothing else.

Whoever can write to the broker can leave anything there: another program with the same queue name,
a person who tries something, a version that is long gone. Celery takes a message apart step by step
and dies of some of them, again at each restart, since what was not acknowledged comes back. Here a
message is looked at as a whole first; what is no hint is dropped, with a line in the log.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from celery.worker.consumer import Consumer

from mailer.platform.broker import DELIVER, SWEEP

logger = structlog.get_logger(__name__)

_MOST_BYTES = 16 * 1024
_LARGEST_ID = 2**63 - 1
_LONGEST_SHOWN = 100
_UNUSED = ("eta", "retries", "shadow", "group", "chord", "compression")
"""Headers that our hints leave empty."""


def _is_batch(arguments: list[Any]) -> bool:
    match arguments:
        case [int(batch_id)]:
            return not isinstance(batch_id, bool) and 0 < batch_id <= _LARGEST_ID
    return False


_ARGUMENTS: Mapping[str, Callable[[list[Any]], bool]] = {
    DELIVER: _is_batch,
    SWEEP: lambda arguments: not arguments,
}


def what_is_wrong(headers: object, body: object) -> str:
    """Return why a message is not one of our hints; empty where it is.

    Args:
        headers: as the broker has them.
        body: as it came.
    """
    if not isinstance(headers, dict) or headers.get("task") not in list(_ARGUMENTS):
        return "no task of ours"
    return _wrong_headers(headers) or _wrong_body(headers["task"], body)


def _wrong_headers(headers: dict[str, Any]) -> str:
    limits = headers.get("timelimit") or [None]
    is_usual = isinstance(headers.get("id"), str) and isinstance(limits, list) and not any(limits)
    if is_usual and not any(headers.get(name) for name in _UNUSED):
        return ""
    return "headers that no hint has"


def _wrong_body(task: str, body: object) -> str:
    if not isinstance(body, bytes | str) or len(body) > _MOST_BYTES:
        return "no body, or a large one"
    try:
        arguments, named, rest = json.loads(body)
    except (ValueError, TypeError, RecursionError):
        return "a body that is not a task"
    if not isinstance(rest, dict | None) or any((rest or {}).values()):
        return "tasks that follow it"
    is_right = named == {} and isinstance(arguments, list) and _ARGUMENTS[task](arguments)
    return "" if is_right else "wrong arguments"


class HintConsumer(Consumer):  # type: ignore[misc]
    """Celery's consumer, for our hints alone."""

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Callable[[Any], None]:  # noqa: ANN401 - Celery's own, untyped
        """Return what is called with each message."""
        handle = super().create_task_handler(*args, **kwargs)

        def take(message: Any) -> None:  # noqa: ANN401 - as above
            why = what_is_wrong(message.headers, message.body)
            if why:
                self._drop(message, why)
                return
            try:
                handle(message)
            except (*self.connection_errors, *self.channel_errors):
                raise  # the broker's trouble, not the message's
            except Exception as error:  # noqa: BLE001 - whatever else a message can cause
                self._drop(message, type(error).__name__)

        return take

    def on_decode_error(self, message: Any, exc: Exception) -> None:  # noqa: ANN401 - as above
        """Drop a message that is not written as its headers say."""
        self._drop(message, type(exc).__name__)

    def on_invalid_task(self, body: object, message: Any, exc: Exception, **_: object) -> None:  # noqa: ANN401, ARG002 - as above
        """Drop a message of which Celery makes no task."""
        self._drop(message, type(exc).__name__)

    def _drop(self, message: Any, why: str) -> None:  # noqa: ANN401 - as above
        headers = message.headers if isinstance(message.headers, dict) else {}
        task = str(headers.get("task"))[:_LONGEST_SHOWN]
        logger.warning("message_dropped", why=why, task=task, bytes=len(message.body or b""))
        message.reject_log_error(logger, self.connection_errors)
