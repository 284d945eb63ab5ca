"""Checks that ask something outside: all at the same time, each in a thread, none for long.

A server that says nothing costs the doctor one deadline, not one after another.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from threading import Thread

from mailer.platform.check_result import CheckResult

ANSWER_SECONDS = 8.0

Check = Callable[[], Iterable[CheckResult]]


class _Asked:
    """A check that runs; what it has found so far can be read at any time."""

    def __init__(self, check: Check) -> None:
        self.found: list[CheckResult] = []
        self.error: BaseException | None = None
        self._check = check
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            for one in self._check():
                self.found.append(one)
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self.error = error


def ask_all(checks: Mapping[str, Check], *, seconds: float = ANSWER_SECONDS) -> list[CheckResult]:
    """Run the checks together and return what they found, in the order of the checks.

    Args:
        checks: each under the name to tell where it has not ended in time.
        seconds: for all of them together. What has begun then goes on unheard.
    """
    deadline = time.monotonic() + seconds
    asked = {name: _Asked(check) for name, check in checks.items()}
    for one in asked.values():
        one.thread.join(max(0.0, deadline - time.monotonic()))
    return [found for name, one in asked.items() for found in _answer(name, one, seconds)]


def _answer(name: str, asked: _Asked, seconds: float) -> list[CheckResult]:
    if asked.error is not None:
        raise asked.error
    found = list(asked.found)
    if asked.thread.is_alive():
        told = f"no answer within {seconds:g} s"
        found.append(CheckResult(name, "fail", told, "check that its server runs and is reachable"))
    return found
