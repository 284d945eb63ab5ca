from pathlib import Path

import pytest

from mailer.bootstrap import App
from mailer.config import Settings, load_settings
from mailer.errors import ConfigurationError


@pytest.mark.parametrize(
    "written", ["[smtp]\nport = true", "[web]\nport = false", "[lint]\nmin_support = true"]
)
def test_a_truth_value_is_no_number(tmp_path: Path, written: str) -> None:
    (tmp_path / "mailer.toml").write_text(written)
    with pytest.raises(ConfigurationError, match=r"must be a number"):
        load_settings(tmp_path, environ={})


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("[smtp]\nport = true", "smtp.port must be a number, not true"),
        ("[smtp]\nhost = false", "smtp.host must be text in quotes, not false"),
        ("[delivery]\nbatch_size = 2020-01-01", "must be a whole number, not 2020-01-01"),
        ("[smtp]\nport = [true, 'x']", "must be a whole number, not [true, 'x']"),
        ("[smtp]\ntimeout_seconds = inf", "must be 3600 or less, not inf"),
        ("[lint]\nclients = true", 'must be a list of texts, as ["one", "two"], not true'),
        ("[lint]\nclients = ['a', true]", "line 2: lint.clients, entry 2, must be text in quotes"),
    ],
)
def test_values_are_told_as_they_are_written(tmp_path: Path, written: str, told: str) -> None:
    (tmp_path / "mailer.toml").write_text(written)
    with pytest.raises(ConfigurationError) as error:
        load_settings(tmp_path, environ={})
    assert told in str(error.value)


def test_the_app_does_not_show_its_passwords(tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {"workspace": tmp_path, "database_url": "postgresql://u:s3cret@h/x"}
    )
    shown = repr(App(settings, "postgresql://u:s3cret@h/x", "redis://:s3cret@h/0"))
    assert "s3cret" not in shown
