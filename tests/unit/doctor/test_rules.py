"""What `mailer doctor` makes of what it finds."""

from pathlib import Path

import pytest

from mailer.config import Settings, load_settings
from mailer.doctor import rules


def _settings(folder: Path, **environ: str) -> Settings:
    (folder / "mailer.toml").touch()
    names = {f"MAILER_SENDER__{key.upper()}": value for key, value in environ.items()}
    return load_settings(folder, environ=names)


@pytest.mark.parametrize(
    ("email", "status"),
    [
        ("a@letters.museum", "ok"),
        ("a@gmail.com", "warn"),
        ("a@example.org", "warn"),
        ("a@b.test", "warn"),
        ("", "fail"),
    ],
)
def test_sender(tmp_path: Path, email: str, status: str) -> None:
    settings = _settings(tmp_path, email=email, postal_address="1 High St")
    assert rules.judge_sender(settings).status == status


def test_no_postal_address_is_a_failure(tmp_path: Path) -> None:
    result = rules.judge_sender(_settings(tmp_path, email="a@letters.museum"))
    assert result.status == "fail"
    assert "MAILER_SENDER__POSTAL_ADDRESS" in result.advice


@pytest.mark.parametrize(("version", "status"), [(130_011, "fail"), (140_000, "ok")])
def test_postgres(version: int, status: str) -> None:
    assert rules.judge_postgres(version, "x", "here").status == status


@pytest.mark.parametrize(("current", "status"), [(None, "warn"), ("1", "fail"), ("2", "ok")])
def test_revision(current: str | None, status: str) -> None:
    assert rules.judge_revision(current, "2").status == status


@pytest.mark.parametrize(
    ("ahead", "status"), [(0, "ok"), (5, "ok"), (-5, "ok"), (5.1, "fail"), (-60, "fail")]
)
def test_clock(ahead: float, status: str) -> None:
    result = rules.judge_clock(ahead)
    assert result.status == status
    assert ("behind" in result.detail) == (ahead < -5)


@pytest.mark.parametrize(
    ("policy", "status"), [("", "ok"), ("noeviction", "ok"), ("allkeys-lru", "warn")]
)
def test_broker(policy: str, status: str) -> None:
    assert rules.judge_broker(3, policy).status == status


@pytest.mark.parametrize(("count", "status"), [(0, "warn"), (2, "ok")])
def test_worker(count: int, status: str) -> None:
    assert rules.judge_worker(count).status == status


@pytest.mark.parametrize(
    ("url", "provider", "status"),
    [
        ("http://127.0.0.1:8080", "outbox", "ok"),
        ("http://localhost", "smtp", "warn"),
        ("http://news.example", "outbox", "warn"),
        ("https://news.example", "sendgrid", "ok"),
    ],
)
def test_base_url(url: str, provider: str, status: str) -> None:
    assert rules.judge_base_url(url, is_sending=provider != "outbox").status == status
