"""Prepared pictures, for mail clients and browsers: public and immutable."""

from pathlib import Path

from fastapi import APIRouter, Request, Response

from mailer.composing.images.store import read_media
from mailer.platform.serving.lanes import Lane
from mailer.web.pages import Pages

_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Named by content. Webmail elsewhere may embed it; opened as a page it may do nothing."""


def make_router(directory: Path, pages: Pages, lane: Lane) -> APIRouter:
    """Return the route of the pictures in `directory`."""
    router = APIRouter()

    @router.api_route("/media/{name}", methods=["GET", "HEAD"])
    @lane
    def media(name: str, request: Request) -> Response:
        found = read_media(directory, name)
        if found is None:
            return pages.message(
                404,
                "There is no such picture.",
                "The address is wrong, or the picture is gone.",
                kicker="Not found",
            )
        data, mime = found
        headers = {**_HEADERS, "ETag": f'"{name}"'}
        if _has_it(request.headers.get("If-None-Match", ""), name):
            return Response(status_code=304, headers=headers)
        return Response(data, media_type=mime, headers=headers)

    return router


def _has_it(if_none_match: str, name: str) -> bool:
    """Whether the tags that a reader sends have this file's. Source: RFC 9110, 13.1.2."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return bool(tags & {"*", f'"{name}"'})
