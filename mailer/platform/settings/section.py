"""A section of settings: a table of `mailer.toml`, frozen and checked."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from mailer.errors import ConfigurationError
from mailer.platform.settings.names import variable


class Section(BaseModel):
    """A table of `mailer.toml`. An empty text means "not set"."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        validate_default=True,
        hide_input_in_errors=True,  # it may be a password
    )

    @field_validator("*", mode="before")
    @classmethod
    def _is_not_a_truth_value(cls, value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401 - any setting
        """Refuse `true` for a number, which Python takes for 1."""
        field = cls.model_fields[str(info.field_name)]
        if isinstance(value, bool) and field.annotation in {int, float}:
            raise ValueError("must be a number")
        return value


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
