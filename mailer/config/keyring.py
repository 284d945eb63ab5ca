"""The secret keys, held against the fingerprints of those that the database knows.

A link works only where the key is that made it. So the database remembers each key that ever
signed, by a fingerprint, and a process without one of them neither signs nor verifies: it would
make links that others refuse, or refuse links that are good.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine

from mailer.config.models import Settings
from mailer.config.secret_key import ensure_secret_keys, read_secret_keys, secret_key_file
from mailer.database import known_keys
from mailer.errors import ConfigurationError
from subscribers.tokens import derive_key

FINGERPRINT_BYTES = 8


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of an installation.

    Args:
        secrets: the first signs, all verify.
        oldest: the one that has been in use for longest. It does not change when a new one is
            put first.
    """

    secrets: tuple[str, ...] = field(repr=False)
    oldest: str = field(repr=False)


def fingerprint(secret: str) -> str:
    """Return what identifies a key and does not reveal it: 16 hexadecimal digits."""
    return derive_key(secret, "fingerprint")[:FINGERPRINT_BYTES].hex()


def open_keyring(settings: Settings, engine: Engine) -> Keyring:
    """Return the keys; the first time, make one where none is set, and remember it.

    Raises:
        ConfigurationError: a key that the database knows is missing here, or the keys cannot be
            read.
    """
    secrets = read_secret_keys(settings)
    known = known_keys.fingerprints(engine)
    check_keys(settings, secrets, known, is_first=not known and not known_keys.is_used(engine))
    secrets = secrets or ensure_secret_keys(settings)
    by_fingerprint = {fingerprint(secret): secret for secret in secrets}
    signing = fingerprint(secrets[0])
    if signing not in known:
        known = known_keys.remember(engine, signing, expected=known)
        check_keys(settings, secrets, known, is_first=False)
    return Keyring(secrets, by_fingerprint[known[0]])


def check_known_keys(settings: Settings, engine: Engine) -> None:
    """Check the keys at hand, and neither make nor remember one.

    Raises:
        ConfigurationError: as `open_keyring`.
    """
    known = known_keys.fingerprints(engine)
    is_first = not known and not known_keys.is_used(engine)
    check_keys(settings, read_secret_keys(settings), known, is_first=is_first)


def check_keys(
    settings: Settings, secrets: Sequence[str], known: Sequence[str], *, is_first: bool
) -> None:
    """Check that every key the database knows is at hand.

    Args:
        settings: for the message: where the keys should be.
        secrets: the keys at hand.
        known: fingerprints that the database knows.
        is_first: nothing has been signed yet, so there need not be any.

    Raises:
        ConfigurationError: one is missing.
    """
    place = secret_key_file(settings) or "secret_key"
    here = [fingerprint(secret) for secret in secrets]
    missing = [one for one in known if one not in here]
    if missing:
        found = f"not key {', '.join(here)}" if here else "which is not there"
        raise ConfigurationError(
            f"{place}: links of this database need secret key {missing[0]}, {found}; restore it "
            "from a backup or from another host",
            code="secret-key-wrong",
            fingerprint=missing[0],
        )
    if not secrets and not is_first:
        raise ConfigurationError(
            f"{place}: the secret key is missing, and messages have been sent with one; restore "
            "it from a backup or from another host, or put a new one there: links in those "
            "messages will not work",
            code="secret-key-missing",
        )
