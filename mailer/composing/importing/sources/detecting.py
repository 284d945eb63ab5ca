"""Which system a file comes from: by what is in it; its name is a hint only."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

from mailer.composing.html import decode_html
from mailer.composing.importing.clean import decode
from mailer.composing.importing.fields import plain_slug
from mailer.composing.importing.markdown.front_matter import FIELDS, dated_name, read_matter
from mailer.composing.importing.markdown.reading import (
    is_markdown,
    read_markdown,
    with_breaks,
)
from mailer.composing.importing.post import Post, shown_title
from mailer.composing.importing.sources import buttondown, eml, ghost, listmonk, medium, substack
from mailer.composing.importing.sources.containers import (
    LARGEST_PAGE_BYTES,
    Archive,
    Folder,
)
from mailer.composing.importing.sources.pages import is_feed, is_html, kind_of_page, page_post
from mailer.composing.importing.sources.posts import Export
from mailer.composing.importing.sources.records import columns_of, read_json, records_in
from mailer.composing.importing.text.dates import find_date
from mailer.composing.importing.text.units import read_units
from mailer.composing.issue.slugs import slug_of
from mailer.errors import RenderError

Source = Literal[
    "auto", "text", "html", "medium", "substack", "ghost", "buttondown", "listmonk", "eml"
]
SOURCES: tuple[str, ...] = get_args(Source)

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKDOWN_ENDINGS = (".md", ".markdown", ".mdown", ".mkd", ".mdx")
_FIRST_LINES = 15
_SNIFFED = 65_536


def read_export(data: bytes, *, name: str, source: str = "auto", base_url: str = "") -> Export:
    """Return the posts in a file.

    Args:
        data: the file.
        name: of the file, for messages and as a hint.
        source: one of `SOURCES`; `auto` to find out.
        base_url: address of the site, for exports that do not know it.

    Raises:
        RenderError: it holds nothing that can be imported, or not what `source` says.
    """
    if data.startswith(_ZIP):
        return _some(_archive(Archive(data, name=name), source, base_url), name)
    _refuse_others(data, name=name)
    if len(data) > LARGEST_PAGE_BYTES and source not in {"ghost", "eml"} and not eml.is_mail(data):
        raise RenderError(f"is larger than {LARGEST_PAGE_BYTES // 1_000_000} MB", path=Path(name))
    kind = detect(data, name=name) if source == "auto" else source
    return _some(_read(data, kind, name, base_url), name)


def _refuse_others(data: bytes, *, name: str) -> None:
    """Refuse what people have besides, with what to do."""
    what, code = "", ""
    if data.startswith(_OUTLOOK):
        what = "is a message of Outlook: save it as .eml"
    elif data.startswith(b"%PDF-"):
        what = "is a PDF: import the page or mail that it was made of"
    elif is_feed(data[:_SNIFFED].decode(errors="replace")):
        what, code = "is a feed", "feed-not-issue"
    if what:
        raise RenderError(what, path=Path(name), code=code)


def detect(data: bytes, *, name: str) -> str:
    """Return which of `SOURCES` a file is that is no archive; `text` where it is none of them."""
    ending = Path(name).suffix.lower()
    if eml.is_mail(data) or (ending in {".eml", ".mbox"} and b":" in data[:1000]):
        return "eml"
    start = decode_html(data[:_SNIFFED]).text.lstrip("\ufeff \t\r\n")
    if start.startswith(("{", "[")) and (kind := _json_kind(data, name)):
        return kind
    if buttondown.has_columns(columns_of(data)) or "subject" in read_matter(start).values:
        return "buttondown"
    if is_html(start, ending=ending):
        return kind_of_page(decode_html(data).text)
    return "text"


def _json_kind(data: bytes, name: str) -> str:
    try:
        value = read_json(decode_html(data).text, name=name)
    except RenderError:
        return ""
    if ghost.is_export(value):
        return "ghost"
    if records_in(value, listmonk.is_campaign):
        return "listmonk"
    return "buttondown" if records_in(value, buttondown.is_email) else ""


def _read(data: bytes, kind: str, name: str, base_url: str) -> Export:
    if kind == "eml":
        return eml.read_mails(data, name=name)
    if kind == "text":
        return Export("text", (_text_post(decode(data, source_name=name), name),))
    text = decode_html(data).text
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if kind == "ghost" and start == "{":
        return ghost.read_export(text, name=name, base_url=base_url)
    if kind == "listmonk":
        return listmonk.read_export(text, name=name)
    if kind == "buttondown":
        return _buttondown(data, text, start, name)
    return Export(kind, (page_post(data, kind=kind, name=name, base_url=base_url),))


def _text_post(text: str, name: str) -> Post:
    """Return raw text, or Markdown, with what its front matter says."""
    matter = read_matter(text)
    is_named = name.lower().endswith(_MARKDOWN_ENDINGS)
    if not (is_named or matter.values or is_markdown(text)):
        return Post("text", name, text, kind="text")
    body = matter.body(text)
    if not (is_named or matter.values):
        return Post("text", name, with_breaks(body), kind="markdown")
    post = FIELDS.post(matter.values, source="text", name=name, body=body)
    day, stem = dated_name(name)
    return replace(
        post,
        kind="markdown",
        title=post.title or read_markdown(body, first_line=matter.first + 1, name=name).title,
        is_settled=True,
        slug=post.slug or (plain_slug(stem) if matter.values else ""),
        date=post.date or day or _date_in(body),
        dropped=matter.unused(),
        first_line=matter.first + 1,
    )


def _date_in(text: str) -> dt.date | None:
    """Return the day that the first lines of a text name without doubt."""
    units, _ = read_units(text.split("\n", _FIRST_LINES)[:_FIRST_LINES])
    found = find_date(units)
    return None if found.doubt else found.date


def _buttondown(data: bytes, text: str, start: str, name: str) -> Export:
    if start in {"{", "["}:
        return buttondown.read_records(text, name=name)
    if buttondown.has_columns(columns_of(data)):
        return buttondown.read_csv(data, name=name)
    return Export("buttondown", (buttondown.read_markdown(text, name=name),))


# --- archives -------------------------------------------------------------------------------


def _archive(archive: Archive, source: str, base_url: str) -> Export:
    kind = source if source not in {"auto", "html"} else ""
    if kind == "substack" or (not kind and substack.is_archive(archive)):
        if not substack.is_archive(archive):
            raise RenderError("has no posts.csv: is it Substack's export?", path=archive.path)
        return substack.read_archive(archive, base_url=base_url)
    if kind == "buttondown" or (not kind and buttondown.is_archive(archive)):
        return buttondown.read_archive(archive)
    pages = archive.with_ending(".html", ".htm")
    if kind == "medium" or (not kind and _is_medium(archive, pages)):
        return medium.read_archive(archive)
    for name in archive.with_ending(".json"):
        data = archive.read(name)
        if found := _json_kind(data, name):
            export = _read(data, found, name, base_url)
            return replace(export, ignored=archive.names_but(name))
    return _others(archive, pages, base_url)


def _is_medium(archive: Archive, pages: list[str]) -> bool:
    posts = [name for name in pages if "posts/" in name][:3]
    return any(medium.is_post(decode_html(archive.read(name)).text) for name in posts)


def _others(archive: Archive, pages: list[str], base_url: str) -> Export:
    """Return the pages and mails of any other archive, with the pictures beside them."""
    mails = archive.with_ending(".eml")
    posts = []
    for name in pages:
        data = archive.read(name)
        post = page_post(
            data, kind=kind_of_page(decode_html(data).text), name=name, base_url=base_url
        )
        posts.append(_titled(post, Folder(archive, name.rpartition("/")[0])))
    posts += [eml.read_mail(archive.read(name), name=name) for name in mails]
    source = posts[0].source if posts else "html"
    return Export(source, tuple(posts), archive.names_but(*pages, *mails))


def _titled(post: Post, files: Folder) -> Post:
    title = shown_title(post.body)
    slug = slug_of(title=title, source_name=post.name) if title else post.slug
    return replace(post, files=files, slug=slug)


def _some(export: Export, name: str) -> Export:
    if not export.posts:
        raise RenderError(
            f"holds no post that can be imported (read as {export.source})",
            path=Path(name),
            code="posts-none",
        )
    return export
