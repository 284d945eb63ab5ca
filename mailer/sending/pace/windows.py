"""How many deliveries a window holds."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mailer.providers.base import WINDOW_SECONDS

FASTEST_GROWTH = 4
"""A window is at most this many times as large as the one before."""


class WindowSize:
    """Sizes one lane's windows so that each takes about `WINDOW_SECONDS`.

    Args:
        most: deliveries that the provider takes at once.
        is_adaptive: whether each message is committed on its own; otherwise windows are full.
    """

    def __init__(self, most: int, *, is_adaptive: bool) -> None:
        self._most = most
        self._is_adaptive = is_adaptive
        self.now = 1 if is_adaptive else most

    @contextmanager
    def measuring(self, handed_over: Callable[[], int]) -> Iterator[None]:
        """Take the time of a window; `handed_over` counts afterwards how many went out."""
        began = time.monotonic()
        yield
        count = handed_over()
        if self._is_adaptive and count:
            fitting = int(count * WINDOW_SECONDS / max(time.monotonic() - began, 1e-6))
            self.now = max(1, min(fitting, self.now * FASTEST_GROWTH, self._most))
