"""How to reach an SMTP server, and in whose name to send."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from mailer.errors import ConfigurationError
from mailer.message.compiled import Recipient


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """An SMTP server.

    Args:
        host: name or address.
        port: 25, 587 (with `starttls`) or 465 (with `implicit`) as a rule.
        tls: `implicit` from the first byte, `starttls` after the greeting, or `none`.
        username: empty for no login.
        password: never shown.
        connections: most connections that one worker process opens.
        timeout_seconds: longest wait for the server, for each step.
        ca_file: certificates to trust instead of the system's.
        envelope_sender: where bounces of a delivery go, see `verp`; None for the issue's sender.
        helo_name: our name in EHLO; by default the host's, or its address.
    """

    host: str = "127.0.0.1"
    port: int = 25
    tls: Literal["none", "starttls", "implicit"] = "none"
    username: str = ""
    password: str = field(default="", repr=False)
    connections: int = 4
    timeout_seconds: float = 60
    ca_file: Path | None = None
    envelope_sender: Callable[[Recipient], str] | None = None
    helo_name: str = ""

    @property
    def place(self) -> str:
        """The server, for people."""
        return f"{self.host}:{self.port}"


def verp(bounce_address: str, token: Callable[[Recipient], str]) -> Callable[[Recipient], str]:
    """Return an envelope sender that names the delivery: `local+token@domain`.

    A bounce that says nothing useful inside still arrives at an address that says whose it is.

    Args:
        bounce_address: whose mailbox takes everything with a `+`.
        token: opaque, of characters that an address may hold; the local part has at most 64.
    """
    local, _, domain = bounce_address.rpartition("@")
    return lambda recipient: f"{local}+{token(recipient)}@{domain}"


def tls_context(settings: SmtpSettings) -> ssl.SSLContext:
    """Return what verifies the server's certificate and name.

    Raises:
        ConfigurationError: `ca_file` cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise ConfigurationError(
            f"[smtp] ca_file {settings.ca_file}: {error.strerror or error}; name a PEM file"
        ) from error
