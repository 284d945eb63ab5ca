"""The secret key is the one that the database knows, or nothing is signed and nothing verified."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from mailer.bootstrap import App
from mailer.config import Settings, load_settings
from mailer.config.keyring import fingerprint, open_keyring
from mailer.config.secret_key import ensure_secret_keys
from mailer.database import known_keys
from mailer.doctor.keys import check_secret_key
from mailer.errors import ConfigurationError
from subscribers.errors import TokenError
from subscribers.tokens import Purpose, Signer

OLD, NEW, OTHER = (secrets.token_urlsafe(48) for _ in range(3))


@pytest.fixture
def host(tmp_path: Path) -> Settings:
    return _host(tmp_path / "host")


def _host(folder: Path, *keys: str) -> Settings:
    folder.mkdir(exist_ok=True)
    (folder / "mailer.toml").touch()
    settings = load_settings(folder, environ={})
    if keys:
        settings.state_dir.mkdir(mode=0o700, exist_ok=True)
        path = settings.state_dir / "secret.key"
        path.write_text("".join(f"{key}\n" for key in keys))
        path.chmod(0o600)
    return settings


def _signer(settings: Settings, engine: Engine) -> Signer:
    url = engine.url.render_as_string(hide_password=False)
    with ExitStack() as stack:
        app = App(settings, url, "redis://127.0.0.1:1/0")
        stack.callback(app.close)
        app.check_keys()
        return app.signer


def _doctor(settings: Settings, engine: Engine) -> tuple[str, str]:
    [found] = check_secret_key(settings, engine)
    return found.status, found.detail


def test_the_first_key_is_made_and_remembered(host: Settings, engine: Engine) -> None:
    assert _doctor(host, engine)[0] == "ok"
    _signer(host, engine)
    [key] = ensure_secret_keys(host)
    assert known_keys.fingerprints(engine) == [fingerprint(key)]
    assert key not in fingerprint(key)
    assert _doctor(host, engine)[0] == "ok"


def test_another_key_neither_signs_nor_verifies(tmp_path: Path, engine: Engine) -> None:
    _signer(_host(tmp_path / "one", OLD), engine)
    two = _host(tmp_path / "two", OTHER)
    with pytest.raises(ConfigurationError, match=fingerprint(OLD)) as refused:
        _signer(two, engine)
    assert refused.value.code == "secret-key-wrong"
    assert "\n" not in str(refused.value)
    assert _doctor(two, engine)[0] == "fail"
    assert known_keys.fingerprints(engine) == [fingerprint(OLD)]


def test_a_missing_key_is_not_made_anew(tmp_path: Path, engine: Engine) -> None:
    _signer(_host(tmp_path / "one", OLD), engine)
    two = _host(tmp_path / "two")
    with pytest.raises(ConfigurationError, match="not there; restore"):
        _signer(two, engine)
    assert _doctor(two, engine)[0] == "fail"
    assert not (two.state_dir / "secret.key").exists()


def test_a_key_that_signed_before_any_was_remembered(host: Settings, engine: Engine) -> None:
    """As in a database of an earlier version, which has sent."""
    with engine.begin() as connection:
        for statement in _A_FINISHED_SEND:
            connection.execute(text(statement))
    with pytest.raises(ConfigurationError, match="missing, and messages have been sent"):
        _signer(host, engine)
    assert _doctor(host, engine)[0] == "fail"
    _signer(_host(host.workspace, OLD), engine)
    assert known_keys.fingerprints(engine) == [fingerprint(OLD)]


def test_a_new_key_signs_while_the_old_one_verifies(tmp_path: Path, engine: Engine) -> None:
    host = _host(tmp_path / "host", OLD)
    token = _signer(host, engine).sign(Purpose.UNSUBSCRIBE, 7)
    rotated = _signer(_host(tmp_path / "host", NEW, OLD), engine)
    assert rotated.verify(Purpose.UNSUBSCRIBE, token) == (7,)
    assert rotated.sign(Purpose.UNSUBSCRIBE, 7) != token
    assert known_keys.fingerprints(engine) == [fingerprint(OLD), fingerprint(NEW)]
    assert open_keyring(host, engine).oldest == OLD  # Message-IDs do not change
    with pytest.raises(ConfigurationError, match=fingerprint(NEW)):
        _signer(_host(tmp_path / "late", OLD), engine)  # would refuse links of the new one
    with pytest.raises(ConfigurationError, match=fingerprint(OLD)):
        _signer(_host(tmp_path / "early", NEW), engine)

    assert known_keys.forget(engine, fingerprint(OLD))
    with pytest.raises(TokenError):
        _signer(_host(tmp_path / "early", NEW), engine).verify(Purpose.UNSUBSCRIBE, token)


def test_a_lost_key_can_be_given_up(host: Settings, engine: Engine) -> None:
    known_keys.remember(engine, fingerprint(OLD), expected=[])
    with pytest.raises(ConfigurationError):
        _signer(host, engine)
    assert known_keys.forget(engine, fingerprint(OLD))
    assert not known_keys.forget(engine, fingerprint(OLD))
    _signer(host, engine)
    assert known_keys.fingerprints(engine) == [fingerprint(*ensure_secret_keys(host))]


def test_of_two_hosts_that_come_first_one_wins(tmp_path: Path, engine: Engine) -> None:
    hosts = [_host(tmp_path / str(number), key) for number, key in enumerate((OLD, NEW, OTHER))]

    def opens(settings: Settings) -> bool:
        try:
            open_keyring(settings, engine)
        except ConfigurationError:
            return False
        return True

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(opens, hosts)) == [False, False, True]
    assert len(known_keys.fingerprints(engine)) == 1


@pytest.mark.parametrize(("mode", "status"), [(0o600, "ok"), (0o640, "ok"), (0o644, "warn")])
def test_who_can_read_it(host: Settings, engine: Engine, mode: int, status: str) -> None:
    _signer(host, engine)
    (host.state_dir / "secret.key").chmod(mode)
    assert _doctor(host, engine)[0] == status


_A_FINISHED_SEND = (
    "SET LOCAL mailer.by_hand = 'on'",
    "INSERT INTO mailing_list (slug, name) VALUES ('readers', 'Readers')",
    "INSERT INTO issue (slug, subject, date) VALUES ('week-1', 'Hello', '2026-11-22')",
    "INSERT INTO compiled_issue (issue_id, content_hash, document) VALUES (1, 'x', '{}')",
    """INSERT INTO send (issue_id, compiled_issue_id, mailing_list_id, provider, state)
    VALUES (1, 1, 1, 'smtp', 'sent')""",
    "INSERT INTO batch (send_id, state) VALUES (1, 'done')",
)
