"""What crawlers ask for: `robots.txt` and `sitemap.xml`."""

from fastapi import APIRouter, Request, Response

from mailer.feeds.writing_sitemap import MOST_URLS, Page, write_sitemap, write_sitemap_index
from mailer.services.archive_links import ARCHIVE_PATH, list_path
from mailer.storage import archive
from mailer.web.archive_desk import Desk
from mailer.web.conditional import etag_of, not_modified, validators
from mailer.web.pages import PUBLIC

_CLOSED = ("/u/", f"{ARCHIVE_PATH}k/", "/webhooks/", "/inbox/", "/healthz")
"""Links that are somebody's own, and what is no page. Whatever must not be *listed* says so itself
(`noindex`), which a crawler that is kept out would not read."""


def make_router(desk: Desk, *, most_urls: int = MOST_URLS) -> APIRouter:
    """Return the routes; `most_urls` go into one site map."""
    router = APIRouter()
    root = desk.publication.root

    @router.api_route("/robots.txt", methods=["GET", "HEAD"])
    def robots() -> Response:
        closed = "".join(f"Disallow: {root}{path}\n" for path in _CLOSED)
        text = f"User-agent: *\n{closed}\nSitemap: {desk.url('/sitemap.xml')}\n"
        return Response(text, media_type="text/plain; charset=utf-8", headers=PUBLIC)

    @router.api_route("/sitemap.xml", methods=["GET", "HEAD"])
    def sitemap(request: Request) -> Response:
        with desk.engine.connect() as connection:
            count = archive.count_indexed(connection)
        parts = max(1, -(-count // most_urls))
        return _xml(_whole(desk, most_urls) if parts == 1 else _parts(desk, parts), request)

    @router.api_route("/sitemap-{number}.xml", methods=["GET", "HEAD"])
    def part(request: Request, number: int) -> Response:
        pages = _issues(desk, limit=most_urls, offset=(number - 1) * most_urls)
        if not pages:
            return desk.pages.message(404, "There is nothing here.", "", kicker="Not found")
        return _xml(write_sitemap(pages), request)

    return router


def _whole(desk: Desk, limit: int) -> bytes:
    pages = [*_indexes(desk), *_issues(desk, limit=limit, offset=0)]
    return write_sitemap(pages[:limit])


def _parts(desk: Desk, count: int) -> bytes:
    return write_sitemap_index(
        Page(desk.url(f"/sitemap-{number}.xml")) for number in range(1, count + 1)
    )


def _indexes(desk: Desk) -> list[Page]:
    with desk.engine.connect() as connection:
        lists = [each for each in archive.list_public_lists(connection) if each.is_indexed]
    paths = [ARCHIVE_PATH, *(list_path(each.slug) for each in lists)]
    return [Page(desk.url(path)) for path in paths]


def _issues(desk: Desk, *, limit: int, offset: int) -> list[Page]:
    if offset < 0:
        return []
    with desk.engine.connect() as connection:
        found = archive.list_indexed(connection, limit=limit, offset=offset)
    return [Page(desk.url(ARCHIVE_PATH + each.slug), each.updated_at) for each in found]


def _xml(body: bytes, request: Request) -> Response:
    headers = {**PUBLIC, **validators(etag_of(body))}
    return not_modified(request, headers) or Response(
        body, media_type="application/xml; charset=utf-8", headers=headers
    )
