"""Hand over one message after another: the loop that outbox and memory share."""

import time
from collections.abc import Callable, Sequence

from mailer.errors import ProviderError
from mailer.message.compiled import Recipient
from mailer.providers.base import LONGEST_WINDOW_SECONDS
from mailer.providers.outcome import Journal, LeaseLostError, Outcome
from mailer.states import DeliveryState


def one_by_one(
    recipients: Sequence[Recipient],
    hand_over: Callable[[Recipient, Journal], Outcome],
    *,
    journal: Journal,
) -> list[Outcome]:
    """Return the outcome of `hand_over` for each recipient, noting each in `journal`.

    The window ends with an error, with an unknown outcome, and after `LONGEST_WINDOW_SECONDS`. An
    error is raised only where nothing was handed over before it.
    """
    outcomes: list[Outcome] = []
    ends_at = time.monotonic() + LONGEST_WINDOW_SECONDS
    try:
        for recipient in recipients:
            outcome = hand_over(recipient, journal)
            journal.end([outcome])
            outcomes.append(outcome)
            if outcome.state is DeliveryState.UNKNOWN or time.monotonic() > ends_at:
                break
    except (LeaseLostError, ProviderError):
        if not outcomes:
            raise
    return outcomes
