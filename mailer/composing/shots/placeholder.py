"""The placeholder for a picture on the web."""

import html
from urllib.parse import urlsplit

_PLACEHOLDER = """<svg xmlns="http://www.w3.org/2000/svg" width="1104" height="552">
<rect width="100%" height="100%" fill="#E9E3D7"/>
<path d="M0 552 1104 0M0 0l1104 552" stroke="#D8D0BF" stroke-width="3"/>
<rect x="192" y="236" width="720" height="80" rx="40" fill="#F6F1E6"/>
<text x="552" y="287" font-family="sans-serif" font-size="32" text-anchor="middle"
 fill="#6B655B">picture from {host}</text></svg>"""


def placeholder(url: str) -> bytes:
    """Return an SVG placeholder for a picture on the web."""
    host = urlsplit(url).hostname or "elsewhere"
    return _PLACEHOLDER.format(host=html.escape(host)).encode()
