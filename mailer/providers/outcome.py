"""What a provider says of one delivery, and the journal that hand-overs are noted in."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from mailer.states import OUTCOME_STATES, DeliveryState


class Cause(StrEnum):
    """What a refusal is about, and so whom it concerns."""

    RECIPIENT = "recipient"  # this mailbox: nobody else is concerned
    PACE = "pace"  # too much or too fast for the server: everybody, for now
    SENDER = "sender"  # our address, host, rights or content: everybody, until somebody acts


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the provider said of one delivery.

    Args:
        delivery_id: the delivery.
        state: one of `OUTCOME_STATES`.
        reason: short machine-readable reason, such as `smtp_550`; empty when accepted.
        receipt: the provider's own id of what it accepted, or its answer; at most 255 characters.
        cause: what a refusal is about.
    """

    delivery_id: int
    state: DeliveryState
    reason: str = ""
    receipt: str = ""
    cause: Cause = Cause.RECIPIENT

    def __post_init__(self) -> None:
        if self.state not in OUTCOME_STATES:
            raise ValueError(f"a hand-over cannot end in {self.state}")


class Journal(Protocol):
    """Notes hand-overs as they happen, so that a killed worker's last moment can be read back."""

    def begin(self, delivery_ids: Sequence[int]) -> None:
        """Note durably, before the first byte that could commit the provider, what goes out now.

        Raises:
            LeaseLostError: the worker may not hand over any more; nothing was noted.
        """
        ...

    def end(self, outcomes: Sequence[Outcome]) -> None:
        """Note how begun hand-overs ended."""
        ...


class LeaseLostError(Exception):
    """The lease on the batch ran out or was taken away: stop before the next hand-over."""
