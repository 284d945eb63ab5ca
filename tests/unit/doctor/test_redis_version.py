import pytest

from mailer.doctor import rules


@pytest.mark.parametrize(
    ("version", "status"),
    [
        ("6.2.14", "warn"),
        ("5.0", "warn"),
        ("6.2.20", "ok"),
        ("7.0.15", "ok"),
        ("8.2.2", "ok"),
        ("", "ok"),
    ],
)
def test_a_redis_without_security_fixes(version: str, status: str) -> None:
    found = rules.judge_broker(0, "noeviction", version)
    assert found.status == status
    assert ("PATH" in found.advice) == (status == "warn")
