"""When the last issue was, and what earlier issues had: from drafts, issue files and sends."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from mailer.composing.drafts.issue_files import IssueFile
from mailer.composing.drafts.last_send import LastSend, find_last_sends
from mailer.composing.drafts.memory import DraftRecord
from mailer.composing.drafts.selection import Earlier, link_keys


@dataclass(frozen=True, slots=True)
class LastIssue:
    """The end of the time that earlier issues cover.

    Args:
        at: aware; None where there is no earlier issue.
        reason: where that is known from, as people read it.
    """

    at: dt.datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class History:
    """What is known of earlier issues.

    Args:
        records: of drafts.
        files: issue files.
        sends: the newest sends.
    """

    records: Sequence[DraftRecord] = ()
    files: Sequence[IssueFile] = ()
    sends: Sequence[LastSend] = ()

    def without(self, file: Path) -> "History":
        """Return the history as it is without `file`, which is about to be written again."""
        path = str(file.resolve())
        return History(
            [one for one in self.records if one.file != path],
            [one for one in self.files if str(one.path.resolve()) != path],
            self.sends,
        )

    def of_list(self, mailing_list: str) -> "History":
        """Return what is or may be about one mailing list; everything where none is named."""
        if not mailing_list:
            return self
        wanted = {"", mailing_list}
        return History(
            [one for one in self.records if one.mailing_list in wanted],
            [one for one in self.files if one.mailing_list in wanted],
            [one for one in self.sends if one.list_slug == mailing_list],
        )

    def standing(self) -> "History":
        """Return the history without drafts whose file is gone: those were deleted.

        A file that was moved or renamed is found by its slug, as is one that was sent.
        """
        slugs = {one.slug for one in self.files} | {one.issue_slug for one in self.sends}
        kept = [one for one in self.records if one.slug in slugs or Path(one.file).exists()]
        return History(kept, self.files, self.sends)


def last_issue(history: History, *, now: dt.datetime) -> LastIssue:
    """Return the moment up to which earlier issues cover what was published, the newest one's.

    For an issue that was drafted here: when it was. For another: the first moment of its date, or
    when it was sent if that was earlier; what it has of that day already is known by its links.
    Dates to come are plans and do not count.

    Args:
        history: without the file that is written now.
        now: aware, in the zone that dates are meant in.
    """
    found: dict[str, LastIssue] = {}
    for file in history.files:
        if file.date is not None and file.date <= now.date():
            begin = dt.datetime.combine(file.date, dt.time(), tzinfo=now.tzinfo)
            found[file.slug] = LastIssue(begin, f"the date of {file.path.name}")
    for send in history.sends:
        known = found.get(send.issue_slug)
        if known is None or known.at is None or send.created_at < known.at:
            found[send.issue_slug] = LastIssue(send.created_at, f"{send.issue_slug} was sent")
    for record in history.records:
        reason = f"{Path(record.file).name} was drafted"
        found[record.slug] = LastIssue(record.drafted_at, reason)
    dated = [(one.at, one.reason) for one in found.values() if one.at is not None]
    if not dated:
        return LastIssue(None, "there is no earlier issue")
    return LastIssue(*max(dated))


def earlier(history: History) -> Earlier:
    """Return what earlier issues had, and what each feed had when the last was drafted."""
    keys: set[str] = set()
    seen: dict[str, frozenset[str]] = {}
    for record in sorted(history.records, key=lambda one: one.drafted_at):
        keys |= record.keys
        seen |= record.seen
    for links in (*(one.links for one in history.files), *(one.links for one in history.sends)):
        keys |= link_keys(links)
    return Earlier(frozenset(keys), seen)


def ask_for_sends(
    engine: Engine, mailing_list: str, *, on_trouble: Callable[[str], None]
) -> list[LastSend]:
    """Return the newest sends of the mailing list; of the only one where none is named.

    A draft needs no database: where that cannot be asked, `on_trouble` is told, in one line.
    """
    try:
        with engine.connect() as connection:
            return find_last_sends(connection, mailing_list)
    except DBAPIError as error:
        why = " ".join(str(error.orig).split())[:200]
        on_trouble(f"the database cannot say what was sent, so drafts and files decide: {why}")
        return []
