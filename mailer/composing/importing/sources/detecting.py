"""Which system a file comes from: by what is in it; its name is a hint only."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

from mailer.composing.importing.clean import decode, refuse_binary
from mailer.composing.importing.html import decode_html
from mailer.composing.importing.slugs import slug_of
from mailer.composing.importing.sources import buttondown, eml, ghost, listmonk, medium, substack
from mailer.composing.importing.sources.containers import (
    LARGEST_PAGE_BYTES,
    Archive,
    read_json,
    records_in,
)
from mailer.composing.importing.sources.markdown_text import is_markdown, with_breaks
from mailer.composing.importing.sources.posts import Export, Post, shown_title
from mailer.composing.importing.sources.tables import columns_of
from mailer.errors import RenderError

Source = Literal[
    "auto", "text", "html", "medium", "substack", "ghost", "buttondown", "listmonk", "eml"
]
SOURCES: tuple[str, ...] = get_args(Source)

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OTHERS = (
    (
        re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        "is a message of Outlook: save it as .eml",
        "",
    ),
    (re.compile(rb"%PDF-"), "is a PDF: import the page or mail that it was made of", ""),
    (
        re.compile(
            rb"\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*"
            rb"<(?:rss|feed|rdf:RDF)[\s>]",
            re.DOTALL | re.IGNORECASE,
        ),
        "is a feed",
        "feed-not-issue",
    ),
)
_SNIFFED = 65_536
_DOCUMENT = re.compile(
    r"\A\s*(?:<!--.{0,2000}?-->\s*|<\?xml[^>]{0,200}\?>\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_BLOCK = re.compile(
    r"</(?:p|div|h[1-6]|article|section|ul|ol|table|figure|blockquote)\s*>", re.IGNORECASE
)
_ANY_TAG = re.compile(
    r"<(?:p|div|br|h[1-6]|article|a|ul|table|img|span|strong|em)\b[^<>]{0,500}>", re.IGNORECASE
)
_UNSUBSCRIBE_TAG = re.compile(
    r"\*\|[A-Z][A-Z_:]+\|\*|\{\{\s*\.?(?:unsub|Unsub|subscriber|Subscriber)"
)


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
    for begin, what, code in _OTHERS:
        if begin.match(data):
            raise RenderError(what, path=Path(name), code=code)


def detect(data: bytes, *, name: str) -> str:
    """Return which of `SOURCES` a file is that is no archive; `text` where it is none of them."""
    ending = Path(name).suffix.lower()
    if eml.is_mail(data) or (ending in {".eml", ".mbox"} and b":" in data[:1000]):
        return "eml"
    start = decode_html(data[:_SNIFFED]).text.lstrip("\ufeff \t\r\n")
    if start.startswith(("{", "[")) and (kind := _json_kind(data, name)):
        return kind
    if buttondown.has_columns(columns_of(data)) or "subject" in buttondown.front_matter(start):
        return "buttondown"
    if is_html(start, ending=ending):
        return _page_kind(decode_html(data).text)
    return "text"


def is_html(start: str, *, ending: str = "") -> bool:
    """Whether a text is HTML, by its beginning."""
    if _DOCUMENT.match(start):
        return True
    blocks = len(_BLOCK.findall(start))
    if start.startswith("<") and blocks:
        return True
    return ending in {".html", ".htm", ".xhtml"} and bool(blocks or _ANY_TAG.search(start))


def _page_kind(html: str) -> str:
    for module in (medium, substack):
        if module.is_post(html):
            return module.__name__.rpartition(".")[2]
    return "ghost" if ghost.is_page(html) else "html"


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
    """Return raw text; of Markdown with front matter, what that says."""
    facts = buttondown.front_matter(text)
    if "title" in facts:
        post = buttondown.read_markdown(text, name=name)
        return replace(post, source="text", is_mail=False, has_merge_tags=False)
    if not is_markdown(text):
        return Post("text", name, text, kind="text")
    return Post("text", name, with_breaks(text), kind="markdown")


def _buttondown(data: bytes, text: str, start: str, name: str) -> Export:
    if start in {"{", "["}:
        return buttondown.read_records(text, name=name)
    if buttondown.has_columns(columns_of(data)):
        return buttondown.read_csv(data, name=name)
    return Export("buttondown", (buttondown.read_markdown(text, name=name),))


def page_post(data: bytes, *, kind: str, name: str, base_url: str) -> Post:
    """Return one page of a site."""
    decoded = decode_html(data)
    refuse_binary(decoded.text, source_name=name)
    if kind == "medium":
        return medium.read_html(decoded.text, name=name)
    has_tags = bool(_UNSUBSCRIBE_TAG.search(decoded.text))
    return Post(
        source=kind,
        name=name,
        body=decoded.text,
        url=base_url,
        is_whole=has_tags or (not _DOCUMENT.match(decoded.text) and kind != "html"),
        is_mail=has_tags,
        has_merge_tags=has_tags,
    )


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
    documents = archive.with_ending(".json")
    for name in documents:
        data = archive.read(name)
        if found := _json_kind(data, name):
            export = _read(data, found, name, base_url)
            return Export(export.source, export.posts, tuple(sorted(set(archive.names) - {name})))
    return _others(archive, pages, base_url)


def _is_medium(archive: Archive, pages: list[str]) -> bool:
    posts = [name for name in pages if "posts/" in name][:3]
    return any(medium.is_post(decode_html(archive.read(name)).text) for name in posts)


def _others(archive: Archive, pages: list[str], base_url: str) -> Export:
    """Return the pages and mails of any other archive, with the pictures beside them."""
    mails = archive.with_ending(".eml")
    files = _Beside(archive)
    posts = []
    for name in pages:
        data = archive.read(name)
        post = page_post(
            data, kind=_page_kind(decode_html(data).text), name=name, base_url=base_url
        )
        posts.append(_titled(post, files.folder(name)))
    posts += [eml.read_mail(archive.read(name), name=name) for name in mails]
    rest = sorted(set(archive.names) - {*pages, *mails})
    return Export(posts[0].source if posts else "html", tuple(posts), tuple(rest))


def _titled(post: Post, files: "_Folder") -> Post:
    title = shown_title(post.body)
    slug = slug_of(title=title, source_name=post.name) if title else post.slug
    return replace(post, files=files, slug=slug)


class _Beside:
    def __init__(self, archive: Archive) -> None:
        self.archive = archive

    def folder(self, name: str) -> "_Folder":
        return _Folder(self.archive, name.rpartition("/")[0])


class _Folder(dict[str, bytes]):
    """The files of an archive as seen from one of its folders, read when they are asked for."""

    def __init__(self, archive: Archive, folder: str) -> None:
        super().__init__()
        self.archive, self.start = archive, folder

    def __bool__(self) -> bool:
        return True

    def get(self, key: str, default: bytes | None = None) -> bytes | None:  # type: ignore[override]
        parts = [part for part in f"{self.start}/{key}".split("/") if part not in {"", "."}]
        path: list[str] = []
        for part in parts:
            if part == "..":
                path = path[:-1]
            else:
                path.append(part)
        name = "/".join(path)
        return self.archive.read(name) if name in self.archive.infos else default


def _some(export: Export, name: str) -> Export:
    if not export.posts:
        raise RenderError(
            f"holds no post that can be imported (read as {export.source})",
            path=Path(name),
            code="posts-none",
        )
    return export
