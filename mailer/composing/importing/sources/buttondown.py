"""Buttondown: emails with Markdown bodies, as zip, CSV, JSON or single files with front matter."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mailer.composing.html import decode_html
from mailer.composing.importing.fields import plain_slug, text_in
from mailer.composing.importing.markdown.front_matter import FIELDS, read_matter
from mailer.composing.importing.post import Post
from mailer.composing.importing.sources.containers import Archive
from mailer.composing.importing.sources.posts import Export
from mailer.composing.importing.sources.records import read_json, read_rows, records_in

_MODE = re.compile(r"\s*<!--\s*buttondown-editor-mode:\s*(\w+)\s*-->")
_MARK_NAMES = """
publish_date email_type absolute_url secondary_id canonical_url archival_mode included_tags
"""
_MARKS = frozenset(_MARK_NAMES.split())


def is_email(record: dict[str, Any]) -> bool:
    """Whether a record of a JSON document is one of Buttondown's emails."""
    is_one = isinstance(record.get("body"), str) and "subject" in record
    return is_one and bool(_MARKS & record.keys())


def has_columns(columns: set[str]) -> bool:
    """Whether these are the columns of an export."""
    return {"subject", "body"} <= columns


def is_archive(archive: Archive) -> bool:
    """Whether an archive is such an export."""
    first = archive.with_ending(".md", ".markdown")[:1]
    return bool(archive.named("emails.csv")) or any(
        "subject" in read_matter(_text(archive, name)).values for name in first
    )


def _text(archive: Archive, name: str) -> str:
    return decode_html(archive.read(name)).text


def read_archive(archive: Archive) -> Export:
    """Return the emails of an export: its Markdown files, with what its list knows of them."""
    listing = archive.named("emails.csv")
    rows = read_rows(archive.read(listing), name=listing) if listing else []
    by_name = {row[key]: row for row in rows for key in ("slug", "id") if row.get(key)}
    files = archive.with_ending(".md", ".markdown")
    posts = [read_markdown(_text(archive, name), name=name, known=by_name) for name in files]
    if not files:
        posts = [_post(row, listing) for row in rows if row.get("body")]
    return Export("buttondown", tuple(posts), archive.names_but(*files, listing))


def read_csv(data: bytes, *, name: str) -> Export:
    """Return the emails of a CSV file."""
    return Export("buttondown", tuple(_post(row, name) for row in read_rows(data, name=name)))


def read_records(text: str, *, name: str) -> Export:
    """Return the emails of a JSON document."""
    records = records_in(read_json(text, name=name), is_email)
    return Export("buttondown", tuple(_post(record, name) for record in records))


def read_markdown(text: str, *, name: str, known: Mapping[str, Mapping[str, str]] = {}) -> Post:
    """Return one email with front matter."""
    matter = read_matter(text)
    stem = name.rpartition("/")[2].rpartition(".")[0]
    record = {**known.get(stem, {}), **matter.values, "body": matter.body(text)}
    post = _post(record, name, slug=stem)
    return replace(post, dropped=matter.unused(), first_line=matter.first + 1)


def _post(record: Mapping[str, Any], name: str, *, slug: str = "") -> Post:
    body = text_in(record, "body")
    mode = _MODE.match(body)
    slug = text_in(record, "slug") or slug
    is_file = name.endswith((".md", ".markdown"))
    post = FIELDS.post(
        record,
        source="buttondown",
        name=name if is_file else f"{name}:{slug or text_in(record, *FIELDS.title)}",
        body=body[mode.end() :] if mode else body,
    )
    return replace(
        post,
        kind="html" if mode and mode[1] == "fancy" else "markdown",
        slug=plain_slug(slug),
        is_mail=True,
        has_merge_tags=True,
    )
