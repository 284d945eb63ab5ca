"""The HTML part: the values that a theme's MJML template gets, and the way from there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from mailer.composing.issue.hosted_image import HostedImage
from mailer.composing.issue.reading.merge import Tokens
from mailer.composing.issue.reading.raw_images import with_hosted
from mailer.composing.issue.reading.source import Source
from mailer.composing.issue.tree import (
    FootnoteMark,
    Inline,
    Inlines,
    Item,
    Link,
    Section,
    plain_text,
)
from mailer.composing.rendering import css, mjml
from mailer.composing.rendering.edition import Edition
from mailer.composing.rendering.html import Fragments
from mailer.composing.rendering.inline_html import InlineHtml
from mailer.composing.rendering.mrml import safe_markup
from mailer.composing.rendering.numbers import has_own_number
from mailer.composing.rendering.raw import filled, set_fragments
from mailer.composing.rendering.raw_look import dressed
from mailer.composing.rendering.stylesheet import make_styles
from mailer.composing.rendering.tracing import Tracer
from mailer.composing.themes.settings import Logo
from mailer.message.compiled import UNSUBSCRIBE_URL, SlotContext

PREHEADER_ROOM = 150
"""Characters of the first line that inbox lists show at most: the rest is filled with nothing."""

MOST_MJML, MOST_ELEMENTS = 5_000_000, 10_000
"""Characters and elements; they become three times as much HTML, and up to 800 bytes an element."""

_FILLER = Markup("&#847;&#8204;&#160;")
_OUTLOOK_SECTION = re.compile(r'(<!--\[if mso \| IE\]><table\b[^>]* align=")center')
_LONG_TITLE, _LONGER_TITLE = 22, 40
_LONG_HEADLINE, _LONGER_HEADLINE = 60, 100


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item's parts as HTML; empty where the author left one out."""

    id: str
    line: int
    above: Markup
    kicker: Markup
    title: Markup
    url: str
    below: Markup


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section's parts as HTML."""

    number: int
    id: str
    line: int
    name: Markup
    contents_name: Markup
    subtitle: Markup
    contents_subtitle: Markup
    introduction: Markup
    item_heading: str
    items: tuple[ItemView, ...]
    count: str
    accent: int = 0
    colour: str = ""
    has_own_number: bool = False


@dataclass(frozen=True, slots=True)
class AuthorView:
    """Who wrote the issue."""

    name: str
    url: str
    bio: str
    image: str


def html_part(edition: Edition, tokens: Tokens, source: Source, *, tracer: Tracer | None) -> str:
    """Return the HTML part: template, MJML, CSS inlined; with the marks of `tracer`, if any.

    Raises:
        RenderError: the theme is wrong, or the issue is too long.
    """
    inline = InlineHtml(
        tokens,
        edition.words,
        web_url=tokens.archive_url(SlotContext.HTML) if edition.has_archive else "",
        code_direction=' dir="ltr"' if edition.direction == "rtl" else "",
    )
    fragments = Fragments(
        inline,
        edition.theme.column_width,
        edition.theme.settings.inset,
        images=edition.images,
        tracer=tracer,
    )
    values = mjml_values(edition, fragments)
    inlined = ""

    def finish(rendered: str) -> tuple[str, Markup]:
        nonlocal inlined
        _check_size(rendered, source)
        document = set_fragments(rendered, _raw(fragments, source))
        styles = make_styles(
            edition.theme, mjml=document, accents=edition.accents, direction=edition.direction
        )
        inlined = styles.inlined
        return document, styles.head

    html = mjml.render_html(edition.theme, values, finish=finish)
    if edition.theme.settings.align == "start":
        html = _at_start(html, str(values["start"]))
    return css.inline_css(html, inlined)


def _check_size(rendered: str, source: Source) -> None:
    if len(rendered) > MOST_MJML or rendered.count("<mj-") > MOST_ELEMENTS:
        raise source.error(
            f"too long for an email: it becomes more than {MOST_MJML // 1_000_000} MB of MJML or"
            f" {MOST_ELEMENTS:,} elements; shorten it, or split it into several issues"
        )


def _at_start(html: str, side: str) -> str:
    """Move MJML's sections, which it centres, to the `side` where lines begin."""
    margin = "0px auto 0px 0px" if side == "left" else "0px 0px 0px auto"
    html = html.replace("margin:0px auto;", f"margin:{margin};")
    return _OUTLOOK_SECTION.sub(rf"\g<1>{side}", html)


def _raw(fragments: Fragments, source: Source) -> dict[str, str]:
    found: dict[str, str] = {}
    for placeholder, block in fragments.raw.items():
        text = with_hosted(filled(block, fragments.inline.tokens, source), fragments.images)
        found[placeholder] = dressed(text, first_line=block.line + 1, tracer=fragments.tracer)
    return found


def mjml_values(edition: Edition, fragments: Fragments) -> Mapping[str, object]:
    """Return what the template may use, by name; documented in docs/themes.md."""
    issue, settings = edition.issue, edition.theme.settings
    matter = issue.front_matter
    sections = _sections(edition, fragments)
    logo = settings.logo
    return {
        "language": edition.language,
        "direction": edition.direction,
        "start": "right" if edition.direction == "rtl" else "left",
        "end": "left" if edition.direction == "rtl" else "right",
        "page_title": safe_markup(plain_text(matter.headline or matter.subject)),
        "preheader": edition.preheader,
        "preheader_padding": _FILLER * max(0, PREHEADER_ROOM - len(edition.preheader)),
        "title": edition.title,
        "title_size": _title_size(edition.title),
        "tagline": edition.tagline,
        "headline": fragments.line(matter.headline),
        "headline_size": _headline_size(plain_text(matter.headline)),
        "date": edition.date,
        "story_count": edition.words.counted("stories", len(issue.items)) if issue.items else "",
        "reading_time": edition.reading_time,
        "web_url": fragments.inline.web_url,
        "introduction": fragments.flow(issue.introduction, paragraph="l", heading=2),
        "sections": sections,
        "contents": [each for each in sections if each.number] if edition.sections_listed else [],
        "closing": fragments.flow(issue.closing, heading=2),
        "footnotes": fragments.footnotes(issue.footnotes),
        "author": _author(edition),
        "social": settings.social,
        "logo": {
            "src": _hosted(logo, edition.images),
            "dark": _hosted(logo.in_dark, edition.images),
            "alt": logo.alt,
            "width": logo.width,
        },
        "reason": edition.reason,
        "unsubscribe_url": fragments.inline.tokens.token(UNSUBSCRIBE_URL, context=SlotContext.HTML),
        "postal_address": edition.postal_address,
        "words": edition.words,
        "light": settings.light,
        "dark": settings.dark,
        "fonts": settings.fonts,
        "width": f"{settings.width}px",
        "gutter": f"{settings.gutter}px",
        "column": f"{edition.theme.column_width}px",
        "trace": fragments.trace,
    }


def _hosted(logo: Logo, images: Mapping[str, HostedImage]) -> str:
    hosted = images.get(logo.key)
    return hosted.url if hosted else logo.src


def _author(edition: Edition) -> AuthorView | None:
    author = edition.author
    if author is None:
        return None
    image = author.image.src if author.image else ""
    hosted = edition.images.get(image)
    return AuthorView(author.name, author.url, author.bio, hosted.url if hosted else image)


def _title_size(title: str) -> str:
    if len(title) <= _LONG_TITLE:
        return ""
    return "h1m" if len(title) <= _LONGER_TITLE else "h1s"


def _headline_size(headline: str) -> str:
    if len(headline) <= _LONG_HEADLINE:
        return "hl"
    return "hl hlm" if len(headline) <= _LONGER_HEADLINE else "hl hls"


def _sections(edition: Edition, fragments: Fragments) -> list[SectionView]:
    views: list[SectionView] = []
    number, accents = 0, edition.accents
    for at, section in enumerate(edition.issue.sections):
        number += bool(section.name)
        accent = edition.accent_of(section, at, accents=accents)
        view = _section(section, number, edition=edition, fragments=fragments)
        views.append(replace(view, accent=accent, colour=accents[accent].light))
    return views


def _section(
    section: Section, number: int, *, edition: Edition, fragments: Fragments
) -> SectionView:
    level = 3 if section.name else 2
    return SectionView(
        number=number if section.name else 0,
        has_own_number=has_own_number(section.name, number),
        id=section.id or f"section-{number}",
        line=section.line,
        name=fragments.line(section.name),
        contents_name=fragments.line(_unlinked(section.name)),
        subtitle=fragments.line(section.subtitle),
        contents_subtitle=fragments.line(_unlinked(section.subtitle)),
        introduction=fragments.flow(section.introduction, heading=3),
        item_heading=f"h{level}",
        items=tuple(_item(item, fragments, heading=level + 1) for item in section.items),
        count=edition.words.counted("stories", len(section.items)) if section.items else "",
    )


def _unlinked(inlines: Inlines) -> Inlines:
    """Return `inlines` to stand in a link of the contents: links in them become their words."""
    flat: list[Inline] = []
    for node in inlines:
        if not isinstance(node, FootnoteMark):
            flat += _unlinked(node.children) if isinstance(node, Link) else [node]
    return tuple(flat)


def _item(item: Item, fragments: Fragments, *, heading: int) -> ItemView:
    return ItemView(
        id=item.id,
        line=item.line,
        above=fragments.flow(item.blocks[: item.lead_images]),
        kicker=fragments.line(item.kicker),
        title=fragments.line(item.title),
        url=fragments.inline.tokens.address(item.url, context=SlotContext.HTML),
        below=fragments.flow(
            item.blocks[item.lead_images :], heading=heading if item.title else heading - 1
        ),
    )
