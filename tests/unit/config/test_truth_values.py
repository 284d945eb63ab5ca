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


def test_the_app_does_not_show_its_passwords(tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {"workspace": tmp_path, "database_url": "postgresql://u:s3cret@h/x"}
    )
    shown = repr(App(settings, "postgresql://u:s3cret@h/x", "redis://:s3cret@h/0"))
    assert "s3cret" not in shown
