"""Settings from the environment: `MAILER_<SECTION>__<KEY>`, and secrets from `..._FILE`."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath

from mailer.config.values import Reading, Value
from mailer.platform.settings.names import PREFIX, Path, suggestion, variable

FILE_SUFFIX = "_FILE"
PLAIN_NAMES: dict[str, Path] = {"DATABASE_URL": ("database_url",), "REDIS_URL": ("redis_url",)}
"""Names that other programs use too; `MAILER_DATABASE_URL` goes before `DATABASE_URL`."""
NOT_SETTINGS = frozenset(
    {"MAILER_WORKSPACE", "MAILER_EMBEDDED_LINGER_SECONDS", "MAILER_ENDS_WITH_PARENT"}
)
# bounded: the name of an environment variable
_BY_KUBERNETES = re.compile(
    r"MAILER_(?:[A-Z0-9_]+_)?(?:SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)|PORT_\d+_(?:TCP|UDP)\w*)"
)
"""What Kubernetes sets for a service named `mailer`. Source: its manual, "Service"."""
_LONGEST_SECRET_BYTES = 65_536


def read_environment(known: Mapping[Path, bool], environ: Mapping[str, str]) -> Reading:
    """Return the settings in `environ`; a variable goes before a file.

    Args:
        known: every setting, and whether it is a secret.
        environ: an empty variable counts as not set.
    """
    direct = dict(_direct_names(known))
    by_file = {name + FILE_SUFFIX: path for name, path in direct.items() if known[path]}
    reading = Reading()
    for name, path in by_file.items():
        if environ.get(name):
            _read_file(reading, path, name, FilePath(environ[name]))
    for name, path in direct.items():
        if environ.get(name):
            reading.values[path] = Value(environ[name], name)
    reading.problems += _unknown({*direct, *by_file}, environ)
    return reading


def has_settings(environ: Mapping[str, str]) -> bool:
    """Whether the environment sets anything of ours, right or wrong."""
    return any(
        value and (name.startswith(PREFIX) or name.removesuffix(FILE_SUFFIX) in PLAIN_NAMES)
        for name, value in environ.items()
        if name not in NOT_SETTINGS and not _is_foreign(name, value)
    )


def is_secret_file(name: str) -> bool:
    """Whether the variable `name` names the file that a setting of ours is read from."""
    stem = name.removesuffix(FILE_SUFFIX)
    return stem != name and (stem.startswith(PREFIX) or stem in PLAIN_NAMES)


def _direct_names(known: Mapping[Path, bool]) -> Iterator[tuple[str, Path]]:
    """Yield the variable of each setting; of two for one setting the later goes first."""
    yield from PLAIN_NAMES.items()
    for path in known:
        yield variable(*path), path


def _read_file(reading: Reading, path: Path, name: str, file: FilePath) -> None:
    try:
        with file.open("rb") as stream:
            text = stream.read(_LONGEST_SECRET_BYTES).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        reading.problems.append(f"{name}: the file {file} cannot be read ({reason})")
        return
    if not text:
        reading.problems.append(f"{name}: the file {file} is empty")
    reading.values[path] = Value(text, f"{name} ({file})")


def _unknown(names: set[str], environ: Mapping[str, str]) -> Iterator[str]:
    for name, value in sorted(environ.items()):
        is_ours = name.startswith(PREFIX) and name not in names | NOT_SETTINGS
        if is_ours and value and not _is_foreign(name, value):
            yield f"{name}: there is no such setting; {suggestion(name, names | NOT_SETTINGS)}"


def _is_foreign(name: str, value: str) -> bool:
    """Return whether `name` has our prefix by accident: Kubernetes names it after a service."""
    is_port = name.endswith("_PORT") and value.startswith(("tcp://", "udp://"))
    return is_port or bool(_BY_KUBERNETES.fullmatch(name))
