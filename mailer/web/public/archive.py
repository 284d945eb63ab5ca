"""The archive's pages: the index, the issues, their social cards. Nothing of anybody is in them.

Three ways lead in: `/archive/` to all public mailing lists, `/archive/l/SLUG/` to one that is not
private, `/archive/k/TOKEN/` by a signed link. Whatever cannot be read is the same 404, whether it
exists or not.
"""

from collections.abc import Callable

import anyio
import anyio.to_thread
from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from starlette.responses import HTMLResponse

from mailer.message.paths import ARCHIVE_PATH
from mailer.archive.feeds.xml import rfc3339
from mailer.platform.resources import resource_dir
from mailer.archive.access import PUBLIC_DOOR, Door
from mailer.archive.pages import ArchivedPage, find_public_line, read_archived, read_index
from mailer.platform.serving.headers import EMAIL_POLICY
from mailer.web.public.archive_access import INDEX_CARD, Desk, headers_for
from mailer.web.public.conditional import etag_of, not_modified, validators
from mailer.web.public.framing import frame

_READ = ["GET", "HEAD"]
_CARD_HEADERS = {"Cache-Control": "public, max-age=86400"}
_CARDS_AT_A_TIME = 2
"""A card takes a processor 0.2 s. What waits holds no thread that a page could use."""

Opener = Callable[[str], Door | None]


def make_router(desk: Desk) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    _add_cards(router, desk)
    ways: list[tuple[str, Opener]] = [
        ("/archive", desk.open_public),
        ("/archive/l/{key}", desk.open_list),
        ("/archive/k/{key}", desk.open_link),
    ]
    for path, opener in ways:
        for spelling in (path, path + "/"):
            router.add_api_route(spelling, _index_route(desk, opener), methods=_READ)
    router.add_api_route(
        "/archive/k/{key}/{slug}", _issue_route(desk, desk.open_link), methods=_READ
    )
    router.add_api_route("/archive/{slug}", _issue_route(desk, desk.open_public), methods=_READ)
    return router


def not_found(desk: Desk, opener: Opener) -> Response:
    """Return the answer for what is not there, or not for this reader."""
    if opener == desk.open_link:
        return desk.pages.render("archive_link.html", status=404)
    return desk.pages.message(
        404,
        "There is no such issue.",
        "It was not sent, or not under this name.",
        kicker="Not found",
    )


def _index_route(desk: Desk, opener: Opener) -> Callable[..., Response]:
    def index(key: str = "", before: str = "", after: str = "") -> Response:
        door = opener(key)
        return not_found(desk, opener) if door is None else _index(desk, door, before, after)

    return index


def _issue_route(desk: Desk, opener: Opener) -> Callable[..., Response]:
    def issue(request: Request, slug: str, key: str = "") -> Response:
        door = opener(key)
        page = None
        if door is not None:
            help_path = desk.publication.help_path
            root = desk.publication.root
            page = read_archived(desk.engine, door, slug, unsubscribe_url=help_path, root=root)
        if door is None or page is None:
            return not_found(desk, opener)
        return _issue(desk, door, page, request)

    return issue


def _add_cards(router: APIRouter, desk: Desk) -> None:
    drawing = anyio.CapacityLimiter(_CARDS_AT_A_TIME)

    def draw(request: Request, slug: str) -> Response:
        line = find_public_line(desk.engine, slug)
        if line is None:
            return not_found(desk, desk.open_public)
        return _png(desk.cards.get(desk.card(line)), request)

    def draw_index(request: Request) -> Response:
        return _png(desk.cards.get(desk.index_card()), request)

    @router.api_route(ARCHIVE_PATH + INDEX_CARD, methods=_READ)
    async def index_card(request: Request) -> Response:
        return await anyio.to_thread.run_sync(draw_index, request, limiter=drawing)

    @router.api_route("/archive/{slug}/card.png", methods=_READ)
    async def card(request: Request, slug: str) -> Response:
        return await anyio.to_thread.run_sync(draw, request, slug, limiter=drawing)


def _index(desk: Desk, door: Door, before: str, after: str) -> Response:
    index = read_index(desk.engine, door, before=before, after=after)
    path = door.index_path + (f"?before={index.below}" if index.below else "")
    return desk.pages.render(
        "archive.html",
        headers=headers_for(door, is_indexed=index.is_indexed),
        index=index,
        door=door,
        title=desk.title(door),
        is_indexed=index.is_indexed,
        canonical="" if door.is_private else desk.url(path),
        image="" if door.is_private else desk.index_card_url(),
        feeds=desk.feed_links(door),
        subscribe_url=desk.publication.subscribe_url,
    )


def _issue(desk: Desk, door: Door, page: ArchivedPage, request: Request) -> Response:
    body = _framed(desk, door, page).encode("utf-8", errors="replace")
    headers = {
        **headers_for(door, is_indexed=page.is_indexed),
        "Content-Security-Policy": EMAIL_POLICY,
    }
    if door.is_private:
        return HTMLResponse(body, headers=headers)
    headers |= validators(etag_of(body))
    return not_modified(request, headers) or HTMLResponse(body, headers=headers)


def _framed(desk: Desk, door: Door, page: ArchivedPage) -> str:
    """Return the issue with the archive's head and bars around it."""
    public_url = desk.url(PUBLIC_DOOR.issues_path + page.line.slug)
    values = {
        "door": door,
        "title": desk.title(door),
        "issue": page.line,
        "description": page.line.preheader,
        "author": page.author,
        "canonical": "" if door.is_private else public_url,
        "image": "" if door.is_private else desk.card_url(page.line),
        "is_indexed": page.is_indexed,
        "published_at": rfc3339(page.published_at),
        "updated_at": rfc3339(page.updated_at),
        "feeds": desk.feed_links(door),
        "newer": page.newer,
        "older": page.older,
        "subscribe_url": desk.publication.subscribe_url,
        "bar_css": Markup(_BAR_CSS),  # noqa: S704 - our own file
    }
    return frame(
        page.html,
        head=desk.pages.fragment("issue_head.html", **values),
        top=desk.pages.fragment("issue_top.html", **values),
        bottom=desk.pages.fragment("issue_bottom.html", **values),
    )


_BAR_CSS = (resource_dir("templates") / "web" / "issue_bar.css").read_text(encoding="utf-8")


def _png(picture: bytes, request: Request) -> Response:
    headers = {**_CARD_HEADERS, **validators(etag_of(picture))}
    return not_modified(request, headers) or Response(
        picture, media_type="image/png", headers=headers
    )
