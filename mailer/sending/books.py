"""The books of a send: what was intended, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailer.states import ACCEPTED_STATES, OPEN_STATES, DeliveryState


@dataclass(frozen=True, slots=True)
class Books:
    """The account of one send, by recount of its deliveries.

    Args:
        intended: deliveries planned, as noted when planning ended.
        states: deliveries by state.
        reasons: for `skipped`, `rejected` and `failed`: deliveries by reason.
    """

    intended: int
    states: Mapping[DeliveryState, int] = field(default_factory=dict)
    reasons: Mapping[DeliveryState, Mapping[str, int]] = field(default_factory=dict)

    def count(self, *states: DeliveryState) -> int:
        """Return how many deliveries are in any of `states`."""
        return sum(self.states.get(state, 0) for state in states)

    @property
    def accepted(self) -> int:
        """Deliveries that the provider took, whatever came after."""
        return self.count(*ACCEPTED_STATES)

    @property
    def open(self) -> int:
        """Deliveries with something still to do."""
        return self.count(*OPEN_STATES)

    @property
    def settled(self) -> int:
        """Deliveries with an outcome: the right side of the balance."""
        return self.accepted + self.count(
            DeliveryState.SKIPPED,
            DeliveryState.REJECTED,
            DeliveryState.FAILED,
            DeliveryState.UNKNOWN,
        )

    @property
    def is_balanced(self) -> bool:
        """Whether intended = accepted + skipped + rejected + failed + unknown."""
        return self.intended == self.settled and self.open == 0

    @property
    def is_clean(self) -> bool:
        """Whether the books balance and nothing failed or was left unknown.

        A rejected recipient (an address that does not exist, say) is an ordinary outcome.
        """
        return self.is_balanced and not self.count(DeliveryState.FAILED, DeliveryState.UNKNOWN)
