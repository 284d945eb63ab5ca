"""Unsubscribing by link: a page that asks, and the POST that does it.

Source: RFC 8058. The POST comes from mail programs' servers without cookies, in either form
encoding; it is answered with 200 however often it comes, and never with a redirect. GET and HEAD
change nothing: scanners follow every link.
"""

from fastapi import APIRouter, Request, Response
from sqlalchemy import Engine
from starlette.requests import ClientDisconnect

from mailer.composing.trial.links import find_test_link
from mailer.message.links import UNSUBSCRIBE_PATH
from mailer.platform.clock import utcnow
from mailer.platform.serving.bodies import BodyError, received_body
from mailer.platform.serving.lanes import Lane
from mailer.web.pages import PUBLIC, Pages
from subscribers.errors import TokenError
from subscribers.tokens import Purpose, Signer
from subscribers.unsubscribing import UnsubscribeLink, look_up, unsubscribe

_MOST_BODY_BYTES = 64 * 1024
_BODY_SECONDS = 5.0
_THREADS = 4
_SECONDS = 8.0
"""Unsubscribing waits for nobody else's page."""
_ONE_CLICK_FIELD = b"list-unsubscribe"
"""Its value may be cut off."""
_LINK = f"{UNSUBSCRIBE_PATH}{{token}}"


def make_router(engine: Engine, signer: Signer, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    lane = Lane(_THREADS, seconds=_SECONDS)

    def open_link(token: str) -> UnsubscribeLink | None:
        try:
            ids = signer.verify(Purpose.UNSUBSCRIBE, token)
        except TokenError:
            return None
        return look_up(engine, ids)

    def without_link(token: str, template: str) -> Response:
        """Answer a link without a subscriber: of a test, or an invalid one."""
        list_name = find_test_link(engine, signer, token)
        if list_name is None:
            return pages.render("bad_link.html", status=404)
        return pages.render(template, list_name=list_name)

    @router.api_route(_LINK, methods=["GET", "HEAD"])
    @lane
    def ask(token: str) -> Response:
        link = open_link(token)
        if link is None:
            return without_link(token, "unsubscribe_test.html")
        return pages.render(
            "unsubscribe.html" if link.is_subscribed else "unsubscribed.html", link=link
        )

    @router.post(_LINK)
    async def act(token: str, request: Request) -> Response:
        source = await _source(request)
        return await lane.run(unsubscribe_now, token, source)

    def unsubscribe_now(token: str, source: str) -> Response:
        link = open_link(token)
        if link is None:
            return without_link(token, "unsubscribed_test.html")
        unsubscribe(engine, link, source=source, now=utcnow())
        return pages.render("unsubscribed.html", link=link)

    _add_help(router, pages, lane)
    return router


def _add_help(router: APIRouter, pages: Pages, lane: Lane) -> None:
    @router.api_route("/unsubscribe-help", methods=["GET", "HEAD"])
    @lane
    def explain() -> Response:
        return pages.render("unsubscribe_help.html", headers=PUBLIC)


async def _source(request: Request) -> str:
    """Return where the click came from.

    A body that is unreadable or breaks off unsubscribes, too: the token is the proof, and the
    body says only which button it was.
    """
    try:
        async with received_body(
            request, most_bytes=_MOST_BODY_BYTES, seconds=_BODY_SECONDS
        ) as body:
            return "one_click" if _ONE_CLICK_FIELD in body.lower() else "web"
    except (BodyError, ClientDisconnect):
        return "web"
