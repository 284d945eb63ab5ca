"""Starting: an approved send is planned, workers are told, and it is closed if nobody is left."""

from collections.abc import Callable

from kombu.exceptions import OperationalError
from sqlalchemy import Engine

from mailer.errors import ConfigurationError
from mailer.sending.closing import finish
from mailer.sending.planning import Hints, plan, tell_workers
from mailer.sending.sweeping import MOST_HINTS, SILENCE_SECONDS


def start(
    engine: Engine,
    hints: Hints,
    send_id: int,
    *,
    batch_size: int,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Plan the send and tell workers of it; safe to repeat, and a sweep goes on where it died.

    Args:
        engine: the ledger.
        hints: to workers.
        send_id: the send.
        batch_size: deliveries in a batch.
        progress: told after each step of planning how many people it looked at.

    Raises:
        ConfigurationError: the broker cannot be used (`send-waits-for-broker`, with `send_id`);
            the send is planned all the same and goes out when workers can be told.
    """
    plan(engine, send_id, batch_size=batch_size, progress=progress)
    try:
        tell_workers(engine, hints, silence_seconds=SILENCE_SECONDS, most=MOST_HINTS)
    except OperationalError as error:
        raise ConfigurationError(
            f"the broker cannot be used: {error}; send {send_id} is planned and goes out when the "
            "broker is back and a worker runs",
            code="send-waits-for-broker",
            send_id=send_id,
        ) from None
    finish(engine, send_id)  # at once, where there is nobody to reach
