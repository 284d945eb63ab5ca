"""A setting's value on its way in, with where it came from."""

from dataclasses import dataclass, field
from typing import NamedTuple

from mailer.platform.settings.names import Path


class Value(NamedTuple):
    """A value as it was written.

    Args:
        value: not yet checked.
        origin: for messages: `mailer.toml line 12`, or the name of a variable.
    """

    value: object
    origin: str

    def __repr__(self) -> str:
        """Say where it is written, not what: it may be a password."""
        return f"Value(origin={self.origin!r}, ...)"


@dataclass
class Reading:
    """What one source holds.

    Args:
        values: by path.
        problems: what is wrong with the source itself, a line each.
    """

    values: dict[Path, Value] = field(default_factory=dict, repr=False)
    problems: list[str] = field(default_factory=list)
