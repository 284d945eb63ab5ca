"""How to reach SendGrid, or a server that speaks its language."""

import re
import urllib.parse
from dataclasses import dataclass, field

from mailer.errors import ConfigurationError

MOST_PERSONALIZATIONS = 1000
_KEY = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class SendGridSettings:
    """An account at SendGrid.

    Args:
        api_key: never shown.
        base_url: without `/v3`; any compatible server.
        timeout_seconds: longest wait for the server, for each step.
        batch_size: recipients a request, at most 1,000.
        connections: requests under way at once in one worker process.
        most_request_bytes: SendGrid takes less than 30 MB.
        is_sandbox: SendGrid checks requests and sends nothing.
    """

    api_key: str = field(repr=False)
    base_url: str = "https://api.sendgrid.com"
    timeout_seconds: float = 30
    batch_size: int = MOST_PERSONALIZATIONS
    connections: int = 4
    most_request_bytes: int = 28_000_000
    is_sandbox: bool = False

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.api_key):
            raise ConfigurationError(
                "[sendgrid] api_key is empty or holds characters that no key has; set it"
            )
        if not _is_url(self.base_url):
            raise ConfigurationError(
                f"[sendgrid] base_url {self.base_url!r} is not an http or https URL"
            )
        if not 1 <= self.batch_size <= MOST_PERSONALIZATIONS:
            raise ConfigurationError(
                f"[sendgrid] batch_size is {self.batch_size}; it must be from 1 to 1000"
            )


def _is_url(url: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.port != 0
            and url.isascii()
            and url.isprintable()
            and " " not in url
        )
    except ValueError:
        return False
