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

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from mailer.errors import ProviderAuthError, ProviderError, ProviderUnavailableError
from mailer.message.compiled import Recipient
from mailer.providers.outcome import Journal, LeaseLostError, Outcome
from mailer.providers.smtp.protocol import (
    AUTH_REQUIRED,
    CLOSING,
    START_CONTENT,
    ConnectionLostError,
    Reply,
    SmtpSession,
)
from mailer.states import DeliveryState

_LONGEST_RECEIPT = 255
_UNSAFE_ADDRESS = re.compile(r"[\x00-\x20\x7f<>]")


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A message that is ready to be sent: the commands, and the content but for the final dot."""

    delivery_id: int
    commands: tuple[bytes, bytes, bytes]
    content: bytes


class SmtpConnection:
    """A connection to an SMTP server, opened anew when the server has closed it.

    Args:
        open_session: opens one; raises `ProviderError`.
        server: host and port, for people.
        compose: makes a recipient's message.
        envelope_sender: where bounces of a delivery go.
    """

    def __init__(
        self,
        *,
        open_session: Callable[[], SmtpSession],
        server: str,
        compose: Callable[[Recipient], bytes],
        envelope_sender: Callable[[Recipient], str],
    ) -> None:
        self._open_session = open_session
        self._server = server
        self._compose = compose
        self._envelope_sender = envelope_sender
        self._session: SmtpSession | None = open_session()
        self._announced: _Prepared | None = None

    def hand_over(self, recipients: Sequence[Recipient], *, journal: Journal) -> list[Outcome]:
        """Send one message a recipient. See `Connection.hand_over`."""
        outcomes: list[Outcome] = []
        try:
            for recipient, following in zip_longest(recipients, recipients[1:]):
                outcome = self._hand_over(recipient, following, journal)
                journal.end([outcome])
                outcomes.append(outcome)
        except (LeaseLostError, ProviderError):
            self._drop()
            if not outcomes:
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
            return _outcome(prepared, DeliveryState.DEFERRED, "connection_lost_in_data")
        next_one = self._announceable(following, session)
        journal.begin([prepared.delivery_id])
        return self._commit(session, prepared, next_one)

    def _begin_transaction(self, recipient: Recipient) -> "tuple[SmtpSession, _Prepared] | Outcome":
        """Get the server to wait for the content, in a fresh session if the old one has died."""
        try:
            return self._transaction(recipient)
        except ConnectionLostError:
            self._drop()
        try:
            return self._transaction(recipient)
        except ConnectionLostError as lost:
            self._drop()
            raise ProviderUnavailableError(
                f"the SMTP server {self._server} keeps hanging up: {lost}"
            ) from lost

    def _transaction(self, recipient: Recipient) -> "tuple[SmtpSession, _Prepared] | Outcome":
        if self._session is None:
            self._session = self._open_session()
        session, prepared, self._announced = self._session, self._announced, None
        if prepared is not None and prepared.delivery_id == recipient.delivery_id:
            replies = _replies(session, len(prepared.commands))
        else:
            fresh = self._prepare(recipient, session)
            if isinstance(fresh, Outcome):
                return fresh
            prepared, replies = fresh, _converse(session, fresh.commands)
        refusal = self._refusal(replies)
        if refusal is None:
            return session, prepared
        self._abandon(session, replies)
        return _refused(prepared, refusal)

    def _refusal(self, replies: Sequence[Reply]) -> Reply | None:
        """Return the first reply that stops the transaction.

        Raises:
            ConnectionLostError: the server is closing, or out of step.
            ProviderAuthError: it wants a login first.
        """
        for reply, is_last in zip(replies, (False, False, True), strict=False):
            if reply.code == CLOSING:
                raise ConnectionLostError(str(reply))
            if reply.code == AUTH_REQUIRED:
                raise ProviderAuthError(
                    f"the SMTP server {self._server} wants a login or TLS first: {reply}; "
                    "set [smtp] username, password and tls"
                )
            if reply.is_refusal:
                return reply
            if reply.code != START_CONTENT if is_last else not reply.is_positive:
                raise ConnectionLostError(f"out of step: {reply}")
        return None

    def _abandon(self, session: SmtpSession, replies: Sequence[Reply]) -> None:
        """Make the session ready for another transaction, or drop it.

        A server that waits for content although it refused the only recipient gets a lone dot:
        there is nobody to deliver that to. Source: RFC 2920 3.1.
        """
        try:
            if replies[-1].code == START_CONTENT:
                if replies[1].is_positive:
                    raise ConnectionLostError("it took a recipient without a sender")  # noqa: TRY301
                session.ask(b".\r\n")
            if replies[0].is_positive and not session.ask(b"RSET\r\n").is_positive:
                self._drop()
        except ConnectionLostError:
            self._drop()

    def _announceable(self, following: Recipient | None, session: SmtpSession) -> _Prepared | None:
        """Return the next message where its commands may ride with this one's final dot."""
        if following is None or not session.can_pipeline:
            return None
        prepared = self._prepare(following, session)
        return prepared if isinstance(prepared, _Prepared) else None

    def _commit(
        self, session: SmtpSession, prepared: _Prepared, next_one: _Prepared | None
    ) -> Outcome:
        announcement = b"".join(next_one.commands) if next_one else b""
        try:
            session.send(b".\r\n" + announcement)
            reply = session.read()
        except ConnectionLostError:
            self._drop()
            return _outcome(prepared, DeliveryState.UNKNOWN, "connection_lost_after_data")
        self._announced = next_one
        if reply.is_positive:
            return _outcome(prepared, DeliveryState.ACCEPTED, receipt=reply.text)
        if reply.code == CLOSING or not reply.is_refusal:
            self._drop()
        return _refused(prepared, reply)

    def _prepare(self, recipient: Recipient, session: SmtpSession) -> _Prepared | Outcome:
        sender, email = self._envelope_sender(recipient), recipient.email
        needs_utf8 = not (email.isascii() and sender.isascii())
        message = self._compose(recipient)
        problem = _problem(session, sender, email, needs_utf8=needs_utf8, size=len(message))
        if problem:
            return Outcome(recipient.delivery_id, DeliveryState.REJECTED, reason=problem)
        options = _mail_options(session, needs_utf8=needs_utf8, size=len(message))
        commands = (
            f"MAIL FROM:<{sender}>{options}\r\n".encode(),
            f"RCPT TO:<{email}>\r\n".encode(),
            b"DATA\r\n",
        )
        return _Prepared(recipient.delivery_id, commands, dot_stuffed(message))

    def _drop(self) -> None:
        session, self._session, self._announced = self._session, None, None
        if session is not None:
            session.drop()


def _converse(session: SmtpSession, commands: Sequence[bytes]) -> list[Reply]:
    """Return the replies to `commands`; without pipelining, none after the first that fails."""
    if session.can_pipeline:
        session.send(b"".join(commands))
        return _replies(session, len(commands))
    replies: list[Reply] = []
    for command in commands:
        replies.append(session.ask(command))
        if replies[-1].is_refusal:
            break
    return replies


def _replies(session: SmtpSession, count: int) -> list[Reply]:
    """Return `count` replies, or fewer where the server refuses a command and then hangs up."""
    replies: list[Reply] = []
    try:
        while len(replies) < count:
            replies.append(session.read())
    except ConnectionLostError:
        if not any(reply.is_refusal and reply.code != CLOSING for reply in replies):
            raise
    return replies


def _problem(session: SmtpSession, sender: str, email: str, *, needs_utf8: bool, size: int) -> str:
    if _UNSAFE_ADDRESS.search(email) or _UNSAFE_ADDRESS.search(sender):
        return "invalid_address"
    if needs_utf8 and not session.can_utf8:
        return "smtputf8_unsupported"
    if 0 < session.size_limit < size:
        return "message_too_big"
    return ""


def _mail_options(session: SmtpSession, *, needs_utf8: bool, size: int) -> str:
    options = f" SIZE={size}" if "size" in session.extensions else ""
    if needs_utf8:
        options += " SMTPUTF8"
        options += " BODY=8BITMIME" if "8bitmime" in session.extensions else ""
    return options


def dot_stuffed(message: bytes) -> bytes:
    """Return `message` with a dot before each line that starts with one. Source: RFC 5321 4.5.2."""
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def _refused(prepared: _Prepared, reply: Reply) -> Outcome:
    if not reply.is_refusal:
        return _outcome(prepared, DeliveryState.UNKNOWN, "unclear_reply", receipt=str(reply))
    state = DeliveryState.REJECTED if reply.is_for_good else DeliveryState.DEFERRED
    return _outcome(prepared, state, f"smtp_{reply.code}", receipt=str(reply))


def _outcome(
    prepared: _Prepared, state: DeliveryState, reason: str = "", *, receipt: str = ""
) -> Outcome:
    return Outcome(prepared.delivery_id, state, reason, receipt[:_LONGEST_RECEIPT])
