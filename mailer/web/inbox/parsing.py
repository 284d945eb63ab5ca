"""A message for display: summary, parts, one-click link. Never raises on bad mail."""

import email.policy
import itertools
import re
from dataclasses import dataclass, field
from email.errors import MessageError
from email.parser import BytesHeaderParser, BytesParser
from email.utils import getaddresses, parseaddr
from typing import TYPE_CHECKING

from mailer.composing.html import Words, decode_html, tokenize
from mailer.composing.mail_headers import header, header_text

if TYPE_CHECKING:
    from email.message import Message

_SNIPPET_SOURCE_LENGTH = 6_000
_SNIPPET_LENGTH = 160
_INVISIBLE = re.compile("[\u00ad\u034f\u200b-\u200f\u2060-\u2064\ufeff]")
"""What preheaders are padded with, so that nothing else shows after them."""

_MOST_HEADERS = 500
_MOST_HEADER_BYTES = 256 * 1024
_UNREADABLE = (MessageError, RecursionError, ValueError, LookupError, TypeError, AttributeError)
"""What Python's parser raises for parts within parts, hundreds deep, and for odd parameters."""
_BEYOND_READING = "This message cannot be taken apart. Its source shows it as it came."

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
    recipients: tuple[str, ...] = field(repr=False)


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

    headers: tuple[tuple[str, str], ...] = field(repr=False)
    html: str = field(repr=False)
    text: str = field(repr=False)
    source: str = field(repr=False)
    one_click_url: str = field(repr=False)

    @property
    def sender_address(self) -> str:
        """The address in From; empty where there is none."""
        senders = (value for name, value in self.headers if name.lower() == "from")
        return _address(next(senders, ""))[1]


def summarise(raw: bytes) -> Summary:
    """Read the few headers that a list of messages shows."""
    headers = _read_headers(raw)
    name, address = _address(header(headers, "From"))
    return Summary(
        sender=name or address,
        subject=header(headers, "Subject"),
        recipients=_addresses(header(headers, "To")),
    )


def snippet(raw: bytes) -> str:
    """Return the first words that mail clients show beside the subject: the preheader."""
    html, text = _read_parts(raw)
    words = _words(html) or text
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
    headers = _read_headers(raw)
    html, text = _read_parts(raw)
    return Contents(
        headers=tuple(
            (name, header_text(value))
            for name, value in itertools.islice(headers.raw_items(), _MOST_HEADERS)
        ),
        html=html,
        text=text,
        source=raw.decode("utf-8", "replace"),
        one_click_url=_one_click_url(headers),
    )


def _read_headers(raw: bytes) -> "Message[str, str]":
    ends = [end for end in (raw.find(b"\r\n\r\n"), raw.find(b"\n\n")) if end >= 0]
    block = raw[: min([*ends, _MOST_HEADER_BYTES])]
    return BytesHeaderParser(policy=email.policy.compat32).parsebytes(block)


def _read_parts(raw: bytes) -> tuple[str, str]:
    """Return the HTML part and the text part; empty where there is none."""
    try:
        message = BytesParser(policy=email.policy.compat32).parsebytes(raw)
        return _first_part(message, "text/html"), _first_part(message, "text/plain")
    except _UNREADABLE:
        return "", _BEYOND_READING


def _first_part(message: "Message[str, str]", content_type: str) -> str:
    for part in message.walk():
        if part.get_content_type() == content_type and not part.get_filename():
            payload = part.get_payload(decode=True)
            content = payload if isinstance(payload, bytes) else b""
            return decode_html(content, declared=part.get_content_charset("")).text
    return ""


def _address(value: str) -> tuple[str, str]:
    """Return name and address of the first in a field."""
    try:
        return parseaddr(value)
    except _UNREADABLE:
        return "", ""


def _addresses(value: str) -> tuple[str, ...]:
    try:
        return tuple(address for _, address in getaddresses([value]) if address)
    except _UNREADABLE:
        return ()


def _one_click_url(message: "Message[str, str]") -> str:
    if header(message, "List-Unsubscribe-Post").lower() != _ONE_CLICK:
        return ""
    found = _HTTP_URI.search(header(message, "List-Unsubscribe"))
    return found.group(1) if found else ""
