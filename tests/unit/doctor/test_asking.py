"""Checks that ask servers: all at once, and none of them for long."""

import threading
from collections.abc import Iterator
from functools import partial

import pytest

from mailer.doctor.asking import ask_all
from mailer.platform.check_result import CheckResult


def _ok(name: str) -> CheckResult:
    return CheckResult(name, "ok", "there")


def test_all_are_asked_at_the_same_time_and_told_in_their_order() -> None:
    all_here = threading.Barrier(3)

    def meet(name: str) -> Iterator[CheckResult]:
        all_here.wait()  # broken only where one is asked after another
        yield _ok(name)

    found = ask_all({name: partial(meet, name) for name in "cab"}, seconds=60)
    assert [one.name for one in found] == ["c", "a", "b"]


def test_what_was_found_before_the_silence_is_kept() -> None:
    end = threading.Event()

    def hang() -> Iterator[CheckResult]:
        yield _ok("first")
        end.wait()
        yield _ok("late")

    found = ask_all({"server": hang, "other": lambda: [_ok("other")]}, seconds=0.5)
    end.set()
    assert [(one.name, one.status) for one in found] == [
        ("first", "ok"),
        ("server", "fail"),
        ("other", "ok"),
    ]
    assert "no answer within 0.5 s" in found[1].detail


def test_a_defect_is_not_hidden() -> None:
    def broken() -> list[CheckResult]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask_all({"server": broken})
