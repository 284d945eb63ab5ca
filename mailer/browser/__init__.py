"""An installed Chromium, driven over its DevTools pipe."""

from mailer.browser.chromium import Chromium, open_chromium
from mailer.browser.finding import find_browser
from mailer.browser.page import BASE, Page, Resource, Scheme

__all__ = ["BASE", "Chromium", "Page", "Resource", "Scheme", "find_browser", "open_chromium"]
