"""The views of a message: the windows, colour schemes and clients in which it is shown."""

import html
from dataclasses import dataclass
from typing import Literal

from mailer.composing.preview.clients import for_outlook, forced_dark, without_pictures
from mailer.message.viewing import without_styles

Part = Literal["html", "forced-dark", "no-images", "outlook", "no-style", "text"]


@dataclass(frozen=True, slots=True)
class View:
    """One way of looking at a message.

    Args:
        name: for files and addresses, `[a-z-]+`.
        title: for people.
        width: CSS pixels of the window.
        scale: device pixels for each of them.
        is_mobile: a phone, whose viewport is the message's own.
        scheme: the colour scheme that the reader prefers.
        part: what is shown.
    """

    name: str
    title: str
    width: int
    scale: int = 1
    is_mobile: bool = False
    scheme: Literal["light", "dark"] = "light"
    part: Part = "html"

    @property
    def label(self) -> str:
        """What a person needs to know to see the same."""
        scale = f" at {self.scale}x" if self.scale > 1 else ""
        return f"{self.width} px{scale}, {self.scheme}"


VIEWS = (
    View("desktop", "Desktop", 1000),
    View("mobile", "Mobile", 375, scale=2, is_mobile=True),
    View("desktop-dark", "Desktop, dark", 1000, scheme="dark"),
    View("mobile-dark", "Mobile, dark", 375, scale=2, is_mobile=True, scheme="dark"),
    View("forced-dark", "Forced dark", 375, scale=2, is_mobile=True, part="forced-dark"),
    View("no-images", "Images off", 1000, part="no-images"),
    View("outlook", "Outlook's structure", 1000, part="outlook"),
    View("no-style", "Without styles", 1000, part="no-style"),
    View("text", "Plain text", 700, part="text"),
)
"""Every view, in the order in which they are shown."""

_TEXT_PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><style>
:root {{ --paper: #FFFDF9; --ink: #2B2824; }}
@media (prefers-color-scheme: dark) {{ :root {{ --paper: #1C1A18; --ink: #DDD6CA; }} }}
body {{ margin: 0; padding: 28px 36px 44px; background: var(--paper); color: var(--ink); }}
pre {{ margin: 0; font: 14px/22px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; text-align: start; }}
</style></head><body><pre>{text}</pre></body></html>
"""


def document(view: View, *, html_part: str, text_part: str) -> str:
    """Return the HTML document that a browser is given to show `view`."""
    match view.part:
        case "html":
            return html_part
        case "forced-dark":
            return forced_dark(html_part)
        case "no-images":
            return without_pictures(html_part)
        case "outlook":
            return for_outlook(html_part)
        case "no-style":
            return without_styles(html_part)
        case "text":
            return text_page(text_part)


def text_page(text: str) -> str:
    """Return a page that shows the plain-text part as it is."""
    return _TEXT_PAGE.format(text=html.escape(text, quote=False))
