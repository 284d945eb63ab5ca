"""Why a request got no answer: a kind and facts, which those who asked put into words."""

from enum import StrEnum


class Trouble(StrEnum):
    """Kinds of it."""

    MALFORMED = "malformed"
    """What was named, or what a redirect leads to, is not a web address."""
    SCHEME = "scheme"
    """It is an address, but neither http nor https."""
    NO_HOST = "no-host"
    """No name server knows the host."""
    NO_NAME_SERVER = "no-name-server"
    """No name server answers, so nobody knows."""
    PRIVATE = "private"
    """The host has an address in a private network, which may not be asked."""
    CERTIFICATE = "certificate"
    UNREACHABLE = "unreachable"
    """No connection, or one that was cut before the answer."""
    SILENT = "silent"
    """Nothing came for `Limits.timeout_seconds`."""
    SLOW = "slow"
    """All of it took longer than `Limits.deadline_seconds`."""
    NOT_HTTP = "not-http"
    TOO_LARGE = "too-large"
    BROKEN_OFF = "broken-off"
    """The body is shorter than announced."""
    REDIRECTS = "redirects"
    """One too many."""
    ABORTED = "aborted"
    """By ourselves."""


class RequestError(Exception):
    """A request that got no answer of use; every caller handles it.

    Args:
        trouble: its kind.
        detail: what the system, the certificate's check or the redirect says; may be empty.
        host: which one, where it matters.
        is_redirect: whether a redirect led there.
    """

    def __init__(
        self, trouble: Trouble, detail: str = "", *, host: str = "", is_redirect: bool = False
    ) -> None:
        super().__init__(f"{trouble}: {detail}" if detail else trouble)
        self.trouble = trouble
        self.detail = detail
        self.host = host
        self.is_redirect = is_redirect
