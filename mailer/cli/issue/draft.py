"""`mailer issue draft`: what feeds brought since the last issue, as an issue to go on with."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from mailer.cli.advice import given_by
from mailer.cli.issue.draft_output import facts_of, nothing_read, show
from mailer.cli.shared import STDOUT, ExitCode, err_console, print_json, warn
from mailer.cli.stopping import when_stopped
from mailer.errors import FeedError

if TYPE_CHECKING:
    from mailer.composing.drafts.feed_reading import FeedReport
    from mailer.composing.drafts.last_issue import History
    from mailer.config import Settings

MOST_ENTRIES = 500
MOST_WORDS = 2_000


class GroupBy(StrEnum):
    """What makes a section."""

    FEED = "feed"
    CATEGORY = "category"
    NONE = "none"


def draft(
    feeds: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FEED]...", help="More feeds: addresses, files, or - for stdin."),
    ] = None,
    from_feed: Annotated[
        list[str] | None,
        typer.Option("--from-feed", metavar="FEED", help="A feed; may be given several times."),
    ] = None,
    from_opml: Annotated[
        list[Path] | None,
        typer.Option("--from-opml", help="All feeds of a feed reader's export."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Issue file; issue-DATE.md by default, - for stdout."),
    ] = None,
    since: Annotated[
        str,
        typer.Option(metavar="WHEN", help="last, a date such as 2026-11-20, or an age such as 7d."),
    ] = "last",
    limit: Annotated[
        int, typer.Option(min=1, max=MOST_ENTRIES, help="Maximum, shared among the feeds.")
    ] = 50,
    title: Annotated[str, typer.Option(help="Subject line; a TODO by default.")] = "",
    group_by: Annotated[GroupBy, typer.Option(help="What makes a section.")] = GroupBy.FEED,
    words: Annotated[
        int,
        typer.Option(
            min=0, max=MOST_WORDS, help="Approximate words per summary; whole sentences. 0: all."
        ),
    ] = 60,
    list_slug: Annotated[
        str,
        typer.Option("--list", "-l", metavar="SLUG", help="Mailing list that the issue is for."),
    ] = "",
    images: Annotated[bool, typer.Option("--images", help="Include pictures.")] = False,
    updated: Annotated[
        bool, typer.Option("--updated", help="Include entries that were only updated.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Include entries of earlier issues.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the issue file.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be included; write nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Collect what is new in feeds since the last issue into a draft to edit.

    RSS, Atom and JSON Feed. Without any named, those of draft.feeds in mailer.toml. Exits with 1
    when some feeds could not be read, and with 2 when none could.

    Examples:
      mailer issue draft --from-feed https://blog.example.org/feed.xml

      mailer issue draft --from-feed https://rss.arxiv.org/rss/cs.LG -o week-42.md --limit 20

      mailer issue draft --from-opml feeds.opml --since 7d --group-by category --dry-run
    """
    from mailer.composing.drafts import drafting
    from mailer.composing.drafts.writing import Grouping
    from mailer.config import load_settings
    from mailer.platform.clock import utcnow

    now = utcnow().astimezone()
    settings = load_settings(elsewhere=Path.cwd())
    sources = _sources([*(from_feed or []), *(feeds or [])], from_opml or [], settings)
    file = None if output == STDOUT else output or Path(f"issue-{now.date().isoformat()}.md")
    if file and file.exists() and not force and not dry_run:
        raise drafting.already_there(file)
    with given_by("--since"):
        drafting.parse_since(since, now=now)  # a mistake shows before anything is fetched
    drafting.check_title(title, origin="--title")
    order = drafting.DraftOrder(
        file=file,
        slug=drafting.slug_for(file, now=now),
        title=title,
        mailing_list=list_slug,
        since=since,
        limit=limit,
        grouping=Grouping(group_by.value),
        with_images=images,
        with_updates=updated,
        repeats=again,
    )
    remembers = _remembers(settings) and not dry_run
    reports = _read(sources, settings, words=words, remembers=remembers)
    read = [report.feed for report in reports if report.feed]
    if not read:
        return nothing_read(reports, order, as_json=as_json)
    composed = drafting.compose(read, order, _history(settings, list_slug, file), now=now)
    is_written = bool(composed.text) and not dry_run
    if is_written and file:
        drafting.save(file, composed.text, overwrites=force)
    if is_written and file and remembers:
        _memory(settings).add(drafting.record_of(composed, order, file, now=now))
    if is_written and not file and not as_json:
        sys.stdout.write(composed.text)
    facts = facts_of(composed, reports, order, is_written=is_written)
    if as_json:
        print_json(facts if file or not is_written else {**facts, "draft": composed.text})
    else:
        show(composed, reports, order, is_written=is_written)
    return ExitCode.FAILED if len(read) < len(reports) else ExitCode.OK


def _sources(named: Sequence[str], opml: Sequence[Path], settings: "Settings") -> list[str]:
    from mailer.composing.drafts.feed_reading import read_file
    from mailer.composing.drafts.feeds.opml import read_opml

    listed = [url for path in opml for url in read_opml(read_file(path), source=str(path))]
    found = list(dict.fromkeys([*named, *listed] or settings.draft.feeds))
    if not found:
        raise FeedError(
            "say which feeds: --from-feed ADDRESS, --from-opml FILE, or [draft] feeds in "
            "mailer.toml"
        )
    return found


def _read(
    sources: Sequence[str], settings: "Settings", *, words: int, remembers: bool
) -> "list[FeedReport]":
    from mailer.composing.drafts.feed_cache import FeedCache
    from mailer.composing.drafts.feed_fetching import Fetcher
    from mailer.composing.drafts.feed_reading import read_feeds, user_agent
    from mailer.platform.clock import utcnow

    cache = FeedCache(settings.state_dir / "feeds", is_read_only=not remembers)
    if remembers:
        _ensure_state(settings)
        cache.forget_old(now=utcnow().timestamp())
    fetcher = Fetcher(user_agent=user_agent(settings), cache=cache)
    with when_stopped("no draft was written"), _bar(len(sources)) as on_read:
        return read_feeds(sources, fetcher=fetcher, words=words, stdin=_stdin, on_read=on_read)


def _stdin() -> bytes:
    from mailer.composing.drafts.feed_reading import MOST_FILE_BYTES

    data = sys.stdin.buffer.read(MOST_FILE_BYTES + 1) if sys.stdin is not None else b""
    if len(data) > MOST_FILE_BYTES:
        raise FeedError(f"standard input: is larger than {MOST_FILE_BYTES // 1024:,} KiB")
    return data


@contextmanager
def _bar(total: int) -> "Iterator[Callable[[FeedReport], None]]":
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


def _remembers(settings: "Settings") -> bool:
    """Whether this is a workspace: elsewhere, no state folder is made."""
    return (settings.workspace / "mailer.toml").exists() or settings.state_dir.exists()


def _ensure_state(settings: "Settings") -> None:
    from mailer.platform.state_dir import ensure_state_dir

    ensure_state_dir(settings.state_dir)


def _memory(settings: "Settings") -> Any:  # noqa: ANN401 - imported late
    from mailer.composing.drafts.memory import DraftMemory

    return DraftMemory(settings.state_dir / "feeds" / "drafts.json")


def _history(settings: "Settings", list_slug: str, file: Path | None) -> "History":
    from mailer.bootstrap import peek_database
    from mailer.composing.drafts.issue_files import find_issue_files
    from mailer.composing.drafts.last_issue import History, ask_for_sends

    folders = {settings.workspace, (file or Path()).resolve().parent}
    found = {one.path.resolve(): one for folder in folders for one in find_issue_files(folder)}
    with peek_database(settings) as engine:
        sends = ask_for_sends(engine, list_slug, on_trouble=warn) if engine else []
    return History(_memory(settings).records(), list(found.values()), sends)
