"""One SMTP connection: what is sent when, and what a reply or a silence means.

The order of steps for one message keeps what cannot be known small:

1. MAIL, RCPT and DATA, in one write where the server pipelines; their replies are read;
2. the message, all but its final dot: without that the server discards it;
3. `journal.begin`; from here on the message may be out;
4. the final dot, and in the same write the next message's MAIL, RCPT and DATA;
5. the reply to the dot; `journal.end`. Then the replies to step 4's commands.

So at most one message a connection is between `begin` and `end`, and in the long run a message
costs one round trip.
"""

import time
from collections.abc import Callable, Sequence
from itertools import zip_longest

from mailer.errors import ProviderError, ProviderThrottledError, ProviderUnavailableError
from mailer.message.compiled import Recipient
from mailer.providers.base import LONGEST_WINDOW_SECONDS
from mailer.providers.outcome import Cause, Journal, LeaseLostError, Outcome
from mailer.providers.smtp.conversation import (
    PATIENCE_SECONDS,
    PipelineLostError,
    Refusal,
    ServerHabits,
    converse,
    pipelined_replies,
    refusal_in,
    take_back,
)
from mailer.providers.smtp.prepared import Prepared, prepare
from mailer.providers.smtp.protocol import CLOSING, ConnectionLostError, Reply, SmtpSession
from mailer.providers.smtp.replies import Stage, asks_for_patience, cause_of
from mailer.providers.smtp.verdicts import as_noted, outcome_of, refused, throttled
from mailer.states import DeliveryState

_GRACE_SECONDS = LONGEST_WINDOW_SECONDS
"""The message whose commands went out ahead is still sent so long after the window's end."""


class SmtpConnection:
    """A connection to an SMTP server, opened anew when the server has closed it.

    Args:
        open_session: opens one; raises `ProviderError`.
        habits: what is known of the server.
        compose: makes a recipient's message.
        envelope_sender: where bounces of a delivery go.
    """

    def __init__(
        self,
        *,
        open_session: Callable[[], SmtpSession],
        habits: ServerHabits,
        compose: Callable[[Recipient], bytes],
        envelope_sender: Callable[[Recipient], str],
    ) -> None:
        self._open_session = open_session
        self._habits = habits
        self._compose = compose
        self._envelope_sender = envelope_sender
        self._session: SmtpSession | None = open_session()
        self._announced: Prepared | None = None
        self._owed: ProviderError | None = None
        self._ends_at = 0.0
        self._has_delivered = False

    def hand_over(self, recipients: Sequence[Recipient], *, journal: Journal) -> list[Outcome]:
        """Send one message a recipient. See `Connection.hand_over`."""
        self._raise_owed()
        self._ends_at = time.monotonic() + LONGEST_WINDOW_SECONDS
        outcomes: list[Outcome] = []
        try:
            for recipient, following in zip_longest(recipients, recipients[1:]):
                outcome = self._hand_over(recipient, following, journal)
                journal.end([as_noted(outcome)])
                outcomes.append(outcome)
                if self._is_over(outcome):
                    break
        except (LeaseLostError, ProviderError) as error:
            self._stop_for(error)
            if not outcomes:
                self._owed = None
                raise
        except BaseException:
            self._drop()
            raise
        return outcomes

    def close(self) -> None:
        """Say goodbye; never raises."""
        session, self._session = self._session, None
        if session is not None:
            session.leave()

    def _raise_owed(self) -> None:
        owed, self._owed = self._owed, None
        if owed is not None:
            raise owed

    def _stop_for(self, error: Exception) -> None:
        """Keep the session where the server only wants us to slow down."""
        if not isinstance(error, ProviderThrottledError) or self._announced is not None:
            self._drop()
        self._owed = error if isinstance(error, ProviderError) else None

    def _is_over(self, outcome: Outcome) -> bool:
        """Whether the window ends here, although there may be more in it."""
        now = time.monotonic()
        if outcome.state is not DeliveryState.UNKNOWN:
            if now < self._ends_at:
                return False
            if self._announced is not None and now < self._ends_at + _GRACE_SECONDS:
                return False
        if self._announced is not None:
            self._drop()  # what is announced cannot be taken back
        return True

    def _hand_over(
        self, recipient: Recipient, following: Recipient | None, journal: Journal
    ) -> Outcome:
        ready = self._begin_transaction(recipient)
        if isinstance(ready, Outcome):
            return ready
        session, prepared = ready
        try:
            session.send(prepared.content)
        except ConnectionLostError:
            # Not a reason to try another session with it: the content may be what the server
            # cannot take.
            self._drop()
            return outcome_of(prepared, DeliveryState.DEFERRED, "connection_lost_in_data")
        next_one = self._announceable(following, session)
        journal.begin([prepared.delivery_id])
        return self._commit(session, prepared, next_one, journal)

    def _begin_transaction(self, recipient: Recipient) -> "tuple[SmtpSession, Prepared] | Outcome":
        """Get the server to wait for the content, in a fresh session if the old one has died.

        Where pipelining may be why it died, the fresh one does without; if that is better, so do
        all others.
        """
        try:
            return self._transaction(recipient)
        except ConnectionLostError as error:
            self._drop()
            lost = error
        if not (isinstance(lost, PipelineLostError) and lost.is_suspicious):
            try:
                return self._transaction(recipient)
            except ConnectionLostError as error:
                self._drop()
                lost = error
        if isinstance(lost, PipelineLostError):
            return self._without_pipelining(recipient)
        raise self._given_up(lost)

    def _without_pipelining(self, recipient: Recipient) -> "tuple[SmtpSession, Prepared] | Outcome":
        before, began = self._habits.is_pipelining_broken, time.monotonic()
        self._habits.is_pipelining_broken = True
        try:
            ready = self._transaction(recipient)
        except ConnectionLostError as lost:
            self._drop()
            self._habits.is_pipelining_broken = before
            raise self._given_up(lost) from lost
        if time.monotonic() - began > PATIENCE_SECONDS:
            self._habits.is_pipelining_broken = before  # it is slow either way
        return ready

    def _given_up(self, lost: ConnectionLostError) -> ProviderError:
        server = self._habits.name
        if lost.farewell is not None and asks_for_patience(lost.farewell, self._has_delivered):
            return throttled(server, str(lost))
        return ProviderUnavailableError(f"the SMTP server {server} keeps hanging up: {lost}")

    def _transaction(self, recipient: Recipient) -> "tuple[SmtpSession, Prepared] | Outcome":
        session, prepared = self._ready_session(recipient)
        if prepared is not None:
            replies = pipelined_replies(session, len(prepared.commands))
        else:
            fresh = self._prepare(recipient, session)
            if isinstance(fresh, Outcome):
                return fresh
            prepared, replies = fresh, converse(session, fresh.commands, self._habits)
        refusal = refusal_in(replies, self._habits.name)
        if refusal is None:
            return session, prepared
        self._abandon(session, replies)
        return self._refused(prepared, refusal)

    def _ready_session(self, recipient: Recipient) -> tuple[SmtpSession, Prepared | None]:
        """Return a session, and the recipient's message where its commands went ahead."""
        if self._announced is not None and self._announced.delivery_id != recipient.delivery_id:
            self._drop()  # its replies would be taken for another's
        if self._session is None:
            self._session = self._open_session()
        prepared, self._announced = self._announced, None
        return self._session, prepared

    def _abandon(self, session: SmtpSession, replies: Sequence[Reply]) -> None:
        """Make the session ready for another transaction, or drop it."""
        try:
            take_back(session, replies)
        except ConnectionLostError:
            self._drop()

    def _announceable(self, following: Recipient | None, session: SmtpSession) -> Prepared | None:
        """Return the next message where its commands may ride with this one's final dot."""
        if following is None or not self._habits.pipelines(session):
            return None
        if time.monotonic() >= self._ends_at:
            return None
        prepared = self._prepare(following, session)
        return prepared if isinstance(prepared, Prepared) else None

    def _commit(
        self,
        session: SmtpSession,
        prepared: Prepared,
        next_one: Prepared | None,
        journal: Journal,
    ) -> Outcome:
        announcement = b"".join(next_one.commands) if next_one else b""
        try:
            session.send(b".\r\n" + announcement)
            reply = session.read()
        except ConnectionLostError:
            self._drop()
            return outcome_of(prepared, DeliveryState.UNKNOWN, "connection_lost_after_data")
        self._announced = next_one
        if reply.is_positive:
            self._has_delivered = True
            return outcome_of(prepared, DeliveryState.ACCEPTED, receipt=reply.text)
        if reply.code == CLOSING or not reply.is_refusal:
            self._drop()
        if not reply.is_refusal:
            return outcome_of(prepared, DeliveryState.UNKNOWN, "unclear_reply", receipt=str(reply))
        return self._refused_content(prepared, reply, journal)

    def _refused_content(self, prepared: Prepared, reply: Reply, journal: Journal) -> Outcome:
        try:
            return self._refused(prepared, Refusal(Stage.DOT, reply))
        except ProviderThrottledError:
            journal.end([refused(prepared, reply, DeliveryState.DEFERRED, Cause.PACE)])
            raise

    def _refused(self, prepared: Prepared, refusal: Refusal) -> Outcome:
        """Return what a refusal means for the recipient.

        Raises:
            ProviderThrottledError: it means nothing for this one, and we are to slow down.
        """
        reply = refusal.reply
        cause = cause_of(refusal.stage, reply.code, reply.text)
        if cause is Cause.PACE:
            raise throttled(self._habits.name, str(reply))
        state = DeliveryState.REJECTED if reply.is_for_good else DeliveryState.DEFERRED
        return refused(prepared, reply, state, cause)

    def _prepare(self, recipient: Recipient, session: SmtpSession) -> Prepared | Outcome:
        return prepare(
            recipient,
            sender=self._envelope_sender(recipient),
            message=self._compose(recipient),
            session=session,
        )

    def _drop(self) -> None:
        session, self._session, self._announced = self._session, None, None
        if session is not None:
            session.drop()
