"""Settings from `mailer.toml`, each with its line number."""

import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from mailer.config.values import Reading, Value
from mailer.errors import ConfigurationError
from mailer.platform.owner import name_of
from mailer.platform.settings.names import Path, dotted, suggestion

_TABLE = re.compile(r"\s*+\[(?P<name>[\w.\s\"'-]++)\]")
_KEY = re.compile(r"\s*(?P<name>[\w.\"'-]+)\s*=")
_PLACE = re.compile(r"(?P<what>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)")


def read_toml(path: FilePath, known: Mapping[Path, bool]) -> Reading:
    """Return the settings in `path`.

    Raises:
        ConfigurationError: it cannot be read or is not TOML; names line and column.
    """
    text = _text(path)
    tree = _parse(path, text)
    lines = _line_numbers(text)
    reading = Reading()
    for found, value in _leaves(tree):
        origin = f"{path.name} line {_line_of(found, lines)}"
        if found in known:
            reading.values[found] = Value(value, origin)
        elif value != {} or found[0] not in _sections(known):
            reading.problems.append(f"{origin}: {_what_is_wrong(found, value, known)}")
    return reading


def _text(path: FilePath) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would keep us waiting
            raise ConfigurationError(f"{path}: not a file; put the settings into a file")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            f"{path.name} line {line}: not UTF-8; save the file as UTF-8"
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"{path}: cannot be read ({error.strerror}{_owner(path)})"
        ) from None


def _owner(path: FilePath) -> str:
    """Return whose a file is that we may not read, where that can be told."""
    try:
        return f"; it belongs to {name_of(path.stat().st_uid)}"
    except OSError:
        return ""


def _parse(path: FilePath, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = _PLACE.fullmatch(str(error))
        place = f" line {match['line']}, column {match['column']}" if match else ""
        what = match["what"] if match else str(error)
        raise ConfigurationError(f"{path.name}{place}: not valid TOML: {what}") from None
    except RecursionError:
        raise ConfigurationError(f"{path.name}: nested too deeply") from None


def _leaves(tree: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every value with its path; an empty table is a value of its own."""
    for name, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*above, name))
        else:
            yield (*above, name), value


def _sections(known: Mapping[Path, bool]) -> set[str]:
    return {path[0] for path in known if len(path) > 1}


def _what_is_wrong(found: Path, value: object, known: Mapping[Path, bool]) -> str:
    section, *rest = found
    if section in _sections(known) and rest:
        keys = [path[1] for path in known if path[0] == section and len(path) > 1]
        return f"unknown key {dotted(found)}; {_advice(found, keys, known)}"
    if section in _sections(known):
        return f"{section} is a section; write [{section}] and its keys below"
    if rest or value == {}:
        return f"unknown section [{section}]; {suggestion(section, _sections(known))}"
    keys = [path[0] for path in known if len(path) == 1]
    return f"unknown key {section}; {_advice(found, keys, known)}"


def _advice(found: Path, keys: list[str], known: Mapping[Path, bool]) -> str:
    """Return what to do: TOML's commonest trap is a key below the wrong section header."""
    key = found[-1]
    if (key,) in known:
        return f"{key} belongs above the first [section]"
    owners = [path[0] for path in known if path[1:] == (key,)]
    if len(found) == 1 and owners:
        return f"{key} belongs below [{owners[0]}]"
    return suggestion(key, keys)


def _line_numbers(text: str) -> dict[Path, int]:
    """Return on which line each table and key begins, 1-based.

    Reads line by line, which is enough to point at a mistake: a line inside a multi-line string
    may be taken for a key, and is then never asked for.
    """
    found: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _TABLE.match(line):
            table = _parts(match["name"])
            found.setdefault(table, number)
        elif match := _KEY.match(line):
            found.setdefault((*table, *_parts(match["name"])), number)
    return found


def _line_of(path: Path, lines: Mapping[Path, int]) -> int:
    """Return the line of `path`, or of the table around it where it is written in one line."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _parts(name: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in name.split("."))
