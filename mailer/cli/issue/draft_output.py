"""What `mailer issue draft` says of the feeds it read and the draft it wrote."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from mailer.cli.advice import facts_about, told
from mailer.cli.shared import (
    ExitCode,
    console,
    count_of,
    err_console,
    fail,
    print_json,
    show_time,
    warn,
)

if TYPE_CHECKING:
    from mailer.composing.drafts.drafting import Composed, DraftOrder
    from mailer.composing.drafts.feed_reading import FeedReport
    from mailer.errors import FeedError

_LEFT_OUT = {
    "older": "older",
    "earlier_issue": "in earlier issues",
    "duplicate": "twice in the feeds",
    "update": "only updated (--updated includes them)",
    "over_limit": "over the limit (--limit)",
}


def show(
    composed: "Composed",
    reports: "Sequence[FeedReport]",
    order: "DraftOrder",
    *,
    is_written: bool,
) -> None:
    """Say what was taken, from which feeds, and what was left out."""
    out = console if order.file else err_console  # the draft itself may go to stdout
    since = composed.since
    when = f"since {show_time(since.at)}" if since.at else "all that the feeds have"
    out.print(f"{when} [dim]({escape(since.reason)})[/]", soft_wrap=True)
    for chosen in composed.choice.feeds:
        name = escape(chosen.feed.title)
        out.print(f"{len(chosen.entries):>5} new  {name}", soft_wrap=True)
    for report in reports:
        _show_trouble(report)
    _show_left_out(composed, out)
    count = count_of(composed.choice.count, "item")
    if not composed.text:
        out.print("nothing is new: no draft was written")
    elif not is_written:
        out.print(f"{count} would be written to {escape(str(order.file or 'stdout'))}")
    elif order.file:
        out.print(f"wrote {escape(str(order.file))}: {count}")
        path = escape(str(order.file))
        err_console.print(
            f"next: edit it, and see it as you save:  mailer issue preview {path}", soft_wrap=True
        )


def _show_trouble(report: "FeedReport") -> None:
    if report.error:
        _say_failed(report.error)
    if report.moved_to:
        warn(f"{report.source} has moved for good: use {report.moved_to}")


def _show_left_out(composed: "Composed", out: Any) -> None:  # noqa: ANN401 - a console
    parts = [f"{n:,} {_LEFT_OUT[why]}" for why, n in composed.choice.left_out.items()]
    if parts:
        out.print(f"left out: {', '.join(parts)}", style="dim", soft_wrap=True)


def facts_of(
    composed: "Composed",
    reports: "Sequence[FeedReport]",
    order: "DraftOrder",
    *,
    is_written: bool,
) -> dict[str, Any]:
    """Return the same as data, for `--json`."""
    taken = {chosen.feed.source: chosen.entries for chosen in composed.choice.feeds}
    return {
        "file": str(order.file) if order.file and is_written else None,
        "slug": order.slug,
        "since": composed.since.at,
        "since_reason": composed.since.reason,
        "items": composed.choice.count,
        "left_out": dict(composed.choice.left_out),
        "feeds": [
            {**_feed(report), "new": len(taken.get(report.source, ()))} for report in reports
        ],
        "entries": [
            {
                "title": entry.title,
                "url": entry.url,
                "published_at": entry.dated_at,
                "feed": chosen.feed.source,
            }
            for chosen in composed.choice.feeds
            for entry in chosen.entries
        ],
    }


def _feed(report: "FeedReport") -> dict[str, Any]:
    feed = report.feed
    return {
        "source": report.source,
        "title": feed.title if feed else None,
        "entries": len(feed.entries) if feed else 0,
        "is_unchanged": report.is_unchanged,
        "moved_to": report.moved_to or None,
        **facts_about(report.error),
    }


def nothing_read(reports: "Sequence[FeedReport]", order: "DraftOrder", *, as_json: bool) -> int:
    """Say why no feed could be read."""
    if as_json:
        print_json(
            {"file": None, "slug": order.slug, "items": 0, "feeds": [_feed(r) for r in reports]}
        )
    errors = [report.error for report in reports if report.error]
    if len(errors) == 1:
        return fail(told(errors[0]), ExitCode.USAGE)
    for error in errors:
        _say_failed(error)
    return fail(
        f"none of the {len(errors)} feeds could be read; nothing was written", ExitCode.USAGE
    )


def _say_failed(error: "FeedError") -> None:
    err_console.print(f"[red]failed:[/] {escape(told(error))}", soft_wrap=True)
