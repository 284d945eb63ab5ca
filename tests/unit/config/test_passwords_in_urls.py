"""A password that is not percent-encoded is refused, and no part of it is shown."""

from itertools import product
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import make_url

from mailer.config import load_settings
from mailer.errors import ConfigurationError

_URLS = {
    "DATABASE_URL": "postgresql://mailer:{}@db.internal:5432/mailer",
    "REDIS_URL": "redis://:{}@redis.internal:6379/0",
    "MAILER_BROKER_URL": "amqp://mailer:{}@rabbit.internal//",
}
_TOML = {
    "DATABASE_URL": "database_url",
    "REDIS_URL": "redis_url",
    "MAILER_BROKER_URL": "broker_url",
}
_PARTS = ("zeta", "iota", "omega")
_MARKS = [
    *(("@", ""), ("/", ""), ("@:", ""), ("/@", ""), ("%zz", "")),
    *(pair for pair in product("@/?#%:", repeat=2) if pair != (":", ":")),
]


@pytest.mark.parametrize("name", _URLS)
@pytest.mark.parametrize("marks", _MARKS)
@pytest.mark.parametrize("is_in_file", [False, True])
def test_it_is_refused_with_advice(
    tmp_path: Path, name: str, marks: tuple[str, str], *, is_in_file: bool
) -> None:
    url = _URLS[name].format(f"zeta{marks[0]}iota{marks[1]}omega")
    toml = f"{_TOML[name]} = '{url}'\n" if is_in_file else ""
    (tmp_path / "mailer.toml").write_text(toml)
    with pytest.raises(ConfigurationError) as refused:
        load_settings(tmp_path, environ={} if is_in_file else {name: url})
    assert "percent-encoded" in str(refused.value)
    assert not [part for part in _PARTS if part in str(refused.value)]


@pytest.mark.parametrize("password", ["zeta@omega", "a/b:c?d#e%f", "%40", "plain:colon"])
def test_encoded_ones_arrive_as_they_are(tmp_path: Path, password: str) -> None:
    (tmp_path / "mailer.toml").touch()
    urls = {name: url.format(quote(password, safe="")) for name, url in _URLS.items()}
    settings = load_settings(tmp_path, environ=urls)
    assert make_url(settings.database_url.get_secret_value()).password == password


def test_addresses_without_a_login_are_as_before(tmp_path: Path) -> None:
    (tmp_path / "mailer.toml").touch()
    url = "postgresql:///mailer?host=/run/mail@er"
    settings = load_settings(tmp_path, environ={"DATABASE_URL": url})
    assert settings.database_url.get_secret_value().endswith("host=/run/mail@er")
