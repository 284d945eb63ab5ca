"""Drafting: from feeds to an issue file that its author goes on with.

1. fetch and read every feed (`feed_reading`);
2. find the last issue: what was drafted, what issue files there are, what was sent;
3. choose what is news, write the file whole or not at all, and only then remember it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mailer.composing.drafts.feeds.entries import Feed
from mailer.composing.drafts.last_issue import History, LastIssue, earlier, last_issue
from mailer.composing.drafts.memory import DraftRecord
from mailer.composing.drafts.selection import Choice, Wish, choose, keyed
from mailer.composing.drafts.writing import Grouping, Head, write_draft
from mailer.composing.issue.reading.merge import parse_line
from mailer.composing.issue.reading.source import Source
from mailer.composing.issue.slugs import is_issue_slug, slug_of
from mailer.errors import FeedError, RenderError
from mailer.platform.files import write_new, write_whole


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """What the author asked for.

    Args:
        file: where the draft goes; None for standard output.
        slug: of the issue.
        title: subject line; empty for a TODO.
        mailing_list: slug; empty for none.
        since: as for `parse_since`.
        limit: most entries.
        grouping: what makes a section.
        with_images: whether pictures are taken over.
        with_updates: also entries that were only updated.
        repeats: also entries of earlier issues.
    """

    file: Path | None
    slug: str
    title: str = ""
    mailing_list: str = ""
    since: str = "last"
    limit: int = 50
    grouping: Grouping = Grouping.FEED
    with_images: bool = False
    with_updates: bool = False
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Composed:
    """A draft, not yet written.

    Args:
        text: the issue file; empty where nothing is news.
        choice: what was taken and what was left out.
        since: where the time that it covers begins.
    """

    text: str
    choice: Choice
    since: LastIssue


def compose(
    feeds: Sequence[Feed], order: DraftOrder, history: History, *, now: dt.datetime
) -> Composed:
    """Return the draft that the feeds make.

    Args:
        feeds: as read.
        order: what the author asked for.
        history: of earlier issues.
        now: aware, in the zone that dates are meant in.

    Raises:
        FeedError: `order.since` is no moment.
    """
    named = parse_since(order.since, now=now)
    known = history.without(order.file) if order.file else history
    known = known.of_list(order.mailing_list).standing()
    since = LastIssue(named, "as you said") if named else last_issue(known, now=now)
    wish = Wish(
        since=since.at,
        is_exact=named is not None,
        limit=order.limit,
        with_updates=order.with_updates,
        repeats=order.repeats,
    )
    choice = choose(feeds, wish=wish, earlier=earlier(known))
    if not choice.count:
        return Composed("", choice, since)
    head = Head(order.title, order.slug, now.date(), order.mailing_list)
    text = write_draft(head, choice.feeds, grouping=order.grouping, with_images=order.with_images)
    return Composed(text, choice, since)


def record_of(
    composed: Composed, order: DraftOrder, file: Path, *, now: dt.datetime
) -> DraftRecord:
    """Return what is to be remembered of a draft."""
    taken = {id(entry) for one in composed.choice.feeds for entry in one.entries}
    keys: set[str] = set()
    seen: dict[str, frozenset[str]] = {}
    for one in composed.choice.feeds:
        pairs = list(keyed(one.feed))
        keys |= {key for entry, found in pairs if id(entry) in taken for key in found}
        seen[one.feed.source] = frozenset(key for _, found in pairs for key in found)
    return DraftRecord(
        file=str(file.resolve()),
        slug=order.slug,
        mailing_list=order.mailing_list,
        drafted_at=now.astimezone(dt.UTC),
        keys=frozenset(keys),
        seen=seen,
    )


def save(path: Path, text: str, *, overwrites: bool) -> None:
    """Write a draft, whole or not at all.

    Raises:
        RenderError: it is there already and may not be overwritten, or cannot be written.
    """
    try:
        (write_whole if overwrites else write_new)(path, text.encode())
    except FileExistsError:
        raise already_there(path) from None
    except OSError as error:
        raise RenderError(error.strerror or "cannot be written", path=path) from None


def already_there(path: Path) -> RenderError:
    """Return the error for a file that would be overwritten."""
    return RenderError("is there already; nothing was written", path=path, code="file-exists")


def check_title(title: str, *, origin: str = "title") -> None:
    """Check that a title can be a subject line.

    Args:
        title: as the author gave it.
        origin: what to call it in messages.

    Raises:
        RenderError: a merge field in it is not well-formed.
    """
    parse_line(title, source=Source(title, Path(origin)), line=1)


def slug_for(file: Path | None, *, now: dt.datetime) -> str:
    """Return the slug of an issue in `file`: its name, as far as that can be one."""
    stem = file.stem if file else f"issue-{now.date().isoformat()}"
    if is_issue_slug(stem):
        return stem
    return slug_of(title=stem, source_name="issue")


def parse_since(text: str, *, now: dt.datetime) -> dt.datetime | None:
    """Return the moment from which on a draft takes entries; None for `last`.

    Args:
        text: `last`, a date (`2026-11-20`: from its first moment on, local time), a moment in ISO
            8601, or an age (`36h`, `7d`, `2w`).
        now: aware, in the zone that dates are meant in.

    Raises:
        FeedError: it is none of these.
    """
    text = text.strip()
    if text.lower() == "last":
        return None
    number, unit = text[:-1], text[-1:].lower()
    if number.isascii() and number.isdigit() and unit in _UNITS and len(number) <= 4:  # noqa: PLR2004
        return now - int(number) * _UNITS[unit]
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise FeedError(
            f"{text!r}: write last, a date such as 2026-11-20, or an age such as 7d"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=now.tzinfo)


_UNITS = {"h": dt.timedelta(hours=1), "d": dt.timedelta(days=1), "w": dt.timedelta(weeks=1)}
