"""An issue's file to its tree: sections, items, titles, closing."""

from dataclasses import dataclass, field, replace

from mailer.composing.issue.reading import front_matter, markdown
from mailer.composing.issue.reading.blocks import Entry, as_block, check_addresses, entries
from mailer.composing.issue.reading.headings import ITEM, SECTION, Heading
from mailer.composing.issue.reading.source import Source
from mailer.composing.issue.tree import (
    Block,
    Blocks,
    Emphasis,
    Footnote,
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
    find_todos,
    plain_text,
)

_OTHERS = "use '##' for a section and '###' for an item"


def parse(source: Source, *, shown: frozenset[str] | None = None) -> Issue:
    """Return the parsed issue.

    Args:
        source: its file.
        shown: the conditions whose parts stay in the tree; None for all of them.

    Raises:
        RenderError: the file is not an issue; with line and column.
    """
    matter = front_matter.parse(source)
    _, first_line = front_matter.split(source)
    body = "\n".join(source.lines[first_line - 1 :])
    parsed = markdown.parse(body, first_line=first_line, source=source, shown=shown)
    found = entries(parsed.tokens, source)
    if not found and shown is None:
        raise source.error("the issue has no text below its front matter", line=first_line)
    footnotes = tuple(entry for entry in found if isinstance(entry, Footnote))
    found, closing = _split_closing(found[: len(found) - len(footnotes)])
    tree = _Tree(source, matter.headline)
    for entry in found:
        tree.take(entry)
    introduction = tree.introduction()
    sections = tuple(part.section(source) for part in tree.parts)
    checked_closing = _settled(closing, source)
    return Issue(
        replace(matter, headline=matter.headline or tree.headline),
        introduction,
        sections,
        checked_closing,
        find_todos(source.text),
        footnotes,
        tuple(parsed.conditions),
    )


def _split_closing(found: list[Entry]) -> tuple[list[Entry], list[Block]]:
    """Split off what follows the first thematic break after the last item."""
    last = max((at for at, entry in enumerate(found) if _structures(entry)), default=None)
    if last is None:
        return found, []
    for at in range(last, len(found)):
        if isinstance(found[at], Rule):
            return found[:at], [as_block(entry) for entry in found[at + 1 :]]
    return found, []


def _structures(entry: Entry) -> bool:
    return isinstance(entry, Heading) and SECTION <= entry.level <= ITEM


def _settled(blocks: list[Block], source: Source) -> Blocks:
    """Return blocks without thematic breaks at their ends, all links checked."""
    kept = list(blocks)
    while kept and isinstance(kept[0], Rule):
        kept.pop(0)
    while kept and isinstance(kept[-1], Rule):
        kept.pop()
    check_addresses(kept, source)
    return tuple(kept)


@dataclass(slots=True)
class _ItemPart:
    heading: Heading
    blocks: list[Block] = field(default_factory=list)

    def item(self, source: Source) -> Item:
        images, title = self._title()
        if title is None:
            return self._headed(source)
        heading, line = self.heading.children, self.heading.line
        rest = self.blocks[:images] + self.blocks[images + 1 :]
        lead = images
        name, url = title
        if url and heading and _is_address(name):
            heading, name, lead = (), heading, 0
        blocks = _settled(rest, source)
        return Item(heading, name, url, blocks, lead, line, self.heading.id)

    def _headed(self, source: Source) -> Item:
        """Return the item whose heading is its title."""
        name, url = self.heading.children, ""
        match name:
            case (Link(address, children),):
                name, url = children, address
        blocks = _settled(self.blocks, source)
        if not name and not blocks:
            raise source.error(
                "the item is empty: give it a heading, a title link or text",
                line=self.heading.line,
                column=1,
            )
        return Item((), name, url, blocks, 0, self.heading.line, self.heading.id)

    def _title(self) -> tuple[int, tuple[Inlines, str] | None]:
        """Return how many images come first, and the title that follows them, if one does."""
        images = 0
        for block in self.blocks:
            match block:
                case Image():
                    images += 1
                case Paragraph((Link(url, children),), _):
                    return images, (children, url)
                case Paragraph((Strong(children),), _) if self.heading.children:
                    return images, (children, "")
                case _:
                    break
        return images, None


def _is_address(name: Inlines) -> bool:
    match name:
        case (Text(text),):
            return text.startswith(("https://", "http://")) and " " not in text
    return False


@dataclass(slots=True)
class _SectionPart:
    heading: Heading | None
    blocks: list[Block] = field(default_factory=list)
    items: list[_ItemPart] = field(default_factory=list)

    def section(self, source: Source) -> Section:
        blocks: list[Block] = self.blocks
        subtitle: Inlines = ()
        match blocks:
            case [Paragraph((Emphasis(children),), _), *rest]:
                blocks, subtitle = rest, children
        items = tuple(part.item(source) for part in self.items)
        introduction = _settled(blocks, source)
        if self.heading is None:
            return Section((), subtitle, introduction, items, items[0].line)
        heading = self.heading
        return Section(
            heading.children,
            subtitle,
            introduction,
            items,
            heading.line,
            heading.id,
            heading.accent,
        )


@dataclass(slots=True)
class _Tree:
    source: Source
    given: Inlines
    headline: Inlines = ()
    blocks: list[Block] = field(default_factory=list)
    parts: list[_SectionPart] = field(default_factory=list)

    def introduction(self) -> Blocks:
        return _settled(self.blocks, self.source)

    def take(self, entry: Entry) -> None:
        match entry:
            case Heading(1):
                self._take_headline(entry)
            case Heading(level, children, line) if level == SECTION:
                if not children:
                    raise self.source.error("the section has no name", line=line, column=1)
                self.parts.append(_SectionPart(entry))
            case Heading(level) if level == ITEM:
                if not self.parts:
                    self.parts.append(_SectionPart(None))
                self.parts[-1].items.append(_ItemPart(entry))
            case _:
                self._innermost().append(as_block(entry))

    def _take_headline(self, heading: Heading) -> None:
        """Take the words of the only `#`, where the front matter does not have other words."""
        known = self.headline or self.given
        is_repeated = not self.headline and plain_text(heading.children) == plain_text(known)
        trouble = ""
        if not heading.children:
            trouble = "the headline has no words"
        elif heading.id:
            trouble = f"the headline has no anchor: take {{#{heading.id}}} out"
        elif self.parts:
            trouble = f"the headline stands above the first section and item: {_OTHERS}"
        elif known and not is_repeated:
            trouble = f"the issue has a headline, {plain_text(known)!r}: {_OTHERS}"
        if trouble:
            raise self.source.error(trouble, line=heading.line, column=1)
        self.headline = heading.children

    def _innermost(self) -> list[Block]:
        if not self.parts:
            return self.blocks
        part = self.parts[-1]
        return part.items[-1].blocks if part.items else part.blocks
