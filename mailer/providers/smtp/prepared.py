"""A message made ready for one SMTP session: its commands and its content."""

import re
from dataclasses import dataclass

from mailer.message.compiled import Recipient
from mailer.providers.outcome import Outcome
from mailer.providers.smtp.protocol import SmtpSession
from mailer.states import DeliveryState

_UNSAFE_ADDRESS = re.compile(r"[\x00-\x20\x7f<>]")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message that is ready to be sent: the commands, and the content but for the final dot."""

    delivery_id: int
    commands: tuple[bytes, bytes, bytes]
    content: bytes


def prepare(
    recipient: Recipient, *, sender: str, message: bytes, session: SmtpSession
) -> Prepared | Outcome:
    """Return the recipient's message as this session takes it, or why it would not."""
    needs_utf8 = not (recipient.email.isascii() and sender.isascii())
    size = len(message)
    problem = _problem(session, sender, recipient.email, needs_utf8=needs_utf8, size=size)
    if problem:
        return Outcome(recipient.delivery_id, DeliveryState.REJECTED, reason=problem)
    options = _mail_options(session, needs_utf8=needs_utf8, size=size)
    commands = (
        f"MAIL FROM:<{sender}>{options}\r\n".encode(),
        f"RCPT TO:<{recipient.email}>\r\n".encode(),
        b"DATA\r\n",
    )
    return Prepared(recipient.delivery_id, commands, dot_stuffed(message))


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
