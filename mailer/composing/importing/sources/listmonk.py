"""listmonk: campaigns as its API gives them (`GET /api/campaigns`, `/api/campaigns/ID`)."""

import re
from html import unescape
from typing import Any

from mailer.composing.importing.html.facts import read_date
from mailer.composing.importing.post import Kind, Post
from mailer.composing.importing.sources.containers import read_json, records_in, text_in
from mailer.composing.importing.sources.posts import Export

_TRACK = re.compile(
    r"""\{\{-?\s*TrackLink\s+(?:"|&quot;|&\#34;|'|`|\\")(?P<url>[^"'`{}\s]+?)(?:"|&quot;|&\#34;|'|`|\\")\s*\.?\s*-?\}\}"""
)
_SUFFIX = re.compile(r"(https?://[^\s\"'<>@{}]+(?:@(?!TrackLink)[^\s\"'<>@{}]+)*)@TrackLink\b")
_VIEW = re.compile(r"\{\{-?\s*TrackView\s*\.?\s*-?\}\}")
_KINDS: dict[str, Kind] = {"plain": "text", "markdown": "markdown"}


def is_campaign(record: dict[str, Any]) -> bool:
    """Whether a record of a JSON document is a campaign."""
    return isinstance(record.get("body"), str) and isinstance(record.get("content_type"), str)


def read_export(text: str, *, name: str) -> Export:
    """Return the campaigns of a JSON document."""
    records = records_in(read_json(text, name=name), is_campaign)
    return Export("listmonk", tuple(_post(record, name) for record in records))


def _post(record: dict[str, Any], name: str) -> Post:
    title = text_in(record, "subject", "name")
    slug = text_in(record, "archive_slug")
    sender = text_in(record, "from_email")
    return Post(
        source="listmonk",
        name=f"{name}:{slug or text_in(record, 'name') or title}",
        body=plain_links(text_in(record, "body")),
        kind=_KINDS.get(text_in(record, "content_type"), "html"),
        title=title,
        slug="-".join(re.findall(r"[a-z0-9]+", slug.lower())),
        date=read_date(text_in(record, "started_at", "send_at")),
        status=text_in(record, "status"),
        is_mail=True,
        has_merge_tags=True,
        origin=(("from", sender),) if sender else (),
    )


def plain_links(body: str) -> str:
    """Return a body whose tracked links are the addresses that they stand for."""
    body = _TRACK.sub(lambda match: unescape(match["url"]), body)
    return _VIEW.sub("", _SUFFIX.sub(r"\1", body))
