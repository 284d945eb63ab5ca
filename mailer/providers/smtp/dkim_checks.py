"""The doctor's look at DKIM keys: readable, private, and known to the DNS."""

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from mailer.errors import ConfigurationError
from mailer.message.dkim.keys import DkimKey, read_key
from mailer.message.dkim.published import look_up
from mailer.platform.check_result import CheckResult
from mailer.platform.net.dns import txt_records

NAME = "dkim"


def check_dkim(paths: Sequence[Path]) -> Iterator[CheckResult]:
    """Yield a line for each key file."""
    for path in paths:
        try:
            key = read_key(path)
        except ConfigurationError as error:
            yield CheckResult(NAME, "fail", str(error))
            continue
        yield _readable(path) or _published(key)


def _readable(path: Path) -> CheckResult | None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & (stat.S_IRWXO | stat.S_IWGRP):
        return None
    detail = f"{path} has mode {mode:04o}: other users of this machine can sign in your name"
    return CheckResult(NAME, "warn", detail, f"chmod 600 {path}")


def _published(key: DkimKey) -> CheckResult:
    found = look_up(key.record, txt_records)
    if found.state == "published":
        return CheckResult(NAME, "ok", found.detail)
    if found.state == "unknown":
        return CheckResult(NAME, "warn", found.detail)
    code = "dkim-missing" if found.state == "missing" else "dkim-different"
    return CheckResult(NAME, "fail", found.detail, code=code)
