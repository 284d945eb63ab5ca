"""Sign messages, relaxed/relaxed. Source: RFC 6376 3.4.2, 3.4.4, 3.5, 3.7; RFC 8463 for Ed25519.

Every header of ours is signed. Those that a mail program shows or acts on are signed once more
than they occur, so that nobody can add another (RFC 6376 8.15).
"""

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_ONCE_MORE = (
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "reply-to",
    "message-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "mime-version",
    "content-type",
)
_LINE_LENGTH = 72
_BLANKS = re.compile(rb"(?:[ \t]|\r\n(?=[ \t]))+")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key that is ready to sign.

    Args:
        domain: who signs, as in the DNS.
        selector: which of the domain's keys it is.
        algorithm: "rsa-sha256" or "ed25519-sha256".
        sign: the signature of the canonical headers.
    """

    domain: str
    selector: str
    algorithm: str
    sign: Callable[[bytes], bytes] = field(repr=False)


def signed(message: bytes, keys: Sequence[SigningKey], *, at: int) -> bytes:
    """Return `message` with a DKIM-Signature for each key before it.

    Args:
        message: lines ending in CRLF; with an empty line between headers and body.
        keys: none leaves the message as it is.
        at: seconds since 1970.
    """
    if not keys:
        return message
    head, _, body = message.partition(b"\r\n\r\n")
    fields = _fields(head + b"\r\n")
    names = [name for name, _ in fields]
    canonical = b"".join(line for _, line in reversed(fields))
    listed = [*reversed(names), *_ONCE_MORE]
    digest = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode()
    headers = [_signature(key, listed, canonical, digest, at) for key in keys]
    return b"".join((*headers, message))


def relaxed_body(body: bytes) -> bytes:
    """Return the canonical form of a body. Source: RFC 6376 3.4.4."""
    body = body.replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    if body and not body.endswith(b"\r\n"):
        body += b"\r\n"
    body = body.replace(b" \r\n", b"\r\n")
    end = len(body)
    while end >= 4 and body[end - 4 : end] == b"\r\n\r\n":  # noqa: PLR2004 - two line ends
        end -= 2
    canonical = body[:end]
    return b"" if canonical == b"\r\n" else canonical


def _fields(head: bytes) -> list[tuple[str, bytes]]:
    """Return name and canonical form of each header, in order. Source: RFC 6376 3.4.2."""
    unfolded = _BLANKS.sub(b" ", head)
    fields = []
    for line in unfolded.split(b"\r\n")[:-1]:
        name, _, value = line.partition(b":")
        lower = name.strip().lower()
        fields.append((lower.decode("ascii"), lower + b":" + value.strip(b" ") + b"\r\n"))
    return fields


def _signature(
    key: SigningKey, listed: Sequence[str], canonical: bytes, digest: str, at: int
) -> bytes:
    tags = (
        f"v=1; a={key.algorithm}; c=relaxed/relaxed; d={key.domain}; s={key.selector};",
        f"t={at};",
        *_folded_names(listed),
        f"bh={digest};",
    )
    header = "DKIM-Signature: " + "\r\n ".join(tags) + "\r\n b="
    own = _fields(header.encode() + b"\r\n")[0][1].removesuffix(b"\r\n")
    encoded = base64.b64encode(key.sign(canonical + own)).decode()
    lines = [encoded[i : i + _LINE_LENGTH] for i in range(0, len(encoded), _LINE_LENGTH)]
    return (header + "\r\n ".join(lines) + "\r\n").encode()


def _folded_names(names: Sequence[str]) -> list[str]:
    """Return the tag `h=` in lines that are not too long."""
    lines, line = [], "h="
    for name in names:
        if len(line) + len(name) >= _LINE_LENGTH:
            lines.append(line)
            line = ""
        line += f"{name}:"
    return [*lines, f"{line.removesuffix(':')};"]
