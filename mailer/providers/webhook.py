"""What a provider's webhook is: raw bytes and headers in, verified events out.

A request is verified when it comes in, stored as it is, and read again when it is applied, by
another process and perhaps after the key was changed. So verifying and reading are apart.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Protocol, TypeVar

from mailer.platform.settings.section import Section
from mailer.providers.event import Event

S_contra = TypeVar("S_contra", bound=Section, contravariant=True)


class Verifier(Protocol):
    """Tells requests of one account from all others."""

    def check_headers(self, headers: Mapping[str, str], *, now: dt.datetime) -> None:
        """Return if the headers may be those of a signed request, before its body is read.

        Args:
            headers: looked up in any case.
            now: aware UTC.

        Raises:
            WebhookSignatureError: they cannot be.
        """
        ...

    def verify(self, body: bytes, headers: Mapping[str, str], *, now: dt.datetime) -> None:
        """Return if the provider signed this request, for this account, lately.

        Args:
            body: raw, before any parsing.
            headers: looked up in any case.
            now: aware UTC.

        Raises:
            WebhookSignatureError: it did not.
        """
        ...


class Webhook(Protocol[S_contra]):
    """How one provider's requests are verified and read.

    Attributes:
        not_set_up: the answer to requests while the settings hold no key: one line on what to set.
    """

    not_set_up: str

    def verifier(self, settings: S_contra) -> Verifier | None:
        """Return what verifies requests; None where the settings hold no key.

        Raises:
            ConfigurationError: what they hold is not a key.
        """
        ...

    def parse_events(self, body: bytes, *, received_at: dt.datetime) -> list[Event]:
        """Return the events in a verified request, in its order.

        What cannot be understood becomes an event of kind `other`, so that it is kept and does not
        cost the others. Needs no settings: requests of years ago can be read.

        Args:
            body: raw.
            received_at: aware UTC.

        Raises:
            WebhookPayloadError: the body as a whole cannot be read.
        """
        ...
