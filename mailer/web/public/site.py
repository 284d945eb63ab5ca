"""Files for crawlers: `robots.txt` and `sitemap.xml`."""

from fastapi import APIRouter, Request, Response

from mailer.archive import queries
from mailer.archive.feeds.sitemap import MOST_URLS, Page, write_sitemap, write_sitemap_index
from mailer.message.links import ARCHIVE_PATH, TEST_COPY_PATH, UNSUBSCRIBE_PATH, list_path
from mailer.web.pages import PUBLIC
from mailer.web.public.archive_access import ArchiveContext
from mailer.web.public.conditional import etag_of, not_modified, validators

_MOST_PARTS = 50_000
"""A site map index is limited, too."""

_CLOSED = (
    UNSUBSCRIBE_PATH,
    TEST_COPY_PATH,
    f"{ARCHIVE_PATH}k/",
    "/webhooks/",
    "/inbox/",
    "/healthz",
)
"""Links that are somebody's own, and what is no page. Whatever must not be *listed* says so itself
(`noindex`), which a crawler that is kept out would not read."""


def make_router(context: ArchiveContext) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    root = context.publication.root

    @router.api_route("/robots.txt", methods=["GET", "HEAD"])
    def robots() -> Response:
        closed = "".join(f"Disallow: {root}{path}\n" for path in _CLOSED)
        text = f"User-agent: *\n{closed}\nSitemap: {context.url('/sitemap.xml')}\n"
        return Response(text, media_type="text/plain; charset=utf-8", headers=PUBLIC)

    @router.api_route("/sitemap.xml", methods=["GET", "HEAD"])
    def sitemap(request: Request) -> Response:
        return _xml(site_map(context), request)

    @router.api_route("/sitemap-{number}.xml", methods=["GET", "HEAD"])
    def part(request: Request, number: int) -> Response:
        found = site_map_part(context, number)
        if found is None:
            return context.pages.message(404, "There is nothing here.", "", kicker="Not found")
        return _xml(found, request)

    return router


def site_map(context: ArchiveContext, *, most_urls: int = MOST_URLS) -> bytes:
    """Return the site map; beyond `most_urls`, an index of its parts."""
    with context.engine.connect() as connection:
        count = queries.count_indexed(connection)
    indexes = _indexes(context)
    if len(indexes) + count <= most_urls:
        return write_sitemap([*indexes, *_issues(context, limit=most_urls, offset=0)])
    parts = -(-count // most_urls)
    return write_sitemap_index(
        Page(context.url(f"/sitemap-{number}.xml")) for number in range(parts + 1)
    )


def site_map_part(
    context: ArchiveContext, number: int, *, most_urls: int = MOST_URLS
) -> bytes | None:
    """Return a part of a large site map: 0 has the indexes, others issues; None after the last."""
    if not 0 <= number <= _MOST_PARTS:
        return None
    offset = (number - 1) * most_urls
    pages = _issues(context, limit=most_urls, offset=offset) if number else _indexes(context)
    return write_sitemap(pages[:most_urls]) if pages else None


def _indexes(context: ArchiveContext) -> list[Page]:
    with context.engine.connect() as connection:
        lists = queries.list_public_lists(connection)
    common = [ARCHIVE_PATH] if all(each.is_indexed for each in lists) else []
    paths = [*common, *(list_path(each.slug) for each in lists if each.is_indexed)]
    return [Page(context.url(path)) for path in paths]


def _issues(context: ArchiveContext, *, limit: int, offset: int) -> list[Page]:
    with context.engine.connect() as connection:
        found = queries.list_indexed(connection, limit=limit, offset=offset)
    return [Page(context.url(ARCHIVE_PATH + each.slug), each.updated_at) for each in found]


def _xml(body: bytes, request: Request) -> Response:
    headers = {**PUBLIC, **validators(etag_of(body))}
    return not_modified(request, headers) or Response(
        body, media_type="application/xml; charset=utf-8", headers=headers
    )
