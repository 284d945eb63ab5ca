"""An installed Chromium, driven over its DevTools pipe."""

from mailer.platform.browser.chromium import Chromium, open_chromium
from mailer.platform.browser.finding import find_browser
from mailer.platform.browser.page import BASE, MOST_PIXELS_HIGH, Page, Resource, Scheme

__all__ = [
    "BASE",
    "MOST_PIXELS_HIGH",
    "Chromium",
    "Page",
    "Resource",
    "Scheme",
    "find_browser",
    "open_chromium",
]
