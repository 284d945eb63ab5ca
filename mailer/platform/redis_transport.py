"""Kombu's transport for Redis, where an entry that is no message does not end the worker."""

from typing import Any

import structlog
from kombu.transport import redis

logger = structlog.get_logger(__name__)


class _Channel(redis.Channel):
    """Takes entries from Redis's lists, which anybody can push."""

    def _brpop_read(self, **options: Any) -> Any:  # noqa: ANN401 - kombu's own, untyped
        try:
            return super()._brpop_read(**options)  # type: ignore[no-untyped-call]
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            logger.warning("message_dropped", why=f"no message at all ({type(error).__name__})")
            return True


class Transport(redis.Transport):
    """Kombu's, with such channels."""

    Channel = _Channel
