"""A worker process's means of delivering, put together from the settings."""

import random
from contextlib import ExitStack
from pathlib import Path

from redis import Redis
from sqlalchemy import Engine

from mailer.config import Settings
from mailer.platform.clock import utcnow
from mailer.platform.rates import parse_rates
from mailer.providers.base import Provider
from mailer.sending.addressing import Addresser
from mailer.sending.courier import Courier
from mailer.sending.pace.tokens import Tokens
from mailer.sending.rules import DeliveryRules
from subscribers.tokens import Signer

_REDIS_SECONDS = 5


def make_tokens(redis_url: str, stack: ExitStack) -> Tokens:
    """Return what counts messages; nothing is connected until it is used.

    Args:
        redis_url: as redis-py reads it.
        stack: closes the connection.
    """
    client = Redis.from_url(
        redis_url, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS
    )
    stack.callback(client.close)
    return Tokens(client)


def make_courier(  # noqa: PLR0913 - all that delivering takes
    settings: Settings,
    *,
    engine: Engine,
    provider: Provider,
    signer: Signer,
    message_id_key: bytes,
    journal_directory: Path,
    tokens: Tokens | None,
) -> Courier:
    """Return a courier that goes by the settings.

    Args:
        settings: of the workspace.
        engine: the ledger.
        provider: whom messages are handed to.
        signer: of links.
        message_id_key: what Message-IDs are derived from.
        journal_directory: the same for all workers of a host.
        tokens: what counts messages for all workers; None where there is no Redis.
    """
    delivery = settings.delivery
    return Courier(
        engine=engine,
        provider=provider,
        addresser=Addresser(
            signer=signer,
            message_id_key=message_id_key,
            base_url=settings.web.base_url,
            unsubscribe_mailbox=settings.sender.takes_unsubscribes,
        ),
        rules=DeliveryRules(
            lease_seconds=delivery.lease_seconds,
            max_attempts=delivery.max_attempts,
            account_rates=parse_rates(delivery.pace),
        ),
        journal_directory=journal_directory,
        now=utcnow,
        jitter=lambda: random.uniform(0.5, 1.5),  # noqa: S311 - spreads retries, no secret
        tokens=tokens,
    )
