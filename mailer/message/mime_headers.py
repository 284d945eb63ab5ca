"""Header lines of a message: any script in, short ASCII lines out.

Nothing that comes from a person can start a new header: control characters, CR and LF
included, become one space before anything else happens.

Source: RFC 5322 (lines, folding), RFC 2047 (encoded words), RFC 6532 (UTF-8 local parts).
"""

import base64
import re
import urllib.parse
from collections.abc import Callable, Iterator

from mailer.message.compiled import Mailbox

LINE_LENGTH = 76
_WORD_LENGTH = 75
_WORD_FRAME = len("=?utf-8?B?") + len("?=")

_CONTROLS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_UNSAFE_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\x9f<>\u2028\u2029]")
_PLAIN = re.compile(r"[ -~]*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_URL_SAFE = "%/:=&?~#+!$;'@()*[]"  # a comma would part two addresses: it is escaped
_URL_AS_IT_IS = re.compile(r"[A-Za-z0-9._~%/:=&?#+@-]*")
_Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q = {byte: chr(byte) if byte in _Q_SAFE else f"={byte:02X}" for byte in range(256)} | {32: "_"}


def one_line(value: str) -> str:
    """Return `value` with each run of spaces and control characters as one space."""
    return _CONTROLS.sub(" ", value).strip()


def bare_address(address: str) -> str:
    """Return `address` without what could end it: white space, controls, angle brackets."""
    return _UNSAFE_IN_ADDRESS.sub("", address)


def bare_url(url: str) -> str:
    """Return `url` in ASCII without what could end it inside angle brackets."""
    if _URL_AS_IT_IS.fullmatch(url):
        return url
    return urllib.parse.quote(bare_address(url), safe=_URL_SAFE, errors="replace")


def text_header(name: str, value: str) -> bytes:
    """Return a header of free text, such as Subject, ending in CRLF."""
    value = one_line(value)
    if _is_plain(value) and max(map(len, value.split(" "))) <= _room(name):
        return _folded(name, value.split(" "))
    return _folded(name, encoded_words(value, first_width=_room(name)))


def mailbox_header(name: str, mailbox: Mailbox) -> bytes:
    """Return a header of one address, such as From, ending in CRLF.

    Bytes above 127 stand in it only where the address itself has them (SMTPUTF8).
    """
    address = f"<{bare_address(mailbox.email)}>"
    return _folded(name, [*_phrase(mailbox.name, first_width=_room(name)), address])


def list_id_header(list_id: str, list_name: str) -> bytes:
    """Return List-Id, ending in CRLF. Source: RFC 2919."""
    return mailbox_header("List-Id", Mailbox(list_id, list_name))


def words_header(name: str, *words: str) -> bytes:
    """Return a header of ASCII words, folded between but never within them, ending in CRLF."""
    return _folded(name, [_CONTROLS.sub("", word) for word in words])


def unfolded(header: bytes) -> tuple[str, str]:
    """Return a header's name, and its value on one line, as an HTTP interface takes them."""
    name, _, value = header.decode().partition(":")
    return name, value.replace("\r\n", "").strip()


def encoded_words(text: str, *, first_width: int) -> list[str]:
    """Return `text` as encoded words of at most 75 characters, split between characters only.

    Args:
        text: not empty.
        first_width: room for the first word, whose line also holds the header's name.
    """
    encoded = text.encode("utf-8", "replace")
    is_q = _q_length(encoded) <= _b_length(encoded)
    length, write = (_q_length, _q_word) if is_q else (_b_length, _b_word)
    if length(encoded) <= first_width - _WORD_FRAME:
        return [write(encoded)]
    return [write(piece) for piece in _pieces(text, first_width=first_width, length=length)]


def _phrase(name: str, *, first_width: int) -> list[str]:
    """Return a display name as words: atoms, one quoted string, or encoded words."""
    name = one_line(name)
    if not name:
        return []
    if not _is_plain(name) or len(name) + name.count('"') + name.count("\\") + 2 > first_width:
        return encoded_words(name, first_width=first_width)
    if _ATOMS.fullmatch(name):
        return name.split(" ")
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{escaped}"']


def _is_plain(value: str) -> bool:
    """Return whether `value` may stand as it is: ASCII that no reader takes for encoded words."""
    return _PLAIN.fullmatch(value) is not None and "=?" not in value


def _room(name: str) -> int:
    return LINE_LENGTH - len(name) - len(": ")


def _folded(name: str, words: list[str]) -> bytes:
    """Return the header with a line break before each word that would overrun its line."""
    line, lines = f"{name}:", []
    for word in words:
        if len(line) + 1 + len(word) > LINE_LENGTH and len(line) > len(name) + 1:
            lines.append(line)
            line = ""
        line = f"{line} {word}"
    return ("\r\n".join([*lines, line]) + "\r\n").encode("utf-8", "replace")


def _pieces(text: str, *, first_width: int, length: Callable[[bytes], int]) -> Iterator[bytes]:
    """Yield UTF-8 runs of whole characters whose encoded word fits its line."""
    piece, room = b"", first_width - _WORD_FRAME
    for character in text:
        longer = piece + character.encode("utf-8", "replace")
        if piece and length(longer) > room:
            yield piece
            longer, room = character.encode("utf-8", "replace"), _WORD_LENGTH - _WORD_FRAME
        piece = longer
    yield piece


def _q_word(data: bytes) -> str:
    return f"=?utf-8?Q?{''.join(map(_Q.__getitem__, data))}?="


def _b_word(data: bytes) -> str:
    return f"=?utf-8?B?{base64.b64encode(data).decode()}?="


def _q_length(data: bytes) -> int:
    return sum(map(len, map(_Q.__getitem__, data)))


def _b_length(data: bytes) -> int:
    return -(-len(data) // 3) * 4
