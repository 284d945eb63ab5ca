"""A message for display: summary, parts, one-click link. Never raises on bad mail."""

import email.policy
import re
from contextlib import suppress
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser, BytesParser
from email.utils import getaddresses, parseaddr
from typing import TYPE_CHECKING

from mailer.composing.html import Words, tokenize

if TYPE_CHECKING:
    from email.message import Message

_SNIPPET_SOURCE_LENGTH = 6_000
_SNIPPET_LENGTH = 160
_INVISIBLE = re.compile("[\u00ad\u034f\u200b-\u200f\u2060-\u2064\ufeff]")
"""What preheaders are padded with, so that nothing else shows after them."""

_ONE_CLICK = "list-unsubscribe=one-click"
_HTTP_URI = re.compile(r"<\s*+(https?://[^<>\s]++)\s*+>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Summary:
    """A message as the list shows it.

    Args:
        sender: From, as people read it: the name, or else the address.
        subject: decoded.
        recipients: addresses in To.
    """

    sender: str
    subject: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """A message taken apart.

    Args:
        headers: in their order, decoded.
        html: the HTML part; empty where there is none.
        text: the text part; empty where there is none.
        source: the message as it came, for reading; bytes that are not UTF-8 are replaced.
        one_click_url: where RFC 8058 sends the POST; empty where the message offers none.
    """

    headers: tuple[tuple[str, str], ...]
    html: str
    text: str
    source: str
    one_click_url: str

    @property
    def sender_address(self) -> str:
        """The address in From; empty where there is none."""
        senders = (value for name, value in self.headers if name.lower() == "from")
        return parseaddr(next(senders, ""))[1]


def summarise(raw: bytes) -> Summary:
    """Read the few headers that a list of messages shows."""
    headers = BytesHeaderParser(policy=email.policy.compat32).parsebytes(_header_block(raw))
    name, address = parseaddr(_decoded(headers, "From"))
    return Summary(
        sender=name or address,
        subject=_decoded(headers, "Subject"),
        recipients=tuple(a for _, a in getaddresses([_decoded(headers, "To")]) if a),
    )


def snippet(raw: bytes) -> str:
    """Return the first words that mail clients show beside the subject: the preheader."""
    message = BytesParser(policy=email.policy.compat32).parsebytes(raw)
    words = _words(_first_part(message, "text/html")) or _first_part(message, "text/plain")
    return " ".join(words.split())[:_SNIPPET_LENGTH]


def _words(source: str) -> str:
    """Return the text at the beginning of an HTML document, the invisible left out."""
    body = source[max(source.find("<body"), 0) :][:_SNIPPET_SOURCE_LENGTH]
    if body.rfind("<") > body.rfind(">"):  # cut amid a tag
        body = body[: body.rfind("<")]
    words = (
        each.text if isinstance(each, Words) and not each.raw else " " for each in tokenize(body)
    )
    return _INVISIBLE.sub("", "".join(words))


def read_contents(raw: bytes) -> Contents:
    """Take the whole message apart."""
    message = BytesParser(policy=email.policy.compat32).parsebytes(raw)
    headers = tuple((name, _readable(value)) for name, value in message.raw_items())
    return Contents(
        headers=headers,
        html=_first_part(message, "text/html"),
        text=_first_part(message, "text/plain"),
        source=raw.decode("utf-8", "replace"),
        one_click_url=_one_click_url(message),
    )


def _header_block(raw: bytes) -> bytes:
    ends = [end for end in (raw.find(b"\r\n\r\n"), raw.find(b"\n\n")) if end >= 0]
    return raw[: min(ends)] if ends else raw


def _decoded(headers: "Message[str, str]", name: str) -> str:
    values = (value for key, value in headers.raw_items() if key.lower() == name.lower())
    return _readable(next(values, ""))


def _readable(value: str) -> str:
    """Decode a raw header: UTF-8 as it stands (SMTPUTF8), encoded words, folds."""
    text = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    with suppress(LookupError, ValueError, HeaderParseError):  # else it is shown as it came
        text = str(make_header(decode_header(text))) if "=?" in text else text
    return " ".join(text.encode("utf-8", "replace").decode().split())


def _first_part(message: "Message[str, str]", content_type: str) -> str:
    for part in message.walk():
        if part.get_content_type() == content_type and not part.get_filename():
            return _part_text(part)
    return ""


def _part_text(part: "Message[str, str]") -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        return content.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def _one_click_url(message: "Message[str, str]") -> str:
    if _decoded(message, "List-Unsubscribe-Post").lower() != _ONE_CLICK:
        return ""
    found = _HTTP_URI.search(_decoded(message, "List-Unsubscribe"))
    return found.group(1) if found else ""
