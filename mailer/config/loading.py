"""Put the settings together: environment before files before `mailer.toml` before defaults."""

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mailer.config.environment import read_environment
from mailer.config.models import Settings
from mailer.config.toml_source import read_toml
from mailer.config.values import Reading, Value
from mailer.config.workspace import (
    SETTINGS_FILE,
    check_settings_file,
    check_workspace,
    find_workspace,
    is_there,
)
from mailer.errors import ConfigurationError
from mailer.platform.settings.names import Path, dotted, setting_paths

_LONGEST_SHOWN = 60
_SENTENCES = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "string_type": "must be text in quotes",
    "tuple_type": 'must be a list of texts, as ["one", "two"]',
    "too_short": "must not be empty",
    "literal_error": "must be {expected}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "value_error": "{error}",
}
"""Ends of sentences by pydantic's type of error; the parts in braces come from its context."""


def load_settings(
    workspace: FilePath | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    elsewhere: FilePath | None = None,
) -> Settings:
    """Return the settings of a workspace, checked.

    Args:
        workspace: its folder; found from the environment or the current folder upwards by default.
        environ: `os.environ` by default.
        elsewhere: the folder that serves where there is no workspace, for work on files alone.

    Raises:
        ConfigurationError: no workspace, or a setting is unknown or wrong. One line: where it is
            written, which it is, what it must be.
    """
    environ = os.environ if environ is None else environ
    if workspace is None:
        folder = find_workspace(FilePath.cwd(), environ=environ, elsewhere=elsewhere)
    else:
        folder = check_workspace(workspace, environ=environ)
    known = setting_paths(Settings)
    file = folder / SETTINGS_FILE
    in_file = _in_file(file, known)
    in_environment = read_environment(known, environ)
    values = in_file.values | in_environment.values
    problems = in_file.problems + in_environment.problems
    try:
        settings = Settings.model_validate({**_tree(values), "workspace": folder})
    except ValidationError as error:
        problems += [_sentence(detail, values, known) for detail in error.errors()]
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ConfigurationError(problems[0] + more)
    return settings


def _in_file(file: FilePath, known: Mapping[Path, bool]) -> Reading:
    if not is_there(file):
        return Reading()
    check_settings_file(file)
    return read_toml(file, known)


def _tree(values: Mapping[Path, Value]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in values.items():
        *tables, name = path
        table = tree
        for step in tables:
            table = table.setdefault(step, {})
        table[name] = value.value
    return tree


def _sentence(
    detail: ErrorDetails, values: Mapping[Path, Value], known: Mapping[Path, bool]
) -> str:
    whole = tuple(str(part) for part in detail["loc"])
    path = next((path for path in (whole, whole[:-1]) if path in values), whole)
    origin = values[path].origin if path in values else SETTINGS_FILE
    which = f", entry {int(whole[-1]) + 1}," if path != whole else ""
    template = _SENTENCES.get(detail["type"])
    context = {name: _short_number(value) for name, value in detail.get("ctx", {}).items()}
    wrong = template.format(**context) if template else detail["msg"]
    shown = "" if known.get(path, True) else f", not {_short(detail['input'])}"
    return f"{origin}: {dotted(path)}{which} {wrong}{shown}"


def _short(value: object) -> str:
    text = _written(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _written(value: object) -> str:
    """Return a value as `mailer.toml` has it, not as Python has."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return value.isoformat() if isinstance(value, dt.date | dt.time) else repr(value)


def _short_number(value: object) -> object:
    """Return 1 for 1.0, as a limit is written."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
