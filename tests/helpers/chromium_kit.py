"""Chromium for tests, driven by our own `mailer.platform.browser`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailer.errors import ConfigurationError
from mailer.platform.browser import Page, find_browser, open_chromium


def browser_or_skip() -> Path:
    try:
        return find_browser()
    except ConfigurationError as error:
        pytest.skip(str(error))


@contextmanager
def open_page() -> Iterator[Page]:
    with open_chromium(browser_or_skip()) as chromium:
        yield chromium.new_page()


def wait_for(page: Page, expression: str, *, seconds: float = 15) -> None:
    """Wait until a JavaScript expression is true."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < deadline, f"never so: {expression}"
        time.sleep(0.02)
