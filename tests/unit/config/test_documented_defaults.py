"""The defaults in docs/configuration.md and in the settings templates are the program's."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from mailer.config import Settings
from mailer.platform.settings.names import dotted, setting_paths, variable

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = [ROOT / "mailer/config/template.toml", *ROOT.glob("mailer/providers/*/template.toml")]
_ROW = re.compile(
    r"^\| `(?P<name>[\w.]+)` \| `(?P<variable>\w+)`[^|]* \| (?P<default>[^|]+) \|", re.MULTILINE
)
_VALUE = re.compile(r"`(?P<value>[^`]+)`(?::.*)?")


def _documented() -> dict[str, re.Match[str]]:
    text = (ROOT / "docs/configuration.md").read_text()
    return {match["name"]: match for match in _ROW.finditer(text)}


@pytest.fixture
def defaults() -> dict[str, Any]:
    """Return the defaults as they are declared, before `auto` and the like find their meaning."""
    return {dotted(path): _default(Settings, path) for path in setting_paths(Settings)}


def _default(model: Any, path: tuple[str, ...]) -> Any:
    *tables, name = path
    for table in tables:
        model = model.model_fields[table].annotation
    value = model.model_fields[name].default
    value = value.get_secret_value() if isinstance(value, SecretStr) else value
    return list(value) if isinstance(value, tuple) else value


def test_every_setting_is_documented_with_its_variable() -> None:
    documented = _documented()
    assert {name: match["variable"] for name, match in documented.items()} == {
        dotted(path): variable(*path) for path in setting_paths(Settings)
    }


def test_the_documented_defaults_are_the_programs(defaults: dict[str, Any]) -> None:
    wrong = {}
    for name, match in _documented().items():
        shown = _VALUE.fullmatch(match["default"])
        if shown and tomllib.loads(f"it = {shown['value']}")["it"] != defaults[name]:
            wrong[name] = (shown["value"], defaults[name])
        if match["default"] == "not set" and str(defaults[name]) not in {"", "None"}:
            wrong[name] = ("not set", defaults[name])
    assert wrong == {}
    assert sum(bool(_VALUE.fullmatch(one["default"])) for one in _documented().values()) > 30


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.parent.name)
def test_numbers_in_templates_are_the_programs(template: Path, defaults: dict[str, Any]) -> None:
    table = "" if template.parent.name == "config" else f"{template.parent.name}."
    wrong = {}
    for line in template.read_text().splitlines():
        head = re.fullmatch(r"#? ?\[(\w+)\]", line)
        table = f"{head[1]}." if head else table
        setting = re.fullmatch(r"#? ?(\w+) = ([\d.]+)(?:\s+#.*)?", line)
        if setting and tomllib.loads(f"it = {setting[2]}")["it"] != defaults[table + setting[1]]:
            wrong[table + setting[1]] = (setting[2], defaults[table + setting[1]])
    assert wrong == {}
