"""The commented mailer.toml and the page of the manual: complete, and true."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from mailer.config import Settings, fill_template, load_settings
from mailer.config.environment import NOT_SETTINGS, PLAIN_NAMES
from mailer.platform.settings.names import dotted, setting_paths, variable

ROOT = Path(__file__).resolve().parents[3]
PATHS = setting_paths(Settings)
SECRETS = {
    "secret_key",
    "database_url",
    "redis_url",
    "broker_url",
    "smtp.password",
    "sendgrid.api_key",
    "images.s3_secret_access_key",
}


def _load(folder: Path, text: str) -> Settings:
    (folder / "mailer.toml").write_text(text, encoding="utf-8")
    return load_settings(folder, environ={})


def test_template_says_what_holds_without_it(tmp_path: Path) -> None:
    assert _load(tmp_path, fill_template()) == _load(tmp_path, "")


@pytest.mark.parametrize("path", PATHS, ids=dotted)
def test_template_has_every_setting_and_explains_it(path: tuple[str, ...]) -> None:
    tree: Any = tomllib.loads(fill_template())
    for name in path:
        tree = tree[name]
    lines = fill_template().splitlines()
    number = next(i for i, line in enumerate(lines) if line.startswith(f"{path[-1]} = "))
    assert any(line.startswith("#") for line in lines[max(0, number - 4) : number])


def test_template_fits_the_page() -> None:
    assert max(len(line) for line in fill_template().splitlines()) <= 100


def test_secrets_are_known_as_such() -> None:
    assert {dotted(path) for path, is_secret in PATHS.items() if is_secret} == SECRETS


@pytest.mark.parametrize("value", ["plain", 'a "quoted" \\ name', "two\nlines", "Grüße 😀", "\x7f"])
def test_filled_values_are_what_is_read(value: str) -> None:
    tree = tomllib.loads(fill_template({"sender.name": value, "provider": "smtp", "web.port": 1}))
    assert (tree["sender"]["name"], tree["provider"], tree["web"]["port"]) == (value, "smtp", 1)
    assert tree["smtp"]["port"] == 25


@pytest.mark.parametrize("name", ["sender.no_such", "host", "no.email"])
def test_only_settings_can_be_filled_in(name: str) -> None:
    with pytest.raises(KeyError):
        fill_template({name: "x"})


def test_manual_has_every_name() -> None:
    manual = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    names = {f"`{dotted(path)}`" for path in PATHS} | {f"`{variable(*path)}`" for path in PATHS}
    names |= {f"`{name}`" for name in (*PLAIN_NAMES, *NOT_SETTINGS)}
    names |= {f"`{variable(*path)}_FILE`" for path, is_secret in PATHS.items() if is_secret}
    assert [name for name in sorted(names) if name not in manual] == []
