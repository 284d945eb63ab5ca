"""Which version a server program is of, by its own word."""

import re
from pathlib import Path

from mailer.errors import ConfigurationError
from mailer.platform.embedded import answers, process

_ANSWER_SECONDS = 10
_VERSION = re.compile(r"(?:\(PostgreSQL\) |\bv=)((\d+)[.\w]*)")
"""As in `postgres (PostgreSQL) 15.8 (Debian 15.8-0)` and `Redis server v=7.0.15 sha=0`."""


def read_version(program: Path) -> tuple[int, str]:
    """Return the major version of `program`, and the whole of it for messages.

    Raises:
        ConfigurationError: it cannot be run, or says something else; without its name.
    """
    try:
        code, answer = answers.run(
            [program, "--version"],
            seconds=_ANSWER_SECONDS,
            environment=process.server_environment(),
        )
    except TimeoutError:
        raise ConfigurationError(f"does not tell its version in {_ANSWER_SECONDS} s") from None
    except OSError as error:
        raise ConfigurationError(f"cannot be run ({error.strerror})") from None
    found = _VERSION.search(answer.decode(errors="replace"))
    if code != 0 or found is None:
        said = process.in_one_line(answer) or f"exit code {code}"
        raise ConfigurationError(f"does not tell its version ({said})")
    return int(found[2]), found[1]
