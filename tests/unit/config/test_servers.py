"""A workspace with servers of its own starts no others."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from mailer.bootstrap import make_app, peek_database
from mailer.config import load_settings
from mailer.errors import ConfigurationError

DATABASE = "postgresql://u:p@127.0.0.1:1/x"
REDIS = "redis://127.0.0.1:1/0"


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({}, "database_url"),
        ({"DATABASE_URL": DATABASE}, "redis_url"),
        ({"REDIS_URL": REDIS}, "database_url"),
    ],
)
def test_without_its_environment_it_is_refused(
    tmp_path: Path, environ: dict[str, str], missing: str
) -> None:
    (tmp_path / "mailer.toml").write_text('servers = "own"\n')
    settings = load_settings(tmp_path, environ=environ)
    with ExitStack() as stack, pytest.raises(ConfigurationError, match=f"^{missing} is not set"):
        make_app(settings, stack)
    with pytest.raises(ConfigurationError, match="servers of its own"), peek_database(settings):
        pass
    assert not settings.state_dir.exists()


def test_with_its_environment_it_says_which_database_it_has(tmp_path: Path) -> None:
    (tmp_path / "mailer.toml").write_text('servers = "own"\n')
    environ = {"DATABASE_URL": DATABASE, "REDIS_URL": REDIS}
    with ExitStack() as stack:
        app = make_app(load_settings(tmp_path, environ=environ), stack)
        assert app.database_name == "x on 127.0.0.1"
