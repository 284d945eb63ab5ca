"""The issue as a whole: front matter, sections, items, footnotes."""

import datetime as dt
from dataclasses import dataclass

from mailer.composing.issue.tree.blocks import Blocks, Image
from mailer.composing.issue.tree.todos import Todo
from mailer.composing.issue.tree.words import Inlines
from mailer.message.compiled import Mailbox


@dataclass(frozen=True, slots=True)
class Item:
    """One story: any of its parts may be missing.

    Args:
        kicker: the few words above the title.
        title: what the story is called.
        url: where its title leads; empty where it leads nowhere.
        blocks: pictures and summary, in the author's order.
        lead_images: how many of the first blocks are pictures that stand above the title.
        line: of its `###`.
        id: anchor that the author gave it; may be empty.
    """

    kicker: Inlines
    title: Inlines
    url: str
    blocks: Blocks
    lead_images: int
    line: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A group of items. Items before the first `##` are in a section without a name.

    Args:
        name: of its `##`; empty for the section without one.
        subtitle: the line below the name.
        introduction: text before its first item.
        items: its stories.
        line: of its `##`.
        id: anchor that the author gave it; may be empty.
        accent: the author's wish: the number of one of the theme's accents, 1-based, or a colour
            `#rrggbb`; empty for the next in turn.
    """

    name: Inlines
    subtitle: Inlines
    introduction: Blocks
    items: tuple[Item, ...]
    line: int
    id: str = ""
    accent: str = ""


@dataclass(frozen=True, slots=True)
class Footnote:
    """What a raised number in the text stands for; numbered from 1 in reading order."""

    number: int
    blocks: Blocks
    line: int


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote the issue, as its footer says; each part may be missing but the name."""

    name: str
    url: str = ""
    bio: str = ""
    image: Image | None = None


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the author says of the issue as a whole; empty strings where nothing was said.

    Args:
        subject: text and merge fields.
        slug: `[a-z0-9-]+`.
        date: the issue's date.
        preheader: the line shown after the subject in an inbox list.
        mailing_list: slug of the list that it is meant for.
        sender: From, where the author overrides the configured one.
        reply_to: Reply-To, likewise.
        theme: name of the theme's folder.
        language: BCP 47 tag.
        title: the masthead.
        tagline: the line below the masthead.
        headline: of the piece, from its key or the only `#` of the text; words and merge fields.
        author: who wrote it.
        has_contents: whether to list the sections; None for "from two sections on".
    """

    subject: Inlines
    slug: str
    date: dt.date
    preheader: str = ""
    mailing_list: str = ""
    sender: Mailbox | None = None
    reply_to: Mailbox | None = None
    theme: str = ""
    language: str = ""
    title: str = ""
    tagline: str = ""
    headline: Inlines = ()
    author: Author | None = None
    has_contents: bool | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """A parsed issue.

    Args:
        front_matter: what its author says of it as a whole.
        introduction: text before the first heading.
        sections: in order.
        closing: text after the last item's `---`.
        todos: places that its author has still to finish.
        footnotes: in order of their numbers.
        conditions: of the parts that only some readers see, in canonical form
            (`subscribers.segments.language`), in the order of their first use; the tree holds
            these parts where the parser was told to show them.
    """

    front_matter: FrontMatter
    introduction: Blocks
    sections: tuple[Section, ...]
    closing: Blocks
    todos: tuple[Todo, ...] = ()
    footnotes: tuple[Footnote, ...] = ()
    conditions: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """All items, in order."""
        return tuple(item for section in self.sections for item in section.items)
