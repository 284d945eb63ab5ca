"""The archive's pages: the index, the issues, their social cards. Without personal data.

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

from mailer.archive.access import PUBLIC_ACCESS, Access
from mailer.archive.feeds.xml import rfc3339
from mailer.archive.pages import ArchivedPage, find_public_summary, read_archived, read_index
from mailer.message.links import ARCHIVE_PATH
from mailer.platform.resources import resource_dir
from mailer.platform.serving.headers import EMAIL_POLICY
from mailer.web.public.archive_access import INDEX_CARD, ArchiveContext, headers_for
from mailer.web.public.conditional import etag_of, not_modified, validators
from mailer.web.public.framing import below_title, frame

_READ = ["GET", "HEAD"]
_CARD_HEADERS = {"Cache-Control": "public, max-age=86400"}
_CARDS_AT_A_TIME = 2
"""A card takes 0.2 s of CPU. Waiting requests hold no thread that a page could use."""

Opener = Callable[[str], Access | None]


def make_router(context: ArchiveContext) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    _add_cards(router, context)
    ways: list[tuple[str, Opener]] = [
        ("/archive", context.open_public),
        ("/archive/l/{key}", context.open_list),
        ("/archive/k/{key}", context.open_link),
    ]
    for path, opener in ways:
        for spelling in (path, path + "/"):
            router.add_api_route(spelling, _index_route(context, opener), methods=_READ)
    router.add_api_route(
        "/archive/k/{key}/{slug}", _issue_route(context, context.open_link), methods=_READ
    )
    router.add_api_route(
        "/archive/{slug}", _issue_route(context, context.open_public), methods=_READ
    )
    return router


def not_found(context: ArchiveContext, opener: Opener) -> Response:
    """Return the response for what does not exist, or not for this reader."""
    if opener == context.open_link:
        return context.pages.render("archive_link.html", status=404)
    return context.pages.message(
        404,
        "There is no such issue.",
        "It was not sent, or not under this name.",
        kicker="Not found",
    )


def _index_route(context: ArchiveContext, opener: Opener) -> Callable[..., Response]:
    def index(key: str = "", before: str = "", after: str = "") -> Response:
        access = opener(key)
        return (
            not_found(context, opener) if access is None else _index(context, access, before, after)
        )

    return index


def _issue_route(context: ArchiveContext, opener: Opener) -> Callable[..., Response]:
    def issue(request: Request, slug: str, key: str = "") -> Response:
        access = opener(key)
        page = None
        if access is not None:
            help_path = context.publication.help_path
            root = context.publication.root
            page = read_archived(context.engine, access, slug, unsubscribe_url=help_path, root=root)
        if access is None or page is None:
            return not_found(context, opener)
        return _issue(context, access, page, request)

    return issue


def _add_cards(router: APIRouter, context: ArchiveContext) -> None:
    drawing = anyio.CapacityLimiter(_CARDS_AT_A_TIME)

    def draw(request: Request, slug: str) -> Response:
        issue = find_public_summary(context.engine, slug)
        if issue is None:
            return not_found(context, context.open_public)
        return _png(context.cards.get(context.card(issue)), request)

    def draw_index(request: Request) -> Response:
        return _png(context.cards.get(context.index_card()), request)

    @router.api_route(ARCHIVE_PATH + INDEX_CARD, methods=_READ)
    async def index_card(request: Request) -> Response:
        return await anyio.to_thread.run_sync(draw_index, request, limiter=drawing)

    @router.api_route("/archive/{slug}/card.png", methods=_READ)
    async def card(request: Request, slug: str) -> Response:
        return await anyio.to_thread.run_sync(draw, request, slug, limiter=drawing)


def _index(context: ArchiveContext, access: Access, before: str, after: str) -> Response:
    index = read_index(context.engine, access, before=before, after=after)
    path = access.index_path + (f"?before={index.below}" if index.below else "")
    return context.pages.render(
        "archive.html",
        headers=headers_for(access, is_indexed=index.is_indexed),
        index=index,
        access=access,
        title=context.title(access),
        is_indexed=index.is_indexed,
        canonical="" if access.is_private else context.url(path),
        image="" if access.is_private else context.index_card_url(),
        feeds=context.feed_links(access),
        subscribe_url=context.publication.subscribe_url,
    )


def _issue(
    context: ArchiveContext, access: Access, page: ArchivedPage, request: Request
) -> Response:
    body = _framed(context, access, page).encode("utf-8", errors="replace")
    headers = {
        **headers_for(access, is_indexed=page.is_indexed),
        "Content-Security-Policy": EMAIL_POLICY,
    }
    if access.is_private:
        return HTMLResponse(body, headers=headers)
    headers |= validators(etag_of(body))
    return not_modified(request, headers) or HTMLResponse(body, headers=headers)


def _framed(context: ArchiveContext, access: Access, page: ArchivedPage) -> str:
    """Return the issue with the archive's head and bars around it."""
    public_url = context.url(PUBLIC_ACCESS.issues_path + page.issue.slug)
    values = {
        "access": access,
        "title": context.title(access),
        "issue": page.issue,
        "has_headline": page.has_headline,
        "description": page.issue.preheader,
        "author": page.author,
        "canonical": "" if access.is_private else public_url,
        "image": "" if access.is_private else context.card_url(page.issue),
        "is_indexed": page.is_indexed,
        "published_at": rfc3339(page.published_at),
        "updated_at": rfc3339(page.updated_at),
        "feeds": context.feed_links(access),
        "newer": page.newer,
        "older": page.older,
        "subscribe_url": context.publication.subscribe_url,
        "bar_css": Markup(_BAR_CSS),  # noqa: S704 - our own file
    }
    return frame(
        page.html if page.has_headline else below_title(page.html),
        head=context.pages.fragment("issue_head.html", **values),
        top=context.pages.fragment("issue_top.html", **values),
        bottom=context.pages.fragment("issue_bottom.html", **values),
    )


_BAR_CSS = (resource_dir("templates") / "web" / "issue_bar.css").read_text(encoding="utf-8")


def _png(picture: bytes, request: Request) -> Response:
    headers = {**_CARD_HEADERS, **validators(etag_of(picture))}
    return not_modified(request, headers) or Response(
        picture, media_type="image/png", headers=headers
    )
