"""A section of settings: a table of `mailer.toml`, frozen and checked."""

from pydantic import BaseModel, ConfigDict

from mailer.errors import ConfigurationError
from mailer.platform.settings.names import variable


class Section(BaseModel):
    """A table of `mailer.toml`. An empty text means "not set"."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, validate_default=True
    )


def missing(section: str, key: str, *, why: str) -> ConfigurationError:
    """Return the error for a setting that something cannot do without.

    Args:
        section: as in `mailer.toml`.
        key: the setting in it.
        why: what needs it.
    """
    return ConfigurationError(
        f"{section}.{key} is missing ({why}); set it in mailer.toml under [{section}] or as "
        f"{variable(section, key)}"
    )
