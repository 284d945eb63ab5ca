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
    LineLostError,
    Reply,
    SmtpLine,
)
from mailer.states import DeliveryState

_LONGEST_RECEIPT = 255
_UNSAFE_ADDRESS = re.compile(r"[\x00-\x20\x7f<>]")


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A message that is ready to go down a line: the commands and the content but for the dot."""

    delivery_id: int
    commands: tuple[bytes, bytes, bytes]
    content: bytes


class SmtpConnection:
    """A connection to an SMTP server, opened anew when the server has closed it.

    Args:
        open_line: opens one; raises `ProviderError`.
        place: the server, for people.
        compose: makes a recipient's message.
        envelope_sender: where bounces of a delivery go.
    """

    def __init__(
        self,
        *,
        open_line: Callable[[], SmtpLine],
        place: str,
        compose: Callable[[Recipient], bytes],
        envelope_sender: Callable[[Recipient], str],
    ) -> None:
        self._open_line = open_line
        self._place = place
        self._compose = compose
        self._envelope_sender = envelope_sender
        self._line: SmtpLine | None = open_line()
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
        line, self._line = self._line, None
        if line is not None:
            line.leave()

    def _hand_over(
        self, recipient: Recipient, following: Recipient | None, journal: Journal
    ) -> Outcome:
        ready = self._begin_transaction(recipient)
        if isinstance(ready, Outcome):
            return ready
        line, prepared = ready
        try:
            line.send(prepared.content)
        except LineLostError:
            # Not a reason to try the next line with it: content may be what the server chokes on.
            self._drop()
            return _outcome(prepared, DeliveryState.DEFERRED, "connection_lost_in_data")
        next_one = self._announceable(following, line)
        journal.begin([prepared.delivery_id])
        return self._commit(line, prepared, next_one)

    def _begin_transaction(self, recipient: Recipient) -> "tuple[SmtpLine, _Prepared] | Outcome":
        """Get the server to wait for the content, on a fresh line if the old one has died."""
        try:
            return self._transaction(recipient)
        except LineLostError:
            self._drop()
        try:
            return self._transaction(recipient)
        except LineLostError as lost:
            self._drop()
            raise ProviderUnavailableError(
                f"the SMTP server {self._place} keeps hanging up: {lost}"
            ) from lost

    def _transaction(self, recipient: Recipient) -> "tuple[SmtpLine, _Prepared] | Outcome":
        if self._line is None:
            self._line = self._open_line()
        line, prepared, self._announced = self._line, self._announced, None
        if prepared is not None and prepared.delivery_id == recipient.delivery_id:
            replies = _replies(line, len(prepared.commands))
        else:
            fresh = self._prepare(recipient, line)
            if isinstance(fresh, Outcome):
                return fresh
            prepared, replies = fresh, _converse(line, fresh.commands)
        refusal = self._refusal(replies)
        if refusal is None:
            return line, prepared
        self._abandon(line, replies)
        return _refused(prepared, refusal)

    def _refusal(self, replies: Sequence[Reply]) -> Reply | None:
        """Return the first reply that stops the transaction.

        Raises:
            LineLostError: the server is closing, or out of step.
            ProviderAuthError: it wants a login first.
        """
        for reply, is_last in zip(replies, (False, False, True), strict=False):
            if reply.code == CLOSING:
                raise LineLostError(str(reply))
            if reply.code == AUTH_REQUIRED:
                raise ProviderAuthError(
                    f"the SMTP server {self._place} wants a login or TLS first: {reply}; "
                    "set [smtp] username, password and tls"
                )
            if reply.is_refusal:
                return reply
            if reply.code != START_CONTENT if is_last else not reply.is_positive:
                raise LineLostError(f"out of step: {reply}")
        return None

    def _abandon(self, line: SmtpLine, replies: Sequence[Reply]) -> None:
        """Make the line ready for another transaction, or drop it.

        A server that waits for content although it refused the only recipient gets a lone dot:
        there is nobody to deliver that to. Source: RFC 2920 3.1.
        """
        try:
            if replies[-1].code == START_CONTENT:
                if replies[1].is_positive:
                    raise LineLostError("it took a recipient without a sender")  # noqa: TRY301
                line.ask(b".\r\n")
            if replies[0].is_positive and not line.ask(b"RSET\r\n").is_positive:
                self._drop()
        except LineLostError:
            self._drop()

    def _announceable(self, following: Recipient | None, line: SmtpLine) -> _Prepared | None:
        """Return the next message where its commands may ride with this one's final dot."""
        if following is None or not line.can_pipeline:
            return None
        prepared = self._prepare(following, line)
        return prepared if isinstance(prepared, _Prepared) else None

    def _commit(self, line: SmtpLine, prepared: _Prepared, next_one: _Prepared | None) -> Outcome:
        announcement = b"".join(next_one.commands) if next_one else b""
        try:
            line.send(b".\r\n" + announcement)
            reply = line.read()
        except LineLostError:
            self._drop()
            return _outcome(prepared, DeliveryState.UNKNOWN, "connection_lost_after_data")
        self._announced = next_one
        if reply.is_positive:
            return _outcome(prepared, DeliveryState.ACCEPTED, receipt=reply.text)
        if reply.code == CLOSING or not reply.is_refusal:
            self._drop()
        return _refused(prepared, reply)

    def _prepare(self, recipient: Recipient, line: SmtpLine) -> _Prepared | Outcome:
        sender, email = self._envelope_sender(recipient), recipient.email
        needs_utf8 = not (email.isascii() and sender.isascii())
        message = self._compose(recipient)
        problem = _problem(line, sender, email, needs_utf8=needs_utf8, size=len(message))
        if problem:
            return Outcome(recipient.delivery_id, DeliveryState.REJECTED, reason=problem)
        options = _mail_options(line, needs_utf8=needs_utf8, size=len(message))
        commands = (
            f"MAIL FROM:<{sender}>{options}\r\n".encode(),
            f"RCPT TO:<{email}>\r\n".encode(),
            b"DATA\r\n",
        )
        return _Prepared(recipient.delivery_id, commands, dot_stuffed(message))

    def _drop(self) -> None:
        line, self._line, self._announced = self._line, None, None
        if line is not None:
            line.drop()


def _converse(line: SmtpLine, commands: Sequence[bytes]) -> list[Reply]:
    """Return the replies to `commands`; without pipelining, none after the first that fails."""
    if line.can_pipeline:
        line.send(b"".join(commands))
        return _replies(line, len(commands))
    replies: list[Reply] = []
    for command in commands:
        replies.append(line.ask(command))
        if replies[-1].is_refusal:
            break
    return replies


def _replies(line: SmtpLine, count: int) -> list[Reply]:
    """Return `count` replies, or fewer where the server refuses a command and then hangs up."""
    replies: list[Reply] = []
    try:
        while len(replies) < count:
            replies.append(line.read())
    except LineLostError:
        if not any(reply.is_refusal and reply.code != CLOSING for reply in replies):
            raise
    return replies


def _problem(line: SmtpLine, sender: str, email: str, *, needs_utf8: bool, size: int) -> str:
    if _UNSAFE_ADDRESS.search(email) or _UNSAFE_ADDRESS.search(sender):
        return "invalid_address"
    if needs_utf8 and not line.can_utf8:
        return "smtputf8_unsupported"
    if 0 < line.size_limit < size:
        return "message_too_big"
    return ""


def _mail_options(line: SmtpLine, *, needs_utf8: bool, size: int) -> str:
    options = f" SIZE={size}" if "size" in line.extensions else ""
    if needs_utf8:
        options += " SMTPUTF8"
        options += " BODY=8BITMIME" if "8bitmime" in line.extensions else ""
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
