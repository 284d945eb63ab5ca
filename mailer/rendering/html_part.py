"""The values that a theme's MJML template gets, documented in docs/issue-format.md."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from mailer.domain.issue import Inline, Inlines, Item, Link, Section, plain_text
from mailer.domain.message import UNSUBSCRIBE_URL, SlotContext
from mailer.rendering.edition import Edition
from mailer.rendering.html import Fragments
from mailer.rendering.merge import Tokens
from mailer.rendering.mjml import entities

PREHEADER_ROOM = 150
"""Characters of the first line that inbox lists show at most: the rest is filled with nothing."""

_FILLER = Markup("&#847;&#8204;&#160;")
_LONG_TITLE, _LONGER_TITLE = 22, 40


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item's parts as HTML; empty where the author left one out."""

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
    accent: int
    name: Markup
    contents_name: Markup
    subtitle: Markup
    contents_subtitle: Markup
    introduction: Markup
    items: tuple[ItemView, ...]
    count: str


def mjml_values(edition: Edition, tokens: Tokens) -> Mapping[str, object]:
    """Return what the template may use, by name."""
    fragments = Fragments(tokens)
    sections = _sections(edition, fragments)
    subject = plain_text(edition.issue.front_matter.subject)
    return {
        "language": edition.language,
        "direction": edition.direction,
        "start": "right" if edition.direction == "rtl" else "left",
        "end": "left" if edition.direction == "rtl" else "right",
        "page_title": Markup(entities(str(Markup.escape(subject)))),  # noqa: S704 - just escaped
        "preheader": edition.preheader,
        "preheader_padding": _FILLER * max(0, PREHEADER_ROOM - len(edition.preheader)),
        "title": edition.title,
        "title_size": _title_size(edition.title),
        "tagline": edition.tagline,
        "date": edition.date,
        "story_count": edition.words.counted("stories", len(edition.issue.items)),
        "web_url": edition.web_url,
        "introduction": fragments.flow(edition.issue.introduction, paragraph="l"),
        "sections": sections,
        "contents": [section for section in sections if section.number],
        "closing": fragments.flow(edition.issue.closing),
        "reason": edition.reason,
        "unsubscribe_url": tokens.token(UNSUBSCRIBE_URL, context=SlotContext.HTML),
        "postal_address": edition.postal_address,
        "accents": edition.theme.accents[: len(sections)],
        "words": edition.words,
    }


def _title_size(title: str) -> str:
    if len(title) <= _LONG_TITLE:
        return ""
    return "h1m" if len(title) <= _LONGER_TITLE else "h1s"


def _sections(edition: Edition, fragments: Fragments) -> list[SectionView]:
    views: list[SectionView] = []
    number = 0
    for at, section in enumerate(edition.issue.sections):
        number += bool(section.name)
        views.append(
            _section(
                section, number if section.name else 0, at, edition=edition, fragments=fragments
            )
        )
    return views


def _section(
    section: Section, number: int, at: int, *, edition: Edition, fragments: Fragments
) -> SectionView:
    return SectionView(
        number=number,
        id=f"section-{number}",
        accent=at % len(edition.theme.accents),
        name=fragments.line(section.name),
        contents_name=fragments.line(_unlinked(section.name)),
        subtitle=fragments.line(section.subtitle),
        contents_subtitle=fragments.line(_unlinked(section.subtitle)),
        introduction=fragments.flow(section.introduction),
        items=tuple(_item(item, fragments) for item in section.items),
        count=edition.words.counted("stories", len(section.items)),
    )


def _unlinked(inlines: Inlines) -> Inlines:
    """Return `inlines` to stand in a link of the contents: links in them become their words."""
    flat: list[Inline] = []
    for node in inlines:
        flat += _unlinked(node.children) if isinstance(node, Link) else [node]
    return tuple(flat)


def _item(item: Item, fragments: Fragments) -> ItemView:
    return ItemView(
        above=fragments.flow(item.blocks[: item.lead_images]),
        kicker=fragments.line(item.kicker),
        title=fragments.line(item.title),
        url=item.url,
        below=fragments.flow(item.blocks[item.lead_images :]),
    )
