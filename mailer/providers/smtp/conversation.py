"""MAIL, RCPT and DATA: how they are sent, what their replies mean, how they are taken back."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailer.errors import ProviderAuthError
from mailer.providers.smtp.protocol import (
    AUTH_REQUIRED,
    CLOSING,
    START_CONTENT,
    ConnectionLostError,
    Reply,
    SmtpSession,
)
from mailer.providers.smtp.replies import Stage, blames_pipelining

PATIENCE_SECONDS = 10.0
"""A server that says nothing for so long to the first commands it got in one piece has perhaps
thrown some away. It is asked again, command by command."""

_STAGES = (Stage.MAIL, Stage.RCPT, Stage.DATA)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The first command that was refused, and the server's reply to it."""

    stage: Stage
    reply: Reply


@dataclass(slots=True)
class ServerHabits:
    """What was learned of a server, for all connections of this process.

    Attributes:
        name: host and port, for people.
        is_pipelining_broken: it offers PIPELINING and cannot do it.
    """

    name: str
    is_pipelining_broken: bool = False

    def pipelines(self, session: SmtpSession) -> bool:
        """Whether commands may go out before the replies to earlier ones."""
        return session.can_pipeline and not self.is_pipelining_broken


class PipelineLostError(ConnectionLostError):
    """The connection ended while a server had several commands at once.

    Attributes:
        is_suspicious: pipelining itself is the likely cause.
    """

    def __init__(self, message: str, *, is_suspicious: bool) -> None:
        super().__init__(message)
        self.is_suspicious = is_suspicious


def converse(session: SmtpSession, commands: Sequence[bytes], habits: ServerHabits) -> list[Reply]:
    """Return the replies to `commands`; without pipelining, none after the first that fails.

    Raises:
        ConnectionLostError: the session cannot be used further.
    """
    if not habits.pipelines(session):
        return _one_by_one(session, commands)
    with session.patient_for(PATIENCE_SECONDS if session.is_fresh else None):
        session.send(b"".join(commands))
        return pipelined_replies(session, len(commands))


def pipelined_replies(session: SmtpSession, count: int) -> list[Reply]:
    """Return `count` replies, or fewer where the server refuses a command and then hangs up.

    Raises:
        PipelineLostError: the session cannot be used further.
    """
    replies: list[Reply] = []
    try:
        while len(replies) < count:
            replies.append(session.read())
    except ConnectionLostError as lost:
        if not any(reply.is_refusal and reply.code != CLOSING for reply in replies):
            raise PipelineLostError(str(lost), is_suspicious=lost.is_silence) from lost
    if any(blames_pipelining(reply.text) for reply in replies if reply.is_refusal):
        raise PipelineLostError(str(replies[-1]), is_suspicious=True)
    session.is_fresh = False
    return replies


def _one_by_one(session: SmtpSession, commands: Sequence[bytes]) -> list[Reply]:
    replies: list[Reply] = []
    for command in commands:
        replies.append(session.ask(command))
        if replies[-1].is_refusal:
            break
    return replies


def refusal_in(replies: Sequence[Reply], server: str) -> Refusal | None:
    """Return the first reply that stops the transaction.

    Raises:
        ConnectionLostError: the server is closing, or out of step.
        ProviderAuthError: it wants a login first.
    """
    for reply, stage in zip(replies, _STAGES, strict=False):
        if reply.code == CLOSING:
            raise ConnectionLostError(str(reply), farewell=reply.text)
        if reply.code == AUTH_REQUIRED:
            raise ProviderAuthError(
                f"the SMTP server {server} wants a login or TLS first: {reply}; "
                "set [smtp] username, password and tls"
            )
        if reply.is_refusal:
            return Refusal(stage, reply)
        if reply.code != START_CONTENT if stage is Stage.DATA else not reply.is_positive:
            raise ConnectionLostError(f"out of step: {reply}")
    return None


def take_back(session: SmtpSession, replies: Sequence[Reply]) -> None:
    """Make the session ready for another transaction.

    A server that waits for content although it refused the only recipient gets a lone dot:
    there is nobody to deliver that to. Source: RFC 2920 3.1.

    Raises:
        ConnectionLostError: it cannot be used for another.
    """
    if replies[-1].code == START_CONTENT:
        if replies[1].is_positive:
            raise ConnectionLostError("it took a recipient without a sender")
        session.ask(b".\r\n")
    if replies[0].is_positive and not session.ask(b"RSET\r\n").is_positive:
        raise ConnectionLostError("it does not take the transaction back")
