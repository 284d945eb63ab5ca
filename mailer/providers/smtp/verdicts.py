"""What is said of one delivery after its message was, or was not, taken."""

from dataclasses import replace

from mailer.errors import ProviderThrottledError
from mailer.providers.outcome import Cause, Outcome
from mailer.providers.smtp.prepared import Prepared
from mailer.providers.smtp.protocol import Reply
from mailer.providers.smtp.replies import reason_of
from mailer.states import DeliveryState

_LONGEST_RECEIPT = 255


def outcome_of(
    prepared: Prepared, state: DeliveryState, reason: str = "", *, receipt: str = ""
) -> Outcome:
    """Return how the hand-over of a message ended."""
    return Outcome(prepared.delivery_id, state, reason, receipt[:_LONGEST_RECEIPT])


def refused(prepared: Prepared, reply: Reply, state: DeliveryState, cause: Cause) -> Outcome:
    """Return the outcome of a message that the server refused."""
    reason = reason_of(reply.code, reply.text)
    outcome = outcome_of(prepared, state, reason, receipt=str(reply))
    return replace(outcome, cause=cause)


def as_noted(outcome: Outcome) -> Outcome:
    """Return what the journal should say: a refusal that is not the recipient's is no last word."""
    if outcome.cause is Cause.RECIPIENT:
        return outcome
    return replace(outcome, state=DeliveryState.DEFERRED)


def throttled(server: str, said: str) -> ProviderThrottledError:
    """Return the error for a refusal that is about our pace; the server names no time."""
    return ProviderThrottledError(
        f"the SMTP server {server} takes no more for now: {said}", retry_after_seconds=0
    )
