"""PostgreSQL's programs for backups: found in a version that suits the server, and run."""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Engine, text

from mailer.errors import ConfigurationError
from mailer.platform.embedded.binaries import find_programs

_PER_MAJOR = 10_000
_PREFIX = re.compile(r"^(?:\w+: )?(?:psql:<stdin>:\d+: )?(?:error: )?(?:ERROR: +)?")


class Programs:
    """The programs of one installation, and how they reach one database.

    Args:
        bin_dir: where they are.
        engine: the database.
    """

    def __init__(self, bin_dir: Path, engine: Engine) -> None:
        self._bin_dir = bin_dir
        self._engine = engine

    @contextmanager
    def running(  # noqa: PLR0913 - what a process is given
        self,
        name: str,
        *arguments: str,
        connects: bool = False,
        stdin: int | IO[bytes] = subprocess.DEVNULL,
        stdout: int | IO[bytes] = subprocess.PIPE,
        passes: Sequence[int] = (),
        about: str = "the database",
    ) -> Iterator["subprocess.Popen[bytes]"]:
        """Yield the running program, which is killed where the block fails.

        Raises:
            ConfigurationError: it has failed; the line is its own, after what it is `about`.
        """
        target = ["--dbname", self._address()] if connects else []
        process = subprocess.Popen(  # noqa: S603 - a program that we found, our own arguments
            [self._bin_dir / name, *target, *arguments],
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=self._environment(),
            cwd="/",
            pass_fds=passes,
        )
        try:
            yield process
            _, said = process.communicate()
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.returncode != 0:
            raise ConfigurationError(f"{about}: {_first_error(name, said)}")

    def _address(self) -> str:
        """Return the address without its password: others see it in a list of processes."""
        url = self._engine.url.set(drivername="postgresql")._replace(password=None)
        return url.difference_update_query(["password"]).render_as_string(hide_password=False)

    def _environment(self) -> dict[str, str]:
        url = self._engine.url
        password = url.password or url.query.get("password")
        secret = {"PGPASSWORD": str(password)} if password else {}
        return {**os.environ, "LC_ALL": "C", "PGAPPNAME": "mailer backup", **secret}


def programs_for(engine: Engine) -> Programs:
    """Return programs that are not older than the server.

    Raises:
        ConfigurationError: there are none.
    """
    with engine.connect() as connection:
        version: int = connection.execute(
            text("SELECT current_setting('server_version_num')::int")
        ).scalar_one()
    needed = ("pg_dump", "pg_restore", "psql")
    return Programs(find_programs(needed, least_major=version // _PER_MAJOR), engine)


def _first_error(name: str, said: bytes) -> str:
    lines = [line.strip() for line in said.decode(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()] or lines or [f"{name} has failed"]
    return _PREFIX.sub("", errors[0])
