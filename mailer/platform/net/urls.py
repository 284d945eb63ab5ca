"""Addresses as HTTP asks for them, and where redirects lead."""

import base64
import re
import string
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

from mailer.platform.net.errors import RequestError, Trouble

MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_SAFE = "%/:=&?~#+!$,;'@()*[]"
_LONGEST_SHOWN = 200
_NO_HOST = re.compile(r"[\x00-\x20\x7f#%/:<>?@\[\\\]^|]")
"""Source: WHATWG URL, forbidden domain code points."""


def asked_url(url: str) -> str:
    """Return a web address in ASCII, without the login that may be in it.

    Raises:
        RequestError: it is none.
    """
    parts = _parts(url)
    try:
        host, port = parts.hostname or "", parts.port
        host = f"[{host}]" if ":" in host else _ascii_host(host)
        path, query, fragment = (
            quote(part, safe=_SAFE) for part in (parts.path or "/", parts.query, parts.fragment)
        )
    except ValueError:
        raise RequestError(Trouble.MALFORMED, url[:_LONGEST_SHOWN]) from None
    netloc = host if port is None else f"{host}:{port}"
    return urlunsplit((parts.scheme, netloc, path, query, fragment))


def _ascii_host(host: str) -> str:
    """Return a name as DNS knows it; it may be percent-encoded, as browsers take it.

    Raises:
        ValueError: it has characters that no host has, or a label is too long or empty.
    """
    name = unquote(host, errors="strict").encode("idna").decode("ascii")
    if _NO_HOST.search(name):
        raise ValueError(host)
    return name


def login_of(url: str) -> str:
    """Return the login in an address as the Authorization header says it; empty for none."""
    parts = _parts(url)
    if parts.username is None:
        return ""
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        raise RequestError(Trouble.MALFORMED, url[:_LONGEST_SHOWN]) from None
    if parts.scheme not in {"http", "https"} or not host:
        raise RequestError(Trouble.SCHEME, url[:_LONGEST_SHOWN])
    return parts


class Trail:
    """The addresses of one request, redirect by redirect.

    Args:
        url: the first.

    Raises:
        RequestError: it is not a web address.

    Attributes:
        at: the address to ask now.
        redirects: how many led there.
        is_moved_for_good: whether each of them, at least one, says that it stays so.
    """

    def __init__(self, url: str) -> None:
        self.at = asked_url(url)
        self.redirects = 0
        self._is_permanent = True

    @property
    def is_moved_for_good(self) -> bool:
        """Whether there were redirects, all permanent."""
        return self.redirects > 0 and self._is_permanent

    def follow(self, status: int, location: str) -> bool:
        """Go on to where an answer redirects; False where it does not.

        Args:
            status: of the answer.
            location: its Location header, decoded as Latin-1; empty for none.

        Raises:
            RequestError: it leads to no web address, or it is one redirect too many.
        """
        if status not in _REDIRECTS or not location:
            return False
        target = quote(location.strip(), safe=string.punctuation, encoding="latin-1")
        self.redirects += 1
        if self.redirects > MOST_REDIRECTS:
            raise RequestError(Trouble.REDIRECTS, target[:_LONGEST_SHOWN], is_redirect=True)
        self._is_permanent = self._is_permanent and status in _PERMANENT
        self.at = _joined(self.at, target)
        return True


def _joined(base: str, target: str) -> str:
    try:
        return asked_url(urljoin(base, target))
    except (ValueError, RequestError) as error:
        trouble = error.trouble if isinstance(error, RequestError) else Trouble.MALFORMED
        raise RequestError(trouble, target[:_LONGEST_SHOWN], is_redirect=True) from None
