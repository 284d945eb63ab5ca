"""A mail as a file: which of its parts is the text, what came with it, what its head says."""

import binascii
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path

from mailer.composing.html import decode_html, tokenize
from mailer.composing.importing.model import Finding
from mailer.composing.importing.post import Post
from mailer.composing.importing.sources.posts import Export
from mailer.composing.importing.text.letter import text_to_html
from mailer.composing.importing.words import tally_source
from mailer.composing.mail_headers import header, header_text
from mailer.errors import RenderError

_HEAD = re.compile(
    rb"^(?:from|to|subject|date|received|return-path|mime-version|message-id|delivered-to|reply-to"
    rb"|content-type|dkim-signature|list-id|x-[a-z-]+):",
    re.IGNORECASE | re.MULTILINE,
)
_FIELD = re.compile(rb"\A(?:From [^\n]*\r?\n)?[A-Za-z][A-Za-z0-9-]*:[ \t]?[^\n]*\n", re.IGNORECASE)
_MBOX = re.compile(rb"^From [^\n]*\n(?=[A-Za-z][A-Za-z0-9-]*:)", re.MULTILINE)
_FORWARDED = re.compile(r"^(?:fwd?|wg|tr|rv|i|enc|doorst|vb|fs)\s*:\s*", re.IGNORECASE)
_WRAPPER = re.compile(
    r"(?<!-)-{5,}+\s*+(?:forwarded|weitergeleitete|message transf)|gmail_attr"
    r"|begin forwarded message"
    r"|border-top:\s*solid #(?:E1E1E1|B5C4DF)|weitergeleiteten nachricht|message réexpédié"
    r"|messaggio inoltrato",
    re.IGNORECASE,
)
_FEWEST_HEADERS = 2
_FEW_WORDS = 40
_MOST_MAILS = 5000
_MOST_PARTS = 2000


def is_mail(data: bytes) -> bool:
    """Whether bytes begin as a mail does: with header fields, some of them mail's own."""
    start = data[:20_000].lstrip(b"\r\n\xef\xbb\xbf")
    if not _FIELD.match(start):
        return False
    head = re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]
    names = {name.lower() for name in _HEAD.findall(head)}
    return len(names) >= _FEWEST_HEADERS and names != {b"subject:", b"date:"}


def read_mails(data: bytes, *, name: str) -> Export:
    """Return the mail in a file, or the mails of a mailbox (mbox).

    Raises:
        RenderError: it cannot be read as a mail.
    """
    data = data.lstrip(b"\r\n\xef\xbb\xbf")
    if not data.startswith(b"From "):
        return Export("eml", (read_mail(data, name=name),))
    starts = [match.start() for match in _MBOX.finditer(data)][:_MOST_MAILS] or [0]
    ends = [*starts[1:], len(data)]
    mails = [data[a:b].partition(b"\n")[2] for a, b in zip(starts, ends, strict=True)]
    return Export("eml", tuple(read_mail(mail, name=name) for mail in mails))


@dataclass(slots=True)
class _Parts:
    """What a mail is made of."""

    html: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    body: list[tuple[str, str]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    others: list[tuple[str, str, int]] = field(default_factory=list)
    mails: list[Message] = field(default_factory=list)
    count: int = 0


def read_mail(data: bytes, *, name: str) -> Post:
    """Return one mail; a mail that only carries another is that one.

    Raises:
        RenderError: it cannot be read.
    """
    try:
        message = message_from_bytes(data)
        return _post(message, name)
    except (MessageError, RecursionError, LookupError, ValueError, TypeError, AttributeError):
        raise RenderError("is not a mail that can be read", path=Path(name)) from None


def _post(message: Message, name: str, *, depth: int = 0) -> Post:
    parts = _Parts()
    _collect(message, parts)
    html = _html_of(parts)
    if parts.mails and depth < 3 and _word_count(html) <= _FEW_WORDS:  # noqa: PLR2004
        return _carried(parts, html, name, depth)
    is_plain = bool(parts.body) and all(kind == "text" for kind, _ in parts.body)
    body = "\n\n".join(text for _, text in parts.body) if is_plain else html
    subject = header(message, "Subject")
    if _WRAPPER.search(body[:20_000]):
        subject = _FORWARDED.sub("", subject)
    origin = [(key, header(message, field)) for key, field in _ORIGIN]
    return Post(
        source="eml",
        name=name,
        body=body,
        kind="text" if is_plain else "html",
        title=subject,
        date=_date(message),
        status="",
        files=parts.files,
        is_mail=True,
        language=header(message, "Content-Language").split(",")[0].strip()[:20],
        origin=tuple((key, value) for key, value in origin if value),
        findings=tuple(_attachments(parts)),
    )


_ORIGIN = (("from", "From"), ("list_id", "List-Id"), ("message_id", "Message-ID"))


def _carried(parts: _Parts, html: str, name: str, depth: int) -> Post:
    """Return the mail that came as an attachment; the words around it stand before its text."""
    inner = _post(parts.mails[0], name, depth=depth + 1)
    if not _word_count(html):
        return inner
    body = text_to_html(inner.body) if inner.kind == "text" else inner.body
    return replace(inner, body=f"<div>{html}</div><hr>{body}", kind="html")


# --- parts ----------------------------------------------------------------------------------


def _collect(part: Message, parts: _Parts) -> None:
    """Sort a part: alternatives are chosen from, all others count."""
    parts.count += 1
    if parts.count > _MOST_PARTS:
        return
    kind = part.get_content_type()
    if kind == "multipart/alternative":
        _choose(_children(part), parts)
    elif part.is_multipart() and kind != "message/rfc822":
        for child in _children(part):
            _collect(child, parts)
    elif kind == "message/rfc822":
        parts.mails += [child for child in _children(part) if isinstance(child, Message)]
    elif kind in {"text/html", "text/plain"} and not _is_attachment(part):
        parts.body.append(_body(part, kind))
    else:
        _keep_file(part, kind, parts)


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    parts = payload if isinstance(payload, list) else []
    return [each for each in parts if isinstance(each, Message)]


def _choose(choices: list[Message], parts: _Parts) -> None:
    """Take the HTML of several versions of the same, unless it has next to no words."""
    found: list[_Parts] = []
    for choice in choices:
        one = _Parts(count=parts.count)
        _collect(choice, one)
        parts.count = one.count
        found.append(one)
    sizes = [_word_count(_html_of(one)) for one in found]
    best = max(sizes, default=0)
    good = [one for one, size in zip(found, sizes, strict=True) if size * 4 >= best and one.body]
    chosen = next((one for one in reversed(good) if any(k == "html" for k, _ in one.body)), None)
    chosen = chosen or next(iter(reversed(good)), None)
    if chosen:
        parts.body += chosen.body
    for one in found:
        parts.files |= one.files
        parts.others += one.others
        parts.mails += one.mails


def _is_attachment(part: Message) -> bool:
    return str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment")


def _payload(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (binascii.Error, ValueError, LookupError, AssertionError):
        data = None
    return data if isinstance(data, bytes) else b""


def _body(part: Message, kind: str) -> tuple[str, str]:
    charset = part.get_content_charset("") or ""
    text = decode_html(_payload(part), declared=charset).text
    if kind == "text/html":
        return "html", text
    if str(part.get_param("format", "")).lower() == "flowed":
        text = _unflowed(text, joins=str(part.get_param("delsp", "")).lower() == "yes")
    return "text", text


def _unflowed(text: str, *, joins: bool) -> str:
    """Return text whose lines end where its author ended them.

    Source: RFC 3676, 4.
    """
    lines: list[str] = []
    is_open = False
    for raw in text.replace("\r\n", "\n").split("\n"):
        line = raw.removeprefix(" ")
        flows = line.endswith(" ") and line != "-- "
        words = line[:-1] if flows and joins else line
        if is_open and not line.startswith(">"):
            lines[-1] += words
        else:
            lines.append(words)
        is_open = flows
    return "\n".join(lines)


def _keep_file(part: Message, kind: str, parts: _Parts) -> None:
    data = _payload(part)
    filename = header_text(str(part.get_filename("") or ""))
    names = [header(part, key).strip("<>") for key in ("Content-ID", "Content-Location")]
    for name in (*names, filename):
        if name and kind.startswith(("image/", "application/octet-stream")):
            parts.files.setdefault(name, data)
    parts.others.append((filename or names[0], kind, len(data)))


def _html_of(parts: _Parts) -> str:
    """Return all text of a mail as HTML."""
    return "\n".join(text if kind == "html" else text_to_html(text) for kind, text in parts.body)


def _word_count(html: str) -> int:
    return tally_source(tokenize(html)).words.total()


def _attachments(parts: _Parts) -> Iterator[Finding]:
    """Yield what came with the mail and is not a picture that its text shows."""
    whole = "".join(text for _, text in parts.body)
    for name, kind, size in parts.others:
        is_shown = (name and name in whole) or any(
            len(data) == size and key in whole for key, data in parts.files.items()
        )
        if is_shown:
            continue
        shown = name or "without a name"
        what = f"the attachment {shown} ({kind}, {size:,} bytes) cannot be part of an issue"
        remedy = "host it and link to it, if readers need it"
        yield Finding("attachment", 1, 0, what, remedy)


# --- head -----------------------------------------------------------------------------------


def _date(message: Message) -> dt.date | None:
    try:
        return parsedate_to_datetime(str(message.get("Date", ""))).date()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
