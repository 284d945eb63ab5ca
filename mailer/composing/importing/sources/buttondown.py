"""Buttondown: emails with Markdown bodies, as zip, CSV, JSON or single files with front matter."""

import re
from dataclasses import replace
from typing import Any

from mailer.composing.html import decode_html
from mailer.composing.importing.html.facts import read_date
from mailer.composing.importing.post import Post
from mailer.composing.importing.sources.containers import Archive, read_json, records_in, text_in
from mailer.composing.importing.sources.front_matter import read_matter
from mailer.composing.importing.sources.posts import Export
from mailer.composing.importing.sources.tables import read_rows

_MODE = re.compile(r"\s*<!--\s*buttondown-editor-mode:\s*(\w+)\s*-->")
_MARKS = frozenset(
    [
        "publish_date",
        "email_type",
        "absolute_url",
        "secondary_id",
        "canonical_url",
        "archival_mode",
        "included_tags",
    ]
)


def is_email(record: dict[str, Any]) -> bool:
    """Whether a record of a JSON document is one of Buttondown's emails."""
    return (
        isinstance(record.get("body"), str) and "subject" in record and bool(_MARKS & record.keys())
    )


def has_columns(columns: set[str]) -> bool:
    """Whether these are the columns of an export."""
    return {"subject", "body"} <= columns


def is_archive(archive: Archive) -> bool:
    """Whether an archive is such an export."""
    if any(name.rpartition("/")[2] == "emails.csv" for name in archive.names):
        return True
    first = archive.with_ending(".md", ".markdown")[:1]
    return any("subject" in read_matter(_text(archive, name)).values for name in first)


def _text(archive: Archive, name: str) -> str:
    return decode_html(archive.read(name)).text


def read_archive(archive: Archive) -> Export:
    """Return the emails of an export: its Markdown files, with what its list knows of them."""
    listing = next((n for n in archive.names if n.rpartition("/")[2] == "emails.csv"), "")
    rows = read_rows(archive.read(listing), name=listing) if listing else []
    by_name = {row[key]: row for row in rows for key in ("slug", "id") if row.get(key)}
    files = archive.with_ending(".md", ".markdown")
    posts = [read_markdown(_text(archive, name), name=name, known=by_name) for name in files]
    if not files:
        posts = [_post(row, listing) for row in rows if row.get("body")]
    rest = sorted(set(archive.names) - set(files) - {listing})
    return Export("buttondown", tuple(posts), tuple(rest))


def read_csv(data: bytes, *, name: str) -> Export:
    """Return the emails of a CSV file."""
    return Export("buttondown", tuple(_post(row, name) for row in read_rows(data, name=name)))


def read_records(text: str, *, name: str) -> Export:
    """Return the emails of a JSON document."""
    records = records_in(read_json(text, name=name), is_email)
    return Export("buttondown", tuple(_post(record, name) for record in records))


def read_markdown(text: str, *, name: str, known: dict[str, dict[str, str]] | None = None) -> Post:
    """Return one email with front matter."""
    matter = read_matter(text)
    body = "\n".join(re.split(r"\r\n|\n|\r", text.removeprefix("\ufeff"))[matter.first :])
    stem = name.rpartition("/")[2].rpartition(".")[0]
    row = (known or {}).get(stem, {})
    post = _post({**row, **matter.values, "body": body}, name, slug=stem)
    return replace(post, dropped=matter.unused(), first_line=matter.first + 1)


def _post(record: dict[str, Any], name: str, *, slug: str = "") -> Post:
    body = text_in(record, "body")
    mode = _MODE.match(body)
    body = body[mode.end() :] if mode else body
    is_html = bool(mode and mode[1] == "fancy")
    slug = text_in(record, "slug") or slug
    title = text_in(record, "subject", "title")
    return Post(
        source="buttondown",
        name=name if name.endswith((".md", ".markdown")) else f"{name}:{slug or title}",
        body=body,
        kind="html" if is_html else "markdown",
        title=title,
        preheader=text_in(record, "description"),
        slug="-".join(re.findall(r"[a-z0-9]+", slug.lower())),
        date=read_date(text_in(record, "publish_date", "date", "creation_date")),
        status=text_in(record, "status", "email_type"),
        url=text_in(record, "absolute_url", "canonical_url"),
        is_mail=True,
        has_merge_tags=True,
    )
