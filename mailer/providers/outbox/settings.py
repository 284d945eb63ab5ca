"""Where the outbox is."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from mailer.platform.settings.section import Section
from mailer.platform.settings.types import Line


class OutboxSettings(Section):
    """The section `[outbox]`.

    Attributes:
        directory: from the workspace; made on demand.
    """

    directory: Annotated[Line, Field(min_length=1)] = "outbox"

    def path_in(self, workspace: Path) -> Path:
        """Return `directory`, absolute."""
        return workspace / self.directory
