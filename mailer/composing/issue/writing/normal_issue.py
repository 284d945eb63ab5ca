"""A whole issue in the one form in which our format can write it and reads it back."""

from dataclasses import replace

from mailer.composing.issue.tree import (
    Block,
    Blocks,
    Comment,
    Emphasis,
    Image,
    Inlines,
    Issue,
    Item,
    Link,
    Paragraph,
    Rule,
    Section,
    Strong,
    Text,
    nodes_in,
)
from mailer.composing.issue.writing.normal_blocks import normal_blocks
from mailer.composing.issue.writing.normal_words import normal_words

_GUARD = Text("\xa0")
"""Ends a paragraph that would otherwise be taken for the title of the item that it stands in."""


def normal_issue(issue: Issue) -> Issue:
    """Return an issue as it reads back: the same to a reader's eye.

    Words that the format gives another place are there: what follows a rule below the last item is
    the closing, the first paragraph of a section is its subtitle if it is emphasised as a whole, a
    link that is an item's first paragraph is its title.
    """
    headline = normal_words(issue.front_matter.headline, breaks=False)
    issue = replace(issue, front_matter=replace(issue.front_matter, headline=headline))
    introduction, sections = _placed(normal_blocks(issue.introduction), issue.sections)
    closing = normal_blocks(issue.closing)
    if not sections:
        closing = (Rule(0), *closing) if introduction and closing else closing
        return _with_footnotes(issue, _settled((*introduction, *closing)), (), ())
    sections, extra = _without_closing(sections)
    if extra and closing:
        closing = (*extra, Rule(0), *closing)
    return _with_footnotes(issue, _settled(introduction), sections, _settled(closing or extra))


def _with_footnotes(
    issue: Issue, introduction: Blocks, sections: tuple[Section, ...], closing: Blocks
) -> Issue:
    notes = tuple(replace(note, blocks=normal_blocks(note.blocks)) for note in issue.footnotes)
    return replace(
        issue, introduction=introduction, sections=sections, closing=closing, footnotes=notes
    )


def _settled(blocks: Blocks) -> Blocks:
    """Return blocks without rules at their ends."""
    seen = [at for at, block in enumerate(blocks) if not isinstance(block, Rule)]
    return blocks[seen[0] : seen[-1] + 1] if seen else ()


def _placed(
    introduction: Blocks, sections: tuple[Section, ...]
) -> tuple[Blocks, tuple[Section, ...]]:
    """Return the sections, of which only the first may lack a name, and then has items alone."""
    placed: list[Section] = []
    for raw in sections:
        section = _section(raw)
        if section.name:
            placed.append(section)
            continue
        words = _nameless_words(section)
        if not placed:
            introduction = (*introduction, *words)
            bare = replace(section, subtitle=(), introduction=(), id="", accent="")
            placed += [bare] if section.items else []
        else:
            placed[-1] = _with_more(placed[-1], words, section.items)
    return introduction, tuple(placed)


def _nameless_words(section: Section) -> Blocks:
    subtitle = (Emphasis(section.subtitle),)
    above: Blocks = (Paragraph(subtitle, section.line),) if section.subtitle else ()
    return (*above, *section.introduction)


def _with_more(section: Section, words: Blocks, items: tuple[Item, ...]) -> Section:
    if not section.items:
        introduction = _settled((*section.introduction, *words))
        return _section(replace(section, introduction=introduction, items=items))
    last = section.items[-1]
    more = replace(last, blocks=_settled((*last.blocks, *words)))
    return replace(section, items=(*section.items[:-1], _item(more), *items))


def _section(section: Section) -> Section:
    subtitle = _subtitle(section.subtitle)
    blocks = normal_blocks(section.introduction)
    at = next((at for at, each in enumerate(blocks) if not isinstance(each, Comment)), 0)
    match subtitle, blocks[at:]:
        case (), (Paragraph((Emphasis(words),)), *rest):
            subtitle, blocks = words, (*blocks[:at], *rest)
    introduction, items = _with_items(_settled(blocks), section.items)
    return replace(
        section,
        name=normal_words(section.name, breaks=False),
        subtitle=subtitle,
        introduction=introduction,
        items=items,
    )


def _with_items(introduction: Blocks, items: tuple[Item, ...]) -> tuple[Blocks, tuple[Item, ...]]:
    """Return introduction and items; the remarks in an item without words stand before it."""
    kept: list[Item] = []
    for raw in items:
        item = _item(raw)
        if item.title or any(not isinstance(block, Comment) for block in item.blocks):
            kept.append(item)
        elif kept:
            kept[-1] = replace(kept[-1], blocks=(*kept[-1].blocks, *item.blocks))
        else:
            introduction = (*introduction, *item.blocks)
    return introduction, tuple(kept)


def _subtitle(words: Inlines) -> Inlines:
    match normal_words((Emphasis(words),)):
        case (Emphasis(inner),):
            return inner
        case other:
            return other


# --- items ----------------------------------------------------------------------------------


def _item(item: Item) -> Item:
    kicker = normal_words(item.kicker, breaks=False)
    title, url = _title(item)
    blocks, lead = _lead(_settled(normal_blocks(item.blocks)), item.lead_images)
    if kicker and not title and url:
        title = (Text(url),)
    if kicker and (not title or (url and _is_address(title))):
        kicker, (title, url), lead = (), _linked(kicker, url), 0
    if not kicker:
        kicker, title, url, blocks, lead = _headed(title, url, blocks, lead)
    return replace(item, kicker=kicker, title=title, url=url, blocks=blocks, lead_images=lead)


def _title(item: Item) -> tuple[Inlines, str]:
    """Return title and address; a title that is one link leads there."""
    words: Inlines = (Link(item.url, item.title),) if item.url else item.title
    if item.kicker and not item.url:
        match normal_words((Strong(item.title),), breaks=False):
            case (Strong(inner),):
                words = inner
    return _parted(words)


def _linked(words: Inlines, url: str) -> tuple[Inlines, str]:
    return _parted((Link(url, words),) if url else words)


def _parted(words: Inlines) -> tuple[Inlines, str]:
    match normal_words(words, breaks=False):
        case (Link(url, children),):
            return children, url
        case title:
            return title, ""


def _lead(blocks: Blocks, wanted: int) -> tuple[Blocks, int]:
    count = 0
    while count < min(wanted, len(blocks)) and isinstance(blocks[count], Image):
        count += 1
    return blocks, count


def _headed(
    title: Inlines, url: str, blocks: Blocks, lead: int
) -> tuple[Inlines, Inlines, str, Blocks, int]:
    """Return an item without a kicker: pictures above its title make its heading an empty one."""
    if lead and title and (url or not _has_link(title)):
        return (), title, url, blocks, lead
    at = _first_words(blocks)
    first = blocks[at] if at < len(blocks) else None
    match first:
        case Paragraph((Link(address, children),)) if not title:
            return (), children, address, (*blocks[:at], *blocks[at + 1 :]), _images(blocks[:at])
        case Paragraph((Link() | Strong(),) as words, line) if title:
            guarded: Block = Paragraph((*words, _GUARD), line)
            blocks = (*blocks[:at], guarded, *blocks[at + 1 :])
    return (), title, url, blocks, 0


def _first_words(blocks: Blocks) -> int:
    at = 0
    while at < len(blocks) and isinstance(blocks[at], Image | Comment):
        at += 1
    return at


def _images(blocks: Blocks) -> int:
    return sum(isinstance(block, Image) for block in blocks)


def _has_link(words: Inlines) -> bool:
    return any(isinstance(node, Link) for node in nodes_in(words))


def _is_address(words: Inlines) -> bool:
    match words:
        case (Text(text),):
            return text.startswith(("https://", "http://")) and " " not in text
    return False


def _without_closing(sections: tuple[Section, ...]) -> tuple[tuple[Section, ...], Blocks]:
    """Part what follows a rule in the last item from it: it would be the closing."""
    *before, last = sections
    blocks = last.items[-1].blocks if last.items else last.introduction
    at = next((at for at, block in enumerate(blocks) if isinstance(block, Rule)), None)
    if at is None:
        return sections, ()
    kept, extra = blocks[:at], blocks[at + 1 :]
    if not last.items:
        return (*before, replace(last, introduction=kept)), _settled(extra)
    item = replace(last.items[-1], blocks=kept)
    items = (*last.items[:-1], item)
    return (*before, replace(last, items=items)), _settled(extra)
