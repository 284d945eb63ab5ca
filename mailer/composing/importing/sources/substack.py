"""Substack: the zip of "Export your data", with `posts.csv` and one HTML file a post."""

import re
from dataclasses import replace
from html import escape

from mailer.composing.html import decode_html
from mailer.composing.importing.fields import Fields, plain_slug
from mailer.composing.importing.post import Post
from mailer.composing.importing.sources.containers import Archive
from mailer.composing.importing.sources.posts import Export
from mailer.composing.importing.sources.records import read_rows

_FIELDS = Fields(title=("title",), subtitle=("subtitle",), date=("post_date",))
_MARKS = (
    "captioned-image-container", "subscription-widget", "substackcdn.com", "footnote-anchor"
)  # fmt: skip
_POST = re.compile(r"(?:^|/)posts/[^/]+\.html?$", re.IGNORECASE)


def is_archive(archive: Archive) -> bool:
    """Whether an archive is such an export."""
    return bool(archive.named("posts.csv"))


def is_post(html: str) -> bool:
    """Whether a page is one of Substack's."""
    return any(mark in html for mark in _MARKS)


def read_archive(archive: Archive, *, base_url: str) -> Export:
    """Return the posts of an export, in the order of its list; statistics are no posts."""
    listing = archive.named("posts.csv")
    rows = {row.get("post_id", ""): row for row in read_rows(archive.read(listing), name=listing)}
    files = {
        _key(name): name for name in archive.with_ending(".html", ".htm") if _POST.search(name)
    }
    order = [key for key in rows if key in files] + [key for key in files if key not in rows]
    posts = [_post(key, files[key], rows.get(key, {}), archive, base_url) for key in order]
    lost = [
        f"{row.get('title') or key} (no text in the archive)"
        for key, row in rows.items()
        if key not in files
    ]
    rest = archive.names_but(listing, *files.values())
    return Export("substack", tuple(posts), (*lost, *rest))


def _key(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0]


def _post(key: str, name: str, row: dict[str, str], archive: Archive, base_url: str) -> Post:
    slug = key.partition(".")[2] or key
    is_published = row.get("is_published", "").lower() in {"true", "1", "yes"}
    body = _recording(row) + decode_html(archive.read(name)).text
    return replace(
        _FIELDS.post(row, source="substack", name=name, body=body),
        slug=plain_slug(slug),
        status="published" if is_published else "draft" if row else "",
        url=f"{base_url.rstrip('/')}/p/{slug}" if base_url else "",
        origin=(("audience", row["audience"]),) if row.get("audience") else (),
    )


def _recording(row: dict[str, str]) -> str:
    """Return a link to a podcast's episode, which only the list names."""
    url = row.get("podcast_url", "").strip()
    label = row.get("title", "").strip() or url
    return f'<p><a href="{escape(url)}">{escape(label)}</a></p>' if url else ""
