"""How to reach an SMTP server, and in whose name to send."""

import re
from pathlib import Path
from typing import Literal

from pydantic import SecretStr, ValidationInfo, field_validator

from mailer.platform.settings.section import Section
from mailer.platform.settings.types import Connections, Email, HostName, Line, Port, Seconds, Secret

_HELLO_NAME = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9-]+|\[[0-9A-Za-z:.]+\]"
)
_LOOPBACK = re.compile(r"localhost|127(?:\.\d+){3}|::1")


class SmtpSettings(Section):
    """The section `[smtp]`.

    Attributes:
        host: name or address.
        port: 25, 587 (with `starttls`) or 465 (with `implicit`) as a rule.
        tls: `implicit` from the first byte, `starttls` after the greeting, or `none`; `auto` is
            never read back: it becomes one of these when the settings are made.
        username: empty for no login.
        auth: how to log in; with `xoauth2` the password is an access token.
        connections: most connections that one worker process opens.
        timeout_seconds: longest wait for the server, for each step.
        bounce_address: whose mailbox takes everything with a `+`; empty for the issue's sender.
        ca_file: certificates to trust instead of the system's, from the workspace.
        client_cert_file: our certificate, for servers that ask for one, from the workspace.
        client_key_file: its key, if that is in another file.
        hello_name: what we call ourselves; empty for the host's name.
    """

    host: HostName = "127.0.0.1"
    port: Port = 25
    tls: Literal["auto", "none", "starttls", "implicit"] = "auto"
    username: Line = ""
    password: Secret = SecretStr("")
    auth: Literal["auto", "plain", "login", "xoauth2"] = "auto"
    connections: Connections = 4
    timeout_seconds: Seconds = 60
    bounce_address: Email = ""
    ca_file: Line = ""
    client_cert_file: Line = ""
    client_key_file: Line = ""
    hello_name: Line = ""

    @field_validator("tls")
    @classmethod
    def _decide_tls(cls, tls: str, info: ValidationInfo) -> str:
        if tls != "auto":
            return tls
        return "none" if _LOOPBACK.fullmatch(info.data.get("host", "")) else "starttls"

    @field_validator("hello_name")
    @classmethod
    def _check_hello_name(cls, name: str) -> str:
        if name and not _HELLO_NAME.fullmatch(name):
            raise ValueError("must be a full host name, as mail.example.org, or [192.0.2.1]")
        return name

    @property
    def address(self) -> str:
        """The server, for people."""
        return f"{self.host}:{self.port}"

    def client_cert_file_in(self, workspace: Path) -> Path | None:
        """Return `client_cert_file`, absolute; None where none is set."""
        return workspace / self.client_cert_file if self.client_cert_file else None

    def client_key_file_in(self, workspace: Path) -> Path | None:
        """Return `client_key_file`, absolute; None where the certificate's file has the key."""
        return workspace / self.client_key_file if self.client_key_file else None

    def ca_file_in(self, workspace: Path) -> Path | None:
        """Return `ca_file`, absolute; None for the system's certificates."""
        return workspace / self.ca_file if self.ca_file else None
