"""The names of settings, in `mailer.toml` and in the environment, and near misses."""

import difflib
from collections.abc import Iterable

from pydantic import BaseModel, SecretStr

Path = tuple[str, ...]
"""Where a setting is: `("provider",)` or `("smtp", "host")`."""

PREFIX = "MAILER_"
_LISTED = 16
"""Known names that fit in a message; more are left to the documentation."""


def setting_paths(model: type[BaseModel]) -> dict[Path, bool]:
    """Return the path of every setting of `model`, and whether it is a secret."""
    found: dict[Path, bool] = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        if field.exclude:
            continue
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            inner = setting_paths(kind)
            found |= {(name, *path): is_secret for path, is_secret in inner.items()}
        else:
            found[(name,)] = kind is SecretStr
    return found


def variable(*path: str) -> str:
    """Return the environment variable of the setting at `path`."""
    return PREFIX + "__".join(path).upper()


def dotted(path: Iterable[str | int]) -> str:
    """Return `path` as people write it: `smtp.host`."""
    return ".".join(str(part) for part in path)


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about the unknown `name`: what was probably meant."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f"did you mean {near[0]}?"
    if len(names) <= _LISTED:
        return f"known are {', '.join(names)}"
    return "docs/configuration.md has the names"
