"""Hand over one message after another: the loop that outbox and memory share."""

from collections.abc import Callable, Sequence

from mailer.errors import ProviderError
from mailer.message.compiled import Recipient
from mailer.providers.outcome import Journal, LeaseLostError, Outcome


def one_by_one(
    recipients: Sequence[Recipient],
    hand_over: Callable[[Recipient, Journal], Outcome],
    *,
    journal: Journal,
) -> list[Outcome]:
    """Return the outcome of `hand_over` for each recipient, noting each in `journal`.

    An error ends the window; it is raised only where nothing was handed over before it.
    """
    outcomes: list[Outcome] = []
    try:
        for recipient in recipients:
            outcome = hand_over(recipient, journal)
            journal.end([outcome])
            outcomes.append(outcome)
    except (LeaseLostError, ProviderError):
        if not outcomes:
            raise
    return outcomes
