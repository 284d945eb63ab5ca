"""What the ledger is told of a shift's hand-overs, and when the send must stop instead."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine

from mailer.errors import ProviderError, ProviderRequestError
from mailer.providers.outcome import Outcome
from mailer.sending.backoff import judge
from mailer.sending.ledger import deliveries
from mailer.sending.ledger.batches import Claim
from mailer.sending.ledger.deliveries import OpenDelivery
from mailer.sending.ledger.troubles import has_accepted, has_pending
from mailer.sending.pace.brake import Brake
from mailer.sending.pace.doubts import HeldBack
from mailer.sending.pace.prospects import Prospects
from mailer.states import DeliveryState


@dataclass
class Verdicts:
    """Judges outcomes for all lanes of a shift.

    Args:
        engine: the ledger.
        held: the claimed batch.
        max_attempts: tries before a deferred delivery has failed.
        brake: what the worker process saw of the send so far.
        prospects: what it learned of the provider.

    Attributes:
        most_attempts: most attempts of any delivery that was deferred.
    """

    engine: Engine
    held: Claim
    max_attempts: int
    brake: Brake
    prospects: Prospects
    most_attempts: int = 0
    _held_back: HeldBack = field(default_factory=HeldBack)

    def judge(
        self, opened: Sequence[OpenDelivery], outcomes: Sequence[Outcome], *, began: float
    ) -> tuple[list[Outcome], ProviderError | None]:
        """Return what is recorded now, and why the send must stop, if it must.

        Args:
            opened: the window.
            outcomes: what the provider said of some of it.
            began: when the hand-over began, by the monotonic clock.
        """
        self.brake.note(outcomes, began=began)
        attempts = {one.delivery_id: one.attempt_count for one in opened}
        judged = [
            judge(
                outcome,
                attempts=attempts[outcome.delivery_id],
                max_attempts=self.max_attempts,
            )
            for outcome in self._held_back.sort(outcomes, attempts)
        ]
        deferred = [
            attempts[outcome.delivery_id]
            for outcome in judged
            if outcome.state is DeliveryState.DEFERRED
        ]
        self.most_attempts = max([self.most_attempts, *deferred])
        return judged, self._objection()

    def record(
        self, connection: Connection, opened: Sequence[OpenDelivery], outcomes: Sequence[Outcome]
    ) -> None:
        """Write the outcomes of a window down; who was not handed over is pending again."""
        believed = [] if self.brake.is_doubtful else self._held_back.believed()
        deliveries.record_outcomes(connection, [*outcomes, *believed])
        heard = {outcome.delivery_id for outcome in (*outcomes, *believed)}
        unheard = [one.delivery_id for one in opened if one.delivery_id not in heard]
        deliveries.put_back(connection, self.held, self._due_again(unheard))

    def _due_again(self, unheard: Sequence[int]) -> list[int]:
        """Return who of those without an outcome gets another turn now."""
        patience, taken = self.prospects.patience, self.prospects.rate.taken_count
        return [
            id_
            for id_ in {*unheard, *patience.waiting()}
            if not self._held_back.holds(id_) and not patience.is_aside(id_, taken_count=taken)
        ]

    def settle_doubts(self, connection: Connection) -> ProviderError | None:
        """Decide on who was refused for our sake, at the end of the shift.

        Who is not decided on stays open, and the release of the batch puts them back.

        Returns:
            Why the send must stop: nobody was served at all, and nobody is left to try.
        """
        self.prospects.patience.forget()
        if not self._held_back:
            return None
        if has_accepted(connection, self.held.send_id):
            deliveries.record_outcomes(connection, self._held_back.half_believed())
            self.most_attempts = max(self.most_attempts, 1)
            return None
        if has_pending(connection, self.held.batch_id):
            return None
        return ProviderRequestError(self.brake.objection_at_end())

    def _objection(self) -> ProviderError | None:
        if not self.brake.is_doubtful:
            return None
        if self.brake.objection and not self.brake.is_proven:
            with self.engine.connect() as connection:
                self.brake.is_proven = has_accepted(connection, self.held.send_id)
        objection = self.brake.objection
        return ProviderRequestError(objection) if objection else None
