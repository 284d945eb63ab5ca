"""Unsubscribing by link: a page that asks, and the POST that does it.

Source: RFC 8058. The POST comes from mail programs' servers without cookies, in either form
encoding; it is answered with 200 however often it comes, and never with a redirect. GET and HEAD
change nothing: scanners follow every link.
"""

from fastapi import APIRouter, Request, Response
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from mailer.composing.trial.links import find_test_link
from mailer.message.links import UNSUBSCRIBE_PATH
from mailer.platform.clock import utcnow
from mailer.platform.serving.bodies import BodyTooLargeError, read_body
from mailer.web.pages import PUBLIC, Pages
from subscribers.errors import TokenError
from subscribers.tokens import Purpose, Signer
from subscribers.unsubscribing import UnsubscribeLink, look_up, unsubscribe

_MOST_BODY_BYTES = 64 * 1024
_LINK = f"{UNSUBSCRIBE_PATH}{{token}}"


def make_router(engine: Engine, signer: Signer, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

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
        return await run_in_threadpool(unsubscribe_now, token, source)

    def unsubscribe_now(token: str, source: str) -> Response:
        link = open_link(token)
        if link is None:
            return without_link(token, "unsubscribed_test.html")
        unsubscribe(engine, link, source=source, now=utcnow())
        return pages.render("unsubscribed.html", link=link)

    _add_help(router, pages)
    return router


def _add_help(router: APIRouter, pages: Pages) -> None:
    @router.api_route("/unsubscribe-help", methods=["GET", "HEAD"])
    def explain() -> Response:
        return pages.render("unsubscribe_help.html", headers=PUBLIC)


async def _source(request: Request) -> str:
    """Return where the click came from. An unreadable body unsubscribes, too."""
    try:
        body = await read_body(request, most_bytes=_MOST_BODY_BYTES)
    except BodyTooLargeError:
        body = b""
    return "one_click" if b"one-click" in body.lower() else "web"
