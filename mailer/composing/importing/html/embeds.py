"""Embeds whose words and addresses stand in an attribute only, as Substack writes them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from mailer.composing.html import Element, Tag, Token, Words
from mailer.composing.importing.html.pictures import Pictures, json_object
from mailer.composing.importing.html.record import Record
from mailer.composing.issue.tree import (
    Block,
    CodeBlock,
    Image,
    Inlines,
    LineBreak,
    Link,
    Paragraph,
    Quote,
    Strong,
    Text,
)

_ADDRESSES = ("canonical_url", "url", "postUrl", "embed_url", "href", "base_url")
_TITLES = ("title", "full_text", "name")
_MISSING = {
    "poll-embed": "a poll",
    "native-video-embed": "a video",
    "native-audio-embed": "a recording",
}
_MENTION = "mention-wrap"
_PLAYER = re.compile(
    r"(?:https?:)?//(?:www\.)?youtube(?:-nocookie)?\.com/embed/(?P<film>[\w-]+)/?(?:\?(?P<query>.*))?"
)
_SHOWN_CHARACTERS = 80
_START = re.compile(r"(?:^|[?&])start=(\d+)")


@dataclass(frozen=True, slots=True)
class Embed:
    """What an attribute says of something embedded.

    Args:
        url: where it is.
        title: what it is called; of pictures, what they show.
        below: what is said of it.
        said: words of somebody that it shows.
        formula: in TeX.
        pictures: addresses of the pictures that it shows.
        caption: of its pictures.
        missing: what it is, where the source does not have it.
    """

    url: str = ""
    title: str = ""
    below: tuple[str, ...] = ()
    said: str = ""
    formula: str = ""
    pictures: tuple[str, ...] = ()
    caption: str = ""
    missing: str = ""

    @property
    def is_played(self) -> bool:
        """Whether a player in the element shows the same."""
        return not (self.said or self.formula or self.pictures or self.missing)


def embed_of(element: Element) -> Embed | None:
    """Return what an element's attribute says that it embeds; None where that is nothing."""
    facts = json_object(element.attrs.get("data-attrs", ""))
    missing = next((_MISSING[name] for name in element.classes if name in _MISSING), "")
    found = _embed(facts, element)
    if found is None and missing:
        return Embed(missing=missing)
    return found


def _embed(facts: dict[str, Any], element: Element) -> Embed | None:
    gallery, note = _inner(facts, "gallery"), _inner(facts, "comment")
    if pictures := tuple(_sources(gallery)):
        alt, caption = _text(gallery, "alt"), _text(gallery, "caption")
        return Embed(title=alt, pictures=pictures, caption=caption)
    if formula := _text(facts, "persistentExpression"):
        return Embed(formula=formula)
    url = next((value for name in _ADDRESSES if (value := _text(facts, name))), "")
    url = url or _watched(facts)
    if note and (said := _text(note, "body")):
        return Embed(url=url, title=_text(note, "name"), said=said)
    if said := _text(facts, "full_text"):
        name, handle = _text(facts, "name"), _text(facts, "username")
        title = f"{name} (@{handle})" if name and handle else name or handle
        return Embed(url=url, title=title, said=said)
    if not url and element.find("iframe") is None:
        return None
    title = next((value for name in _TITLES if (value := _text(facts, name))), "")
    title = title or _text(_inner(facts, "pub"), "name")
    below = [_text(facts, name) for name in ("caption", "subtitle", "publication_name")]
    return Embed(url=url, title=title, below=tuple(line for line in below if line))


def embed_blocks(embed: Embed, element: Element, pictures: Pictures) -> list[Block]:
    """Return the blocks that show an embed as far as a mail can."""
    line, record = element.line, pictures.record
    if embed.missing:
        what = f"{embed.missing} of the post is not in the export"
        record.todo("embed_not_exported", line, what, "link to the post")
        return []
    if embed.formula:
        return [CodeBlock(embed.formula, line, "latex")]
    if embed.pictures:
        return _pictures(embed, line, pictures)
    if embed.said:
        return [_said(embed, element, record)]
    src = "".join(player_of(element))
    if embed.url and src and src != embed.url:
        record.note_links.append(src)  # the same thing, in a player
    found = link_to(embed.url or src, embed.title, element, record)
    match found:
        case [Paragraph(title)] if embed.below:
            below = (part for text in embed.below for part in (LineBreak(), Text(text)))
            return [Paragraph((Strong(title), *below), line)]
    return list(found)


def player_of(element: Element) -> list[str]:
    """Return the address of the first player in an element, if there is one."""
    frame = element.find("iframe")
    src = frame.attrs.get("src", "").strip() if frame else ""
    return [src] if src else []


def _said(embed: Embed, element: Element, record: Record) -> Quote:
    by = link_to(embed.url, embed.title, element, record)
    if not by and embed.title:
        by = [Paragraph((Text(embed.title),), element.line)]
    return Quote((Paragraph((Text(embed.said),), element.line), *by), element.line)


def _pictures(embed: Embed, line: int, pictures: Pictures) -> list[Block]:
    found = [src for picture in embed.pictures if (src := pictures.address(picture))]
    caption: Inlines = (Text(embed.caption),) if embed.caption else ()
    images = [Image(src, embed.title, (), "", line) for src in found]
    if images:
        return [*images[:-1], replace(images[-1], caption=caption)]
    return [Paragraph(caption, line)] if caption else []


def link_to(src: str, label: str, element: Element, record: Record) -> list[Paragraph]:
    """Return a paragraph that is a link; of one whose address cannot stand, note it."""
    src = src.strip()
    if not src:
        return []
    page = page_of_player(src)
    if page != src:
        record.note_links.append(src)
    url = record.resolver.link(page).url
    if not url:
        record.unplaced.append(src)
        short = src if len(src) <= _SHOWN_CHARACTERS else f"{src[:_SHOWN_CHARACTERS]}..."
        what = f"an embedded {element.tag} ({short}) has no address of its own"
        record.todo("embed_without_address", element.line, what, "link to it")
        return []
    return [Paragraph((Link(url, (Text(label.strip() or url),)),), element.line)]


def page_of_player(src: str) -> str:
    """Return the page of a film for the address of its player, which is no page to be read."""
    found = _PLAYER.fullmatch(src)
    if not found or found["film"] == "videoseries":
        return src
    start = _START.search(found["query"] or "")
    return f"https://www.youtube.com/watch?v={found['film']}{f'&t={start[1]}s' if start else ''}"


def with_mentions(tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield tokens, with the names of people that stand in an attribute only as words."""
    name = ""
    for token in tokens:
        if name and isinstance(token, Tag) and token.is_end:
            yield Words(name, token.line)
        name = ""
        if isinstance(token, Tag) and _MENTION in token.attrs.get("class", "").split():
            name = _text(json_object(token.attrs.get("data-attrs", "")), "name")
        yield token


# --- attributes -----------------------------------------------------------------------------


def _inner(facts: dict[str, Any], name: str) -> dict[str, Any]:
    value = facts.get(name)
    return value if isinstance(value, dict) else {}


def _text(facts: dict[str, Any], name: str) -> str:
    value = facts.get(name)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _sources(gallery: dict[str, Any]) -> Iterator[str]:
    images = gallery.get("images")
    for image in images if isinstance(images, list) else []:
        if isinstance(image, dict) and (src := _text(image, "src")):
            yield src


def _watched(facts: dict[str, Any]) -> str:
    film, start = _text(facts, "videoId"), _text(facts, "startTime")
    after = f"&t={start}" if re.fullmatch(r"[1-9]\d*s", start) else ""
    return f"https://www.youtube.com/watch?v={film}{after}" if film else ""
