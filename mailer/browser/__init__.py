"""An installed Chromium, driven over its DevTools pipe."""
