"""One run of `mailer issue draft`: it reads the feeds, writes the draft and remembers it."""

import datetime as dt
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.markup import escape

from mailer.bootstrap import peek_database
from mailer.cli.issue.draft_output import facts_of, nothing_read, show
from mailer.cli.shared import STDOUT, ExitCode, err_console, print_json, print_text, warn
from mailer.cli.stopping import when_stopped
from mailer.composing.drafts import drafting
from mailer.composing.drafts.drafting import Composed, DraftOrder
from mailer.composing.drafts.feed_cache import FeedCache
from mailer.composing.drafts.feed_fetching import Fetcher
from mailer.composing.drafts.feed_reading import (
    MOST_FILE_BYTES,
    FeedReport,
    read_feeds,
    read_file,
    user_agent,
)
from mailer.composing.drafts.feeds.opml import read_opml
from mailer.composing.drafts.issue_files import find_issue_files
from mailer.composing.drafts.last_issue import History, ask_for_sends
from mailer.composing.drafts.memory import DraftMemory
from mailer.config import Settings, load_settings
from mailer.errors import FeedError
from mailer.platform.clock import utcnow
from mailer.platform.state_dir import ensure_state_dir


@dataclass(frozen=True, slots=True)
class DraftRun:
    """What a run knows.

    Args:
        settings: of the workspace, or the defaults elsewhere.
        now: aware, in the local zone.
        is_dry: whether nothing is written.
        overwrites: whether an issue file may be replaced.
        as_json: how its result is told.
        remembers: whether it may keep what it read and drafted: not when dry, and only in a
            workspace, as elsewhere no state folder is made.
    """

    settings: Settings
    now: dt.datetime
    is_dry: bool
    overwrites: bool
    as_json: bool
    remembers: bool

    @classmethod
    def begin(cls, *, is_dry: bool, overwrites: bool, as_json: bool) -> "DraftRun":
        """Return a run with the settings of the folder, now."""
        settings = load_settings(elsewhere=Path.cwd())
        return cls(
            settings,
            utcnow().astimezone(),
            is_dry=is_dry,
            overwrites=overwrites,
            as_json=as_json,
            remembers=_is_workspace(settings) and not is_dry,
        )

    def sources(self, named: Sequence[str], opml: Sequence[Path]) -> list[str]:
        """Return the feeds to read: those named and exported, else those of the settings.

        Raises:
            FeedError: there are none, or an export cannot be read.
        """
        listed = [url for path in opml for url in read_opml(read_file(path), source=str(path))]
        found = list(dict.fromkeys([*named, *listed] or self.settings.draft.feeds))
        if not found:
            raise FeedError(
                "say which feeds: --from-feed ADDRESS, --from-opml FILE, or [draft] feeds in "
                "mailer.toml"
            )
        return found

    def file(self, output: Path | None) -> Path | None:
        """Return the issue file that is to be written; None for standard output.

        Raises:
            RenderError: it is there already.
        """
        if output == STDOUT:
            return None
        file = output or Path(f"issue-{self.now.date().isoformat()}.md")
        if file.exists() and not self.overwrites and not self.is_dry:
            raise drafting.already_there(file)
        return file

    def read(self, sources: Sequence[str], *, words: int) -> list[FeedReport]:
        """Return a report on each feed, with summaries of about as many `words`; 0 for all."""
        feeds = self.settings.state_dir / "feeds"
        cache = FeedCache(feeds, is_read_only=not self.remembers)
        if self.remembers:
            ensure_state_dir(self.settings.state_dir)
            cache.forget_old(now=utcnow().timestamp())
        fetcher = Fetcher(user_agent=user_agent(self.settings), cache=cache)
        with when_stopped("no draft was written"), _bar(len(sources)) as on_read:
            return read_feeds(sources, fetcher=fetcher, words=words, stdin=_stdin, on_read=on_read)

    def draft(self, order: DraftOrder, reports: Sequence[FeedReport]) -> int:
        """Write the draft that the feeds make, say what is in it, and return the exit code."""
        read = [report.feed for report in reports if report.feed]
        if not read:
            return nothing_read(reports, order, as_json=self.as_json)
        composed = drafting.compose(read, order, self._history(order), now=self.now)
        is_written = bool(composed.text) and not self.is_dry
        if is_written:
            self._write(composed, order)
        facts = facts_of(composed, reports, order, is_written=is_written)
        if not self.as_json:
            show(composed, reports, order, is_written=is_written)
        elif order.file or not is_written:
            print_json(facts)
        else:
            print_json({**facts, "draft": composed.text})
        return ExitCode.FAILED if len(read) < len(reports) else ExitCode.OK

    def _write(self, composed: Composed, order: DraftOrder) -> None:
        if order.file:
            drafting.save(order.file, composed.text, overwrites=self.overwrites)
            if self.remembers:
                record = drafting.record_of(composed, order, order.file, now=self.now)
                self._memory().add(record)
        elif not self.as_json:
            print_text(composed.text)

    def _memory(self) -> DraftMemory:
        return DraftMemory(self.settings.state_dir / "feeds" / "drafts.json")

    def _history(self, order: DraftOrder) -> History:
        folders = {self.settings.workspace, (order.file or Path()).resolve().parent}
        found = {one.path.resolve(): one for folder in folders for one in find_issue_files(folder)}
        with peek_database(self.settings) as engine:
            sends = ask_for_sends(engine, order.mailing_list, on_trouble=warn) if engine else []
        return History(self._memory().records(), list(found.values()), sends)


def _is_workspace(settings: Settings) -> bool:
    return (settings.workspace / "mailer.toml").exists() or settings.state_dir.exists()


def _stdin() -> bytes:
    data = sys.stdin.buffer.read(MOST_FILE_BYTES + 1) if sys.stdin is not None else b""
    if len(data) > MOST_FILE_BYTES:
        raise FeedError(f"standard input: is larger than {MOST_FILE_BYTES // 1024:,} KiB")
    return data


@contextmanager
def _bar(total: int) -> Iterator[Callable[[FeedReport], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("reading feeds"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        console=err_console,
        transient=True,
        disable=not err_console.is_terminal,
    )
    task = bar.add_task("", total=total)
    with bar:
        yield lambda report: bar.update(task, advance=1, description=escape(report.source))
