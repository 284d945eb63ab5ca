"""The key that signs every link: given by the operator, or made once for the workspace."""

import secrets
from contextlib import suppress
from pathlib import Path

from mailer.config.models import Settings
from mailer.errors import ConfigurationError
from mailer.platform.files import PRIVATE, write_new
from mailer.platform.state_dir import ensure_state_dir

KEY_FILE = "secret.key"
_SHORTEST = 32


def ensure_secret_key(settings: Settings) -> str:
    """Return the key: from the settings, else from the workspace, where it is made once.

    Two processes that come first at the same time get the same key.

    Raises:
        ConfigurationError: the file cannot be written, or does not hold a key.
    """
    given = settings.secret_key.get_secret_value()
    if given:
        return given
    path = settings.state_dir / KEY_FILE
    ensure_state_dir(settings.state_dir)
    try:
        if not path.exists():
            _create(path, secrets.token_urlsafe(48))
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a key"
        raise ConfigurationError(f"{path}: cannot be used ({reason}); check its owner") from error
    if len(key) < _SHORTEST:
        raise ConfigurationError(
            f"{path}: damaged; restore it from a backup. Without it the links in messages that "
            "went out are void; to accept that, delete the file"
        )
    return key


def _create(path: Path, key: str) -> None:
    """Write the key to a file that appears whole, and only if there is none: then that counts."""
    with suppress(FileExistsError):
        write_new(path, f"{key}\n".encode("ascii"), mode=PRIVATE)
