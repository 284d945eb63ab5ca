"""An issue as Internet mail: prepared once, bound to each recipient by joining bytes.

The message is `multipart/alternative`, plain text first, both parts UTF-8 in quoted-printable,
so that it is 7-bit and no line of a body is longer than 76 bytes. Only `To` may hold bytes
above 127, and only where the address itself has them (SMTPUTF8).

`List-Unsubscribe-Post` stands in every message. RFC 8058 asks for an https URL beside it; with
http, as on a laptop without certificates, mail programs ignore the pair, which does no harm
and lets a demonstration show the whole loop.
"""

import datetime as dt
import email.utils
import functools
import hashlib
import re

from mailer.message.compiled import CompiledIssue, Mailbox, MailingIdentity, Recipient, slot_values
from mailer.message.mime_body import BodyTemplate, encode_slot
from mailer.message.mime_headers import (
    bare_address,
    bare_url,
    list_id_header,
    mailbox_header,
    text_header,
    words_header,
)

ONE_CLICK = "List-Unsubscribe=One-Click"
_SHORTEST_SENDER_ID, _LONGEST_SENDER_ID = 5, 15


class MimeTemplate:
    """A compiled issue as a message that lacks only its recipient.

    Args:
        compiled: the issue.
        identity: the mailing list that it goes to.
    """

    def __init__(self, compiled: CompiledIssue, identity: MailingIdentity) -> None:
        tokens = [slot.token for slot in compiled.slots]
        self._compiled = compiled
        self._variants = {
            variant.shown: MimeTemplate(compiled.variant(variant.shown), identity)
            for variant in compiled.variants
        }
        self._subject = _SubjectTemplate(compiled.subject, tokens)
        self._text = BodyTemplate(compiled.text, tokens)
        self._html = BodyTemplate(compiled.html, tokens)
        self._top = mailbox_header("From", compiled.sender)
        boundary = _boundary(compiled)
        self._before_text = b"".join((*_shared_headers(compiled, identity), _opening(boundary)))
        self._before_html = b"\r\n" + _part_head(boundary, "html")
        self._end = f"\r\n--{boundary}--\r\n".encode()

    def bind(self, recipient: Recipient, *, date: dt.datetime) -> bytes:
        """Return the message for `recipient`, lines ending in CRLF.

        Args:
            recipient: whose it is.
            date: aware, for the Date header.
        """
        if self._variants and (shown := self._compiled.shown_to(recipient.fields)):
            return self._variants[shown].bind(recipient, date=date)
        values = slot_values(self._compiled, recipient)
        stretches = {value: encode_slot(value) for value in {*values.values()}}
        encoded = {token: stretches[value] for token, value in values.items()}
        return b"".join(
            (
                self._top,
                mailbox_header("To", Mailbox(recipient.email, recipient.name)),
                self._subject.fill(values),
                _date_header(date.replace(microsecond=0)),
                *_recipient_headers(recipient),
                self._before_text,
                self._text.fill(encoded),
                self._before_html,
                self._html.fill(encoded),
                self._end,
            )
        )


def recipient_fields(recipient: Recipient) -> dict[str, str]:
    """Return the headers that differ by recipient, except To and Subject: ASCII, not folded."""
    ways_out = f"<{bare_url(recipient.unsubscribe_url)}>"
    if recipient.unsubscribe_mailto:
        ways_out += f", <{bare_url(recipient.unsubscribe_mailto)}>"
    return {
        "Message-ID": f"<{bare_address(recipient.message_id)}>",
        "List-Unsubscribe": ways_out,
    }


def list_headers(compiled: CompiledIssue, identity: MailingIdentity) -> list[bytes]:
    """Return the header lines about the mailing list, the same for every recipient."""
    return [
        words_header("List-Unsubscribe-Post", ONE_CLICK),
        list_id_header(f"{identity.list_slug}.{identity.domain}", identity.list_name),
        words_header("Feedback-ID", feedback_id(compiled, identity)),
        words_header("Precedence", "bulk"),
        words_header("Content-Language", compiled.language or "en"),
    ]


def feedback_id(compiled: CompiledIssue, identity: MailingIdentity) -> str:
    """Return `issue:list:mailer:sender`, by which Gmail groups complaints.

    The last field stays the same over a sender's issues and has 5 to 15 characters.
    """
    sender = re.sub(r"[^a-z0-9]", "", identity.domain.lower())[:_LONGEST_SENDER_ID]
    if len(sender) < _SHORTEST_SENDER_ID:
        sender += hashlib.sha256(identity.domain.encode()).hexdigest()[:_SHORTEST_SENDER_ID]
    return f"{compiled.slug}-{identity.send_id}:{identity.list_slug}:mailer:{sender}"


class _SubjectTemplate:
    def __init__(self, subject: str, tokens: list[str]) -> None:
        found = sorted((token for token in tokens if token in subject), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, found))) if found else None
        self._subject = subject
        self._fixed = text_header("Subject", subject)

    def fill(self, values: dict[str, str]) -> bytes:
        if self._pattern is None:
            return self._fixed
        subject = self._pattern.sub(lambda token: values[token[0]], self._subject)
        return text_header("Subject", subject)


def _recipient_headers(recipient: Recipient) -> list[bytes]:
    fields = recipient_fields(recipient)
    return [words_header(name, *value.split(" ")) for name, value in fields.items()]


@functools.lru_cache(maxsize=64)
def _date_header(date: dt.datetime) -> bytes:
    return f"Date: {email.utils.format_datetime(date)}\r\n".encode()


def _shared_headers(compiled: CompiledIssue, identity: MailingIdentity) -> list[bytes]:
    reply_to = [mailbox_header("Reply-To", compiled.reply_to)] if compiled.reply_to else []
    return [*reply_to, *list_headers(compiled, identity), words_header("MIME-Version", "1.0")]


def _boundary(compiled: CompiledIssue) -> str:
    """Return a boundary that cannot occur in quoted-printable: there, `=` precedes hex or CRLF."""
    whole = f"{compiled.subject}\0{compiled.text}\0{compiled.html}"
    return f"=_{hashlib.sha256(whole.encode('utf-8', 'replace')).hexdigest()[:32]}"


def _opening(boundary: str) -> bytes:
    kind = words_header("Content-Type", "multipart/alternative;", f'boundary="{boundary}"')
    return kind + b"\r\n" + _part_head(boundary, "plain")


def _part_head(boundary: str, subtype: str) -> bytes:
    return (
        f"--{boundary}\r\n"
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()
