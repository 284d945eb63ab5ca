"""Conditional requests: an unchanged document is not sent again. Source: RFC 9110, 13."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response


def etag_of(body: bytes) -> str:
    """Return the entity tag of `body`, with its quotes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def validators(etag: str, updated_at: dt.datetime | None = None) -> dict[str, str]:
    """Return the headers that a client sends back to ask for changes.

    Args:
        etag: with its quotes.
        updated_at: aware UTC.
    """
    if updated_at is None:
        return {"ETag": etag}
    modified = format_datetime(updated_at.replace(microsecond=0), usegmt=True)
    return {"ETag": etag, "Last-Modified": modified}


def not_modified(request: Request, headers: Mapping[str, str]) -> Response | None:
    """Return 304 if the client's `headers` show that it is up to date; else None.

    An entity tag decides where the reader sends one; its date is then not looked at.
    """
    tags = request.headers.get("If-None-Match")
    if tags is not None:
        is_known = _has(tags, headers["ETag"])
    else:
        is_known = _is_since(request.headers.get("If-Modified-Since"), headers.get("Last-Modified"))
    return Response(status_code=304, headers=dict(headers)) if is_known else None


def _has(tags: str, etag: str) -> bool:
    """Whether the list has the tag; proxies that compress mark it as weak."""
    known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    return "*" in known or etag in known


def _is_since(asked: str | None, modified: str | None) -> bool:
    if not asked or not modified:
        return False
    try:
        return parsedate_to_datetime(asked) >= parsedate_to_datetime(modified)
    except (ValueError, TypeError):
        return False
