"""The doctor's look at the secret keys: at hand, those of the database, and private."""

import stat
from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from mailer.config import Settings
from mailer.config.keyring import check_known_keys, fingerprint
from mailer.config.secret_key import read_secret_keys, secret_key_file
from mailer.errors import ConfigurationError
from mailer.platform.check_result import CheckResult
from mailer.platform.files import widest_use

NAME = "secret key"


def check_secret_key(settings: Settings, engine: Engine) -> Iterator[CheckResult]:
    """Yield whether the keys are those of the database, and whether others can read them."""
    try:
        keys = read_secret_keys(settings)
        with suppress(SQLAlchemyError):  # the checks of the database report it
            check_known_keys(settings, engine)
    except ConfigurationError as error:
        what, _, advice = str(error).partition("; ")
        yield CheckResult(NAME, "fail", what, advice, error.code)
        return
    yield _readable(settings) or CheckResult(NAME, "ok", _described(settings, keys))


def _described(settings: Settings, keys: tuple[str, ...]) -> str:
    if not keys:
        return "made in .mailer/secret.key when the first link is signed"
    shown = ", ".join(map(fingerprint, keys))
    if settings.secret_key:
        return f"{shown}, set by the operator"
    return f"{shown}, kept in .mailer/secret.key: back it up, links in messages depend on it"


def _readable(settings: Settings) -> CheckResult | None:
    path = secret_key_file(settings)
    if path is None or not path.exists():
        return None
    found = path.stat()
    if not widest_use(found):
        return None
    mode = stat.S_IMODE(found.st_mode)
    return CheckResult(
        NAME,
        "warn",
        f"{path} has mode {mode:04o}: other users of this machine can forge links",
        f"chmod 600 {path}",
    )
