"""The keys that sign every link: given by the operator, or made once for the workspace.

Several keys stand one a line: the first signs, all verify.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from mailer.config.models import Settings
from mailer.errors import ConfigurationError
from mailer.platform.files import PRIVATE, write_new
from mailer.platform.state_dir import ensure_state_dir

KEY_FILE = "secret.key"
_SHORTEST = 32
_GIVEN_BY = ("MAILER_SECRET_KEY", "MAILER_SECRET_KEY_FILE")


def read_secret_keys(settings: Settings) -> tuple[str, ...]:
    """Return the keys: from the settings, else from the workspace; none where none was made.

    Raises:
        ConfigurationError: the file cannot be read, or does not hold keys.
    """
    given = settings.secret_key.get_secret_value()
    if given:
        return _lines(given)
    path = settings.state_dir / KEY_FILE
    try:
        keys = _lines(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a key"
        raise ConfigurationError(f"{path}: cannot be used ({reason}); check its owner") from error
    if not keys or any(len(key) < _SHORTEST for key in keys):
        raise ConfigurationError(
            f"{path}: damaged; restore it from a backup. Without it the links in messages that "
            "went out are void"
        )
    return keys


def ensure_secret_keys(settings: Settings) -> tuple[str, ...]:
    """Return the keys; where there is none, make the workspace's.

    Two processes that come first at the same time get the same key.

    Raises:
        ConfigurationError: the file cannot be written, or does not hold keys.
    """
    if keys := read_secret_keys(settings):
        return keys
    ensure_state_dir(settings.state_dir)
    path = settings.state_dir / KEY_FILE
    try:
        with suppress(FileExistsError):
            write_new(path, f"{secrets.token_urlsafe(48)}\n".encode("ascii"), mode=PRIVATE)
    except OSError as error:
        raise ConfigurationError(
            f"{path}: cannot be used ({error.strerror}); check its owner"
        ) from error
    return read_secret_keys(settings)


def secret_key_file(settings: Settings) -> Path | None:
    """Return the file that the keys are read from; None where a setting itself holds them."""
    if not settings.secret_key:
        return settings.state_dir / KEY_FILE
    given_as_text, given_as_file = (os.environ.get(name, "") for name in _GIVEN_BY)
    return Path(given_as_file) if given_as_file and not given_as_text else None


def _lines(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (line.strip() for line in text.split("\n"))))
