"""One finding of a check, whoever made it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line of `mailer doctor`.

    Args:
        name: what was looked at.
        status: `fail` where mail would not go out, `warn` where readers would notice.
        detail: what was found.
        advice: what to do; empty where all is well.
        code: where what to do is better said by who shows it, such as by a command.
    """

    name: str
    status: Literal["ok", "warn", "fail"]
    detail: str
    advice: str = ""
    code: str = ""
