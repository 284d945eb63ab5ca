"""The archive's feeds, below each of its indexes: Atom, RSS and JSON Feed."""

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request, Response

from mailer.archive.feeds.atom import write_atom
from mailer.archive.feeds.feeds import read_feed_page
from mailer.archive.feeds.json import write_json_feed
from mailer.archive.feeds.model import Feed
from mailer.archive.feeds.rss import write_rss
from mailer.web.public.archive import Opener, not_found
from mailer.web.public.archive_access import ATOM, JSON, RSS, ArchiveContext, FeedKind, headers_for
from mailer.web.public.conditional import not_modified, validators

_WRITERS: Mapping[FeedKind, Callable[[Feed], bytes]] = {
    ATOM: write_atom,
    RSS: write_rss,
    JSON: write_json_feed,
}
_ALIASES = {"atom.xml": ATOM, "feed.rss": RSS, "feed.xml": RSS}
"""Names that feed readers try; they return the same document."""


def make_router(context: ArchiveContext) -> APIRouter:
    """Return the routes. Register them before the pages' routes, which take any name for a slug."""
    router = APIRouter()
    files = {kind.file: kind for kind in _WRITERS} | _ALIASES
    ways: list[tuple[str, Opener]] = [
        ("/archive/", context.open_public),
        ("/archive/l/{key}/", context.open_list),
        ("/archive/k/{key}/", context.open_link),
    ]
    for path, opener in ways:
        for file, kind in files.items():
            router.add_api_route(
                path + file, _route(context, opener, kind), methods=["GET", "HEAD"]
            )
    return router


def _route(context: ArchiveContext, opener: Opener, kind: FeedKind) -> Callable[..., Response]:
    def feed(request: Request, key: str = "", before: str = "") -> Response:
        access = opener(key)
        if access is None:
            return not_found(context, opener)
        page = read_feed_page(context.engine, access, before=before)
        said = (kind.file, context.publication, context.accent)
        headers = {
            **headers_for(access, is_indexed=False),  # pages are what search engines should list
            **validators(f'"{page.fingerprint(*said)}"', page.updated_at),
        }
        unchanged = not_modified(request, headers)
        if unchanged is not None:
            return unchanged
        document = context.feeds.make(page, path=access.index_path + kind.file)
        return Response(
            _WRITERS[kind](document),
            media_type=f"{kind.media_type}; charset=utf-8",
            headers=headers,
        )

    return feed
