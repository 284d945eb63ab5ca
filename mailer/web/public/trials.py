"""The online version of an issue that was tested but not sent, for those with the test's link."""

from fastapi import APIRouter, Response
from starlette.responses import HTMLResponse

from mailer.composing.trial.links import find_copy
from mailer.composing.trial.message import with_banner
from mailer.config import Settings
from mailer.message.links import TEST_COPY_PATH
from mailer.platform.serving.headers import EMAIL_POLICY
from mailer.web.pages import PRIVATE, Pages
from mailer.web.public.framing import frame
from subscribers.tokens import Signer

_WORDS = "This is the online version of a test. It is at this address for a while, and unlisted."

_HEAD = "<style>.archive-hide { display: none !important; }</style>"
"""Mailbox-only elements are hidden, as in the archive."""


def make_router(settings: Settings, signer: Signer, pages: Pages) -> APIRouter:
    """Return the route."""
    router = APIRouter()

    @router.api_route(f"{TEST_COPY_PATH}{{token}}", methods=["GET", "HEAD"])
    def show(token: str) -> Response:
        path = find_copy(settings, signer, token)
        if path is None:
            return pages.render("bad_link.html", status=404)
        try:
            page = path.read_text(encoding="utf-8")
        except OSError:
            return pages.message(
                200,
                "Here readers find the issue online.",
                "This link came in a test. Once the issue is sent, its link leads to the archive.",
                kicker="Test",
            )
        headers = {**PRIVATE, "Content-Security-Policy": EMAIL_POLICY}
        shown = frame(with_banner(page, _WORDS), head=_HEAD, top="", bottom="")
        return HTMLResponse(shown, headers=headers)

    return router
