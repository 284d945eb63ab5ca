"""The web app, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import anyio.to_thread
from fastapi import APIRouter, FastAPI, Response

from mailer.archive.access import PUBLIC_ACCESS
from mailer.archive.card_files import CardStore, accent_of
from mailer.archive.publication import publication_of
from mailer.platform.serving.lanes import Lane
from mailer.web import errors, health
from mailer.web.hooks import webhooks
from mailer.web.inbox import pages as inbox_pages
from mailer.web.inbox.store import InboxStore
from mailer.web.pages import PUBLIC, Pages
from mailer.web.public import archive, archive_feeds, media, site, trials, unsubscribe
from mailer.web.public.archive_access import ArchiveContext

if TYPE_CHECKING:
    from mailer.bootstrap import App
    from mailer.config import Settings

THREADS = 12
"""Requests worked on at a time, of the archive and whatever has no lane of its own; with the lanes
of unsubscribing and webhooks, as many as the pool of connections serves."""

_PLAIN_THREADS = 2
_PLAIN_SECONDS = 10.0
"""Pages and pictures without the database."""


def create_app(app: "App", *, inbox: InboxStore | None = None) -> FastAPI:
    """Return the web app.

    Args:
        app: settings, database, keys and broker.
        inbox: the local inbox, shown at `/inbox/` to this machine only; None for none.

    Raises:
        ConfigurationError: a webhook's key in the settings is not one.
    """
    pages = Pages(_common(app.settings, has_inbox=inbox is not None))
    web = FastAPI(
        title="Mailer",
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    context = archive_context(app, pages)
    plain = Lane(_PLAIN_THREADS, seconds=_PLAIN_SECONDS)
    web.include_router(_home(context, plain))
    web.include_router(unsubscribe.make_router(app.prompt_engine, app.signer, pages))
    web.include_router(archive_feeds.make_router(context))
    web.include_router(archive.make_router(context))
    web.include_router(site.make_router(context))
    web.include_router(media.make_router(app.settings.media_directory, pages, plain))
    web.include_router(trials.make_router(app.settings, app.signer, pages))
    web.include_router(webhooks.make_router(app.prompt_engine, webhooks.receivers(app.settings)))
    web.include_router(health.make_router(app.database_url, app.hints))
    if inbox is not None:
        web.include_router(inbox_pages.make_router(inbox, base_url=app.settings.web.base_url))
    errors.install(web, pages)
    return web


def archive_context(app: "App", pages: Pages) -> ArchiveContext:
    """Return what the routes of the archive work with."""
    settings = app.settings
    return ArchiveContext(
        engine=app.prompt_engine,
        signer=app.signer,
        pages=pages,
        publication=publication_of(settings),
        cards=CardStore(settings.state_dir),
        accent=accent_of(settings),
    )


def _home(context: ArchiveContext, plain: Lane) -> APIRouter:
    router = APIRouter()

    @router.api_route("/", methods=["GET", "HEAD"])
    @plain
    def home() -> Response:
        feeds = context.feed_links(PUBLIC_ACCESS)
        return context.pages.render("home.html", headers=PUBLIC, feeds=feeds)

    return router


def _common(settings: "Settings", *, has_inbox: bool) -> dict[str, object]:
    sender = settings.sender
    return {
        "publication": sender.name or "Newsletter",
        "postal_address": " · ".join(sender.postal_address.split("\n")),
        "contact": sender.reply_to or sender.email,
        "has_inbox": has_inbox,
        "root": _root(settings),
    }


def _root(settings: "Settings") -> str:
    """Return the path of `web.base_url`: a proxy in front may serve us under one."""
    return urlsplit(settings.web.base_url).path


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield
