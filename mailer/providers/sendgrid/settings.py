"""How to reach SendGrid, or a server with the same API."""

from typing import Annotated

from pydantic import Field, SecretStr

from mailer.platform.settings.section import Section
from mailer.platform.settings.types import Connections, Line, Seconds, Secret, WebUrl

MOST_PERSONALIZATIONS = 1000


class SendGridSettings(Section):
    """The section `[sendgrid]`.

    Attributes:
        base_url: without `/v3`; any compatible server.
        timeout_seconds: longest wait for the server, for each step.
        webhook_public_key: verifies the events that it posts; empty where none are taken.
        batch_size: recipients a request.
        connections: requests under way at once in one worker process. One: a killed process leaves
            each request that was under way `unknown`.
    """

    api_key: Secret = SecretStr("")
    base_url: WebUrl = "https://api.sendgrid.com"
    timeout_seconds: Seconds = 30
    webhook_public_key: Line = ""
    batch_size: Annotated[int, Field(ge=1, le=MOST_PERSONALIZATIONS)] = MOST_PERSONALIZATIONS
    connections: Connections = 1
