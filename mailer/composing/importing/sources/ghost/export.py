"""Ghost: the JSON of "Export your content"."""

import datetime as dt
import re
from contextlib import suppress
from dataclasses import replace
from html import escape
from typing import Any

from mailer.composing.importing.fields import Fields, text_in
from mailer.composing.importing.post import Post
from mailer.composing.importing.sources.ghost.cards import PAYWALL
from mailer.composing.importing.sources.ghost.lexical import lexical_to_html
from mailer.composing.importing.sources.ghost.mobiledoc import mobiledoc_to_html
from mailer.composing.importing.sources.posts import Export
from mailer.composing.importing.sources.records import read_json
from mailer.composing.importing.text.letter import text_to_html
from mailer.errors import RenderError

_PLACEHOLDER = "__GHOST_URL__"
_MEMBERS_ONLY = "<!--members-only-->"
_FIELDS = Fields(
    title=("title",),
    preheader=("custom_excerpt",),
    date=("published_at",),
    url=("canonical_url",),
    language=("locale",),
)
_MAIL_ONLY = re.compile(r"\"type\":\s*\"email(?:-cta)?\"|\[\s*\"email(?:-cta)?\"\s*,")
"""Cards that Ghost leaves out of what it renders for the web."""


def is_page(html: str) -> bool:
    """Whether a page is one that Ghost made."""
    return "kg-card" in html or 'content="Ghost' in html or "gh-content" in html


def is_export(value: object) -> bool:
    """Whether a JSON document is such an export."""
    return bool(_posts(value))


def read_export(text: str, *, name: str, base_url: str) -> Export:
    """Return the posts and pages of an export."""
    value = read_json(text, name=name)
    data = _data(value)
    records = data.get("posts_meta")
    extra = {
        meta.get("post_id"): meta
        for meta in (records if isinstance(records, list) else [])
        if isinstance(meta, dict)
    }
    posts = [
        _post(record, extra.get(record.get("id"), {}), name, base_url) for record in _posts(value)
    ]
    return Export("ghost", tuple(posts))


def _data(value: object) -> dict[str, Any]:
    """Return what is in the envelopes that different versions put around the tables."""
    if isinstance(value, dict):
        inner = value.get("db")
        if isinstance(inner, list) and inner:
            return _data(inner[0])
        if isinstance(value.get("data"), dict):
            return _data(value["data"])
        if isinstance(value.get("posts"), list):
            return value
    return {}


def _posts(value: object) -> list[dict[str, Any]]:
    found = _data(value).get("posts", [])
    return [
        each
        for each in found
        if isinstance(each, dict) and {"html", "lexical", "mobiledoc"} & each.keys()
    ]


def _post(record: dict[str, Any], meta: dict[str, Any], name: str, base_url: str) -> Post:
    title, slug = text_in(record, "title"), text_in(record, "slug")
    subject = text_in(meta, "email_subject")
    kind = text_in(record, "type") or ("page" if record.get("page") == 1 else "post")
    status = text_in(record, "status")
    body = _feature_image(record, meta) + _body(record)
    post = _FIELDS.post(record, source="ghost", name=f"{name}:{slug or title}", body=body)
    site = f"{base_url.rstrip('/')}/{slug}/" if base_url and slug else ""
    return replace(
        post,
        title=subject or title,
        subtitle=title if subject and subject != title else "",
        slug="-".join(
            each for each in slug.lower().split("-") if each.isascii() and each.isalnum()
        ),
        date=post.date or _day(record.get("published_at")),
        status=status if kind == "post" else f"{kind}, {status}",
        url=post.url or site,
        placeholders={_PLACEHOLDER: base_url},
        has_merge_tags=True,
    )


def _body(record: dict[str, Any]) -> str:
    """Return the HTML that Ghost rendered; where there is none, ours of its editor's format.

    What Ghost rendered is for the web: words that only its mails show are in the editor's format.
    """
    editors = text_in(record, "lexical") + text_in(record, "mobiledoc")
    html = text_in(record, "html").replace(_MEMBERS_ONLY, PAYWALL)
    if html and not _MAIL_ONLY.search(editors):
        return html
    with suppress(RenderError):  # broken: the plain text is next best
        if lexical := text_in(record, "lexical"):
            return lexical_to_html(lexical)
        if mobiledoc := text_in(record, "mobiledoc"):
            return mobiledoc_to_html(mobiledoc)
    return html or text_to_html(text_in(record, "plaintext"))


def _feature_image(record: dict[str, Any], meta: dict[str, Any]) -> str:
    src = text_in(record, "feature_image", "image")
    if not src:
        return ""
    alt = escape(text_in(record, "feature_image_alt") or text_in(meta, "feature_image_alt"))
    caption = text_in(record, "feature_image_caption") or text_in(meta, "feature_image_caption")
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    image = f'<img src="{escape(src)}" alt="{alt}">'
    return f'<figure class="kg-card kg-image-card">{image}{below}</figure>'


def _day(milliseconds: object) -> dt.date | None:
    """Return the day that old exports give as a number."""
    if isinstance(milliseconds, int | float) and 0 < milliseconds < 1e14:  # noqa: PLR2004
        return dt.datetime.fromtimestamp(milliseconds / 1000, tz=dt.UTC).date()
    return None
