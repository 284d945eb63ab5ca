"""listmonk: campaigns as its API gives them (`GET /api/campaigns`, `/api/campaigns/ID`)."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

from mailer.composing.importing.fields import Fields, text_in
from mailer.composing.importing.post import Kind, Post
from mailer.composing.importing.sources.posts import Export
from mailer.composing.importing.sources.records import read_json, records_in

_TRACK = re.compile(
    r"""\{\{-?\s*TrackLink\s++(?:"|&quot;|&\#34;|'|`|\\")(?P<url>[^"'`{}\s]+?)(?:"|&quot;|&\#34;|'|`|\\")\s*+\.?+\s*+-?+\}\}"""
)
_ADDRESS = re.compile(r"https?://[^\s\"'<>{}]++")
_SUFFIX = re.compile(r"@TrackLink\b")
_VIEW = re.compile(r"\{\{-?\s*+TrackView\s*+\.?+\s*+-?+\}\}")
_FIELDS = Fields(title=("subject", "name"), slug=("archive_slug",), date=("started_at", "send_at"))
_KINDS: dict[str, Kind] = {"plain": "text", "markdown": "markdown"}


def is_campaign(record: dict[str, Any]) -> bool:
    """Whether a record of a JSON document is a campaign."""
    return isinstance(record.get("body"), str) and isinstance(record.get("content_type"), str)


def read_export(text: str, *, name: str) -> Export:
    """Return the campaigns of a JSON document."""
    records = records_in(read_json(text, name=name), is_campaign)
    return Export("listmonk", tuple(_post(record, name) for record in records))


def _post(record: dict[str, Any], name: str) -> Post:
    label = text_in(record, "archive_slug", "name", "subject")
    sender = text_in(record, "from_email")
    body = plain_links(text_in(record, "body"))
    return replace(
        _FIELDS.post(record, source="listmonk", name=f"{name}:{label}", body=body),
        kind=_KINDS.get(text_in(record, "content_type"), "html"),
        is_mail=True,
        has_merge_tags=True,
        origin=(("from", sender),) if sender else (),
    )


def plain_links(body: str) -> str:
    """Return a body whose tracked links are the addresses that they stand for."""
    body = _TRACK.sub(lambda match: unescape(match["url"]), body)
    body = _ADDRESS.sub(lambda match: _SUFFIX.sub("", match[0], count=1), body)
    return _VIEW.sub("", body)
