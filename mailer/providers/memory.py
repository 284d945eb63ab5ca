"""A provider that keeps messages in memory: for tests, of ours and of anyone who builds on us.

It binds real messages and keeps the journal as every provider does, and for chosen addresses it
answers as providers do on bad days.
"""

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mailer.errors import ProviderAuthError, ProviderThrottledError, ProviderUnavailableError
from mailer.message.compiled import CompiledIssue, MailingIdentity, Recipient
from mailer.message.mime import MimeTemplate
from mailer.platform.clock import utcnow
from mailer.providers.outcome import Journal, Outcome
from mailer.providers.steps import one_by_one
from mailer.states import DeliveryState


class Answer(StrEnum):
    """What the provider does with a message to one address."""

    ACCEPT = "accept"
    DEFER = "defer"
    REJECT = "reject"
    LOSE = "lose"  # the message goes out, the answer is lost on the way back
    THROTTLE = "throttle"  # before the message: wait, then call again
    DISCONNECT = "disconnect"  # before the message: the provider cannot be reached
    REFUSE = "refuse"  # before the message: our credentials are not good


_STATES = {
    Answer.ACCEPT: (DeliveryState.ACCEPTED, ""),
    Answer.DEFER: (DeliveryState.DEFERRED, "memory_deferred"),
    Answer.REJECT: (DeliveryState.REJECTED, "memory_rejected"),
    Answer.LOSE: (DeliveryState.UNKNOWN, "memory_lost"),
}


@dataclass(frozen=True, slots=True)
class MemorySettings:
    """How the provider behaves.

    Args:
        window_size: most recipients a hand-over.
        connection_count: most connections a worker.
        retry_after_seconds: what it asks for when it throttles.
    """

    window_size: int = 100
    connection_count: int = 4
    retry_after_seconds: float = 30


@dataclass(frozen=True, slots=True)
class HandedOver:
    """One message that went out."""

    delivery_id: int
    email: str = field(repr=False)
    message: bytes = field(repr=False)


class MemoryProvider:
    """Keeps what it is given.

    Attributes:
        messages: what went out, in order.
        answers: what to do with chosen addresses, ACCEPT for all others; may be changed while
            messages are handed over.
    """

    name = "memory"
    commits_singly = True

    def __init__(
        self,
        settings: MemorySettings | None = None,
        *,
        clock: Callable[[], dt.datetime] = utcnow,
    ) -> None:
        self.settings = settings or MemorySettings()
        self.window_size = self.settings.window_size
        self.connection_count = self.settings.connection_count
        self.messages: list[HandedOver] = []
        self.answers: dict[str, Answer] = {}
        self.clock = clock
        self._lock = threading.Lock()

    def connect(self, compiled: CompiledIssue, identity: MailingIdentity) -> "MemoryConnection":
        """Return a connection; this never fails."""
        return MemoryConnection(self, MimeTemplate(compiled, identity))

    def check(self) -> str:
        """Return how many messages are kept."""
        return f"messages are kept in memory: {len(self.messages)}"

    def keep(self, message: HandedOver) -> int:
        """Add a message and return how many there are now."""
        with self._lock:
            self.messages.append(message)
            return len(self.messages)


class MemoryConnection:
    """A connection to a `MemoryProvider`."""

    def __init__(self, provider: MemoryProvider, template: MimeTemplate) -> None:
        self._provider = provider
        self._template = template

    def hand_over(self, recipients: Sequence[Recipient], *, journal: Journal) -> list[Outcome]:
        """Keep one message a recipient. See `Connection.hand_over`."""
        return one_by_one(recipients, self._hand_over, journal=journal)

    def close(self) -> None:
        """Do nothing: nothing is open."""

    def _hand_over(self, recipient: Recipient, journal: Journal) -> Outcome:
        answer = self._provider.answers.get(recipient.email, Answer.ACCEPT)
        self._may_refuse_all(answer)
        message = self._template.bind(recipient, date=self._provider.clock())
        journal.begin([recipient.delivery_id])
        state, reason = _STATES[answer]
        receipt = ""
        if answer in (Answer.ACCEPT, Answer.LOSE):
            number = self._provider.keep(
                HandedOver(recipient.delivery_id, recipient.email, message)
            )
            receipt = f"memory-{number}" if answer is Answer.ACCEPT else ""
        return Outcome(recipient.delivery_id, state, reason=reason, receipt=receipt)

    def _may_refuse_all(self, answer: Answer) -> None:
        if answer is Answer.THROTTLE:
            wait = self._provider.settings.retry_after_seconds
            raise ProviderThrottledError(
                f"the provider asks to wait {wait:g} s", retry_after_seconds=wait
            )
        if answer is Answer.DISCONNECT:
            raise ProviderUnavailableError("the provider went away; it is tried again later")
        if answer is Answer.REFUSE:
            raise ProviderAuthError("the provider refuses our credentials; check them")
