"""An address taken apart, without trusting it."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Url:
    """The parts of an address; empty where one is not there.

    Args:
        scheme: in small letters.
        host: as written, in small letters; IPv6 without brackets.
        port: as written.
        credentials: what stands before `@` in the authority.
        path: as written.
        query: as written.
        fragment: as written.
    """

    text: str
    scheme: str = ""
    host: str = ""
    port: str = ""
    credentials: str = ""
    path: str = ""
    query: str = ""
    fragment: str = ""

    @property
    def is_web(self) -> bool:
        """Is it http or https?"""
        return self.scheme in {"http", "https"}

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The query's parameters."""
        try:
            return parse_qsl(self.query, keep_blank_values=True, max_num_fields=200)
        except ValueError:
            return []

    @property
    def file_name(self) -> str:
        """The last part of the path."""
        return unquote(self.path.rpartition("/")[2])


def take_apart(text: str) -> Url:
    """Return the parts of an address, however odd it is."""
    text = text.strip()
    if text[:4].lower() == "www.":
        text = "http://" + text
    try:
        parts = urlsplit(text)
    except ValueError:
        scheme = text.partition(":")[0].lower()
        return Url(text, scheme=scheme)
    credentials, _, place = parts.netloc.rpartition("@")
    host, port = _host_and_port(place)
    return Url(
        text, parts.scheme.lower(), host.lower(), port, credentials,
        parts.path, parts.query, parts.fragment,
    )  # fmt: skip


def _host_and_port(place: str) -> tuple[str, str]:
    if place.startswith("["):
        host, _, rest = place[1:].partition("]")
        return host, rest.removeprefix(":")
    host, _, port = place.partition(":")
    return host, port
