"""The public archive: issues that were sent, with nothing of anybody in them."""

from fastapi import APIRouter, Request, Response
from sqlalchemy import Engine
from starlette.responses import HTMLResponse

from mailer.services.archiving import list_archive, read_archived
from mailer.web.pages import EMAIL_POLICY, PUBLIC, Pages


def make_router(engine: Engine, pages: Pages, *, root: str) -> APIRouter:
    """Return the routes; `root` is the path that they stand under from outside."""
    router = APIRouter()

    @router.api_route("/archive", methods=["GET", "HEAD"])
    @router.api_route("/archive/", methods=["GET", "HEAD"])
    def index() -> Response:
        return pages.render("archive.html", headers=PUBLIC, issues=list_archive(engine))

    @router.api_route("/archive/{slug}", methods=["GET", "HEAD"])
    def issue(slug: str, request: Request) -> Response:
        found = read_archived(engine, slug, unsubscribe_url=f"{root}/unsubscribe-help")
        if found is None:
            return pages.message(
                404,
                "There is no such issue.",
                "It was not sent, or not under this name.",
                kicker="Not found",
            )
        tag = f'"{found.content_hash}"'
        headers = {**PUBLIC, "ETag": tag, "Content-Security-Policy": EMAIL_POLICY}
        if found.content_hash and request.headers.get("If-None-Match") == tag:
            return Response(status_code=304, headers=headers)
        return HTMLResponse(found.html, headers=headers)

    return router
