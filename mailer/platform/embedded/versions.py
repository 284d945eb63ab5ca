"""Which version a server program is of, by its own word."""

import re
import subprocess
from pathlib import Path

from mailer.errors import ConfigurationError
from mailer.platform.embedded import process

_ANSWER_SECONDS = 10
_VERSION = re.compile(r"(?:\(PostgreSQL\) |\bv=)((\d+)[.\w]*)")
"""In `postgres (PostgreSQL) 15.8 (Debian 15.8-0)` and `Redis server v=7.0.15 sha=0`."""


def read_version(program: Path) -> tuple[int, str]:
    """Return the major version of `program`, and the whole of it for messages.

    Raises:
        ConfigurationError: it cannot be run, or says something else; without its name.
    """
    try:
        answer = subprocess.run(  # noqa: S603 - a program that we found, fixed arguments
            [program, "--version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=process.server_environment(),
            timeout=_ANSWER_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ConfigurationError(f"does not tell its version in {_ANSWER_SECONDS} s") from None
    except OSError as error:
        raise ConfigurationError(f"cannot be run ({error.strerror})") from None
    found = _VERSION.search(answer.stdout.decode(errors="replace"))
    if answer.returncode != 0 or found is None:
        said = process.in_one_line(answer.stdout) or f"exit code {answer.returncode}"
        raise ConfigurationError(f"does not tell its version ({said})")
    return int(found[2]), found[1]
