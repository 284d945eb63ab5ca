"""The content of a frame: one view of the message, without scripts and sandboxed."""

import html

from mailer.composing.images.memory_store import NearStore
from mailer.composing.preview.look import Look
from mailer.composing.preview.views import VIEWS, View, document
from mailer.message.viewing import for_frame, image_sources, with_sources

BY_NAME = {view.name: view for view in VIEWS}

SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
"""No scripts, no forms. Same origin, so that the page around it can measure it and mark lines."""


def frame(look: Look, view: View, *, store: NearStore, scheme: str = "") -> str:
    """Return the HTML for the frame of `view`.

    Args:
        look: the message.
        view: how it is looked at.
        store: its pictures, which come from this machine.
        scheme: for plain text only, which belongs to the page's own scheme.
    """
    body = document(view, html_part=look.html, text_part=look.text)
    names = {source: store.name_of(html.unescape(source)) for source in image_sources(body)}
    here = {source: f"../picture/{name}" for source, name in names.items() if name}
    shown = "dark" if view.part == "text" and scheme == "dark" else view.scheme
    return for_frame(with_sources(body, here), shown)
