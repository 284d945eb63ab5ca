"""Entries to an issue file: sections, kickers, linked titles, summaries, and what is left to do."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailer.composing.drafts.feeds.entries import Feed, FeedEntry
from mailer.composing.drafts.feeds.lines import one_line
from mailer.composing.drafts.feeds.urls import host_of
from mailer.composing.drafts.selection import Chosen
from mailer.composing.issue.reading.merge import words_in_line
from mailer.composing.issue.tree import (
    Block,
    Blocks,
    Comment,
    FrontMatter,
    Image,
    Issue,
    Item,
    Section,
    Text,
)
from mailer.composing.issue.writing import write_issue

_LONGEST_KICKER = 70
_ELSE = "More"
_PAIR = 2


class Grouping(StrEnum):
    """What makes a section."""

    FEED = "feed"
    CATEGORY = "category"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Head:
    """The front matter of a draft.

    Args:
        subject: the author's own words, merge fields and all; empty for a TODO.
        slug: see `mailer.composing.issue.slugs`.
        date: of the issue.
        mailing_list: slug; empty for none.
    """

    subject: str
    slug: str
    date: dt.date
    mailing_list: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    entries: tuple[tuple[FeedEntry, Feed], ...]


def write_draft(
    head: Head, chosen: Sequence[Chosen], *, grouping: Grouping, with_images: bool
) -> str:
    """Return the text of an issue file with all the chosen entries; it compiles as it is."""
    sections = tuple(
        Section(
            name=(Text(part.name),) if part.name else (),
            subtitle=(),
            introduction=(),
            items=tuple(
                _item(entry, kicker=_kicker(entry, feed, grouping), with_images=with_images)
                for entry, feed in part.entries
            ),
            line=0,
        )
        for part in _parts(chosen, grouping)
    )
    subject = one_line(head.subject)
    matter = FrontMatter(
        words_in_line(subject) if subject else (Text("TODO: subject"),),
        head.slug,
        head.date,
        mailing_list=head.mailing_list,
        headline=words_in_line(subject),
    )
    issue = Issue(matter, (Comment("TODO: introduction", 0),), sections, ())
    return write_issue(issue, comments={} if subject else {"subject": "TODO: write the subject"})


def _parts(chosen: Sequence[Chosen], grouping: Grouping) -> list[_Part]:
    pairs = [(entry, one.feed) for one in chosen for entry in one.entries]
    if grouping is Grouping.NONE:
        return [_Part("", tuple(sorted(pairs, key=_newest_first)))]
    names: dict[str, str] = {}
    groups: dict[str, list[tuple[FeedEntry, Feed]]] = {}
    for entry, feed in pairs:
        name = feed.title if grouping is Grouping.FEED else next(iter(entry.categories), _ELSE)
        name = one_line(name) or _ELSE
        key = feed.source if grouping is Grouping.FEED else name.casefold()
        names.setdefault(key, name)
        groups.setdefault(key, []).append((entry, feed))
    if grouping is Grouping.CATEGORY:
        last = groups.pop(_ELSE.casefold(), None)
        groups |= {_ELSE.casefold(): last} if last else {}
        return [_Part(names[key], tuple(sorted(g, key=_newest_first))) for key, g in groups.items()]
    return [_Part(names[key], tuple(group)) for key, group in groups.items()]


def _newest_first(pair: tuple[FeedEntry, Feed]) -> float:
    at = pair[0].dated_at
    return -at.timestamp() if at else float("inf")


def _kicker(entry: FeedEntry, feed: Feed, grouping: Grouping) -> str:
    """Return source or category, and who wrote it, as far as the section does not say so."""
    category = next(iter(entry.categories), "")
    label = category if grouping is Grouping.FEED else feed.title
    writers = _writers(entry.authors)
    if writers.casefold() in {label.casefold(), feed.title.casefold()}:
        writers = ""
    parts = [one_line(part) for part in (label, writers) if one_line(part)]
    kicker = " · ".join(parts)
    return kicker if len(kicker) <= _LONGEST_KICKER else _shortened(parts[0], _LONGEST_KICKER)


def _writers(names: Sequence[str]) -> str:
    if len(names) > _PAIR:
        return f"{names[0]} et al."
    return " and ".join(names)


def _item(entry: FeedEntry, *, kicker: str, with_images: bool) -> Item:
    title = _without_scheme(one_line(entry.title)) or _made_title(entry)
    images: Blocks = (_image(entry),) if with_images and entry.image else ()
    blocks: list[Block] = [*images]
    if not entry.url:
        remark = "TODO: the feed gives no link: write the title as [title](https://...)"
        blocks.append(Comment(remark, 0))
    blocks += entry.summary or (Comment("TODO: the feed gives no summary", 0),)
    return Item(
        kicker=(Text(kicker),) if kicker else (),
        title=(Text(title),),
        url=entry.url,
        blocks=tuple(blocks),
        lead_images=len(images) if kicker else 0,
        line=0,
    )


def _without_scheme(title: str) -> str:
    """Return a title that is an address as people say it: as written it would be read as a link."""
    return title if " " in title else re.sub(r"^https?://", "", title)


def _image(entry: FeedEntry) -> Image:
    alt = one_line(entry.image_alt) or "TODO: what the picture shows"
    return Image(entry.image, alt, (), "", 0)


def _made_title(entry: FeedEntry) -> str:
    """Return a title for an entry without one: when it appeared, or where."""
    place = host_of(entry.url) if entry.url else ""
    day = entry.dated_at.date().isoformat() if entry.dated_at else ""
    return " · ".join(part for part in (place, day) if part) or "Untitled"


def _shortened(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
