"""`mailer sends retry`: the same message, to exactly those who surely did not get it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core
from rich.markup import escape
from rich.table import Table

from mailer.cli.options import Json, SendId, Yes
from mailer.cli.shared import ExitCode, confirm, console, count_of, err_console, print_json

if TYPE_CHECKING:
    from mailer.bootstrap import App
    from mailer.sending.retries import Choice, RetryProposal

_WITH_REASON = ("--rejected", "--skipped")


class OptionalReasons(typer.core.TyperCommand):
    """A command whose `--rejected` and `--skipped` take a reason or none, which is any."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Give each of them that stands alone an empty reason."""
        following = [*args[1:], "-"]
        found = [
            f"{word}=" if word in _WITH_REASON and after.startswith("-") else word
            for word, after in zip(args, following, strict=True)
        ]
        return super().parse_args(ctx, found)


def retry(
    send_id: SendId,
    failed: Annotated[bool, typer.Option("--failed", help="Those that failed.")] = False,
    cancelled: Annotated[
        bool, typer.Option("--cancelled", help="Those that were not begun when it was cancelled.")
    ] = False,
    rejected: Annotated[
        list[str] | None,
        typer.Option(
            "--rejected",
            metavar="[REASON]",
            help="Those that were rejected, for this reason if one is given; may be repeated.",
        ),
    ] = None,
    skipped: Annotated[
        list[str] | None,
        typer.Option(
            "--skipped",
            metavar="[REASON]",
            help="Those that were skipped for a recorded no that is gone, likewise.",
        ),
    ] = None,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show who would be retried.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch/--no-watch", help="Show progress until it is done.")
    ] = True,
    as_json: Json = False,
) -> int:
    """Send a send's message again, to exactly those who surely did not get it.

    Never to anybody whose message was accepted, delivered or bounced, or may have gone out
    (`unknown`). It is a send of its own, of the same bytes to the same list; the first keeps its
    books. Whoever has unsubscribed or been suppressed since is left out. Run again, it goes on
    where it was, or finds nobody.

    Examples:
      mailer sends retry 3 --failed --dry-run

      mailer sends retry 3 --cancelled --failed

      mailer sends retry 3 --rejected smtp_554 --yes
    """
    from mailer.bootstrap import open_app
    from mailer.sending.retries import propose_retry

    choice = _choice(failed=failed, cancelled=cancelled, rejected=rejected, skipped=skipped)
    with open_app() as app:
        proposal = propose_retry(app.engine, send_id, choice, provider=app.provider.name)
        if as_json and dry_run:
            print_json(_facts(proposal))
        elif not as_json:
            _show(proposal)
        proposal.check()
        if dry_run:
            return ExitCode.OK
        if not _may_go(app, proposal, is_agreed=yes):
            return ExitCode.DECLINED
        return _go(app, proposal, is_watched=watch, as_json=as_json)


def _may_go(app: "App", proposal: "RetryProposal", *, is_agreed: bool) -> bool:
    app.settings.require_sendable()
    app.check_keys()
    app.hints.check()
    if is_agreed or confirm(_question(proposal)):
        return True
    err_console.print("nothing was sent")
    return False


def _choice(
    *,
    failed: bool,
    cancelled: bool,
    rejected: Sequence[str] | None,
    skipped: Sequence[str] | None,
) -> "Choice":
    from mailer.sending.retries import Choice

    if not (failed or cancelled or rejected or skipped):
        raise typer.BadParameter("say whom: --failed, --cancelled, --rejected or --skipped")
    return Choice(failed, cancelled, _reasons(rejected), _reasons(skipped))


def _reasons(named: Sequence[str] | None) -> frozenset[str] | None:
    """Return the reasons; one that is empty stands for all of them."""
    if not named:
        return None
    return frozenset() if "" in named else frozenset(named)


def _go(app: "App", proposal: "RetryProposal", *, is_watched: bool, as_json: bool) -> int:
    from mailer.cli.sends.following import plan_and_follow
    from mailer.sending.retries import approve_retry

    send_id = approve_retry(app.engine, proposal)
    return plan_and_follow(
        app, send_id, total=proposal.intended, is_watched=is_watched, as_json=as_json
    )


def _question(proposal: "RetryProposal") -> str:
    if proposal.unfinished is not None:
        return f"Continue send {proposal.unfinished.id}?"
    return f"Send it to {count_of(proposal.intended, 'recipient')}?"


def _facts(proposal: "RetryProposal") -> dict[str, Any]:
    send = proposal.send
    return {
        "send": send.id,
        "issue": send.issue_slug,
        "list": send.list_slug,
        "provider": proposal.provider,
        "content_hash": send.content_hash,
        "retried": [
            {
                "state": one.state,
                "reason": one.reason,
                "count": one.count,
                "left_out": dict(one.left_out),
                "intended": one.intended,
            }
            for one in proposal.groups
        ],
        "not_retried": {state.value: n for state, n in sorted(proposal.others.items())},
        "intended": proposal.intended,
        "unfinished": proposal.unfinished.id if proposal.unfinished else None,
    }


def _show(proposal: "RetryProposal") -> None:
    send = proposal.send
    console.print(
        f"send [bold]{send.id}[/]  {escape(send.issue_slug)} → {escape(send.list_slug)}"
        f"  {send.state}, content {send.content_hash[:12]}"
    )
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    for one in proposal.groups:
        left_out = ", ".join(f"{n:,} {escape(why)}" for why, n in sorted(one.left_out.items()))
        why = f"left out: {left_out}" if left_out else ""
        name = f"{one.state}: {escape(one.reason)}" if one.reason else one.state
        table.add_row(name, f"{one.count:,}", why)
    table.add_row("[bold]to be sent to[/]", f"[bold]{proposal.intended:,}[/]", "")
    for state, count in sorted(proposal.others.items()):
        table.add_row(f"[dim]not retried: {state}[/]", f"[dim]{count:,}[/]", "")
    table.add_row("provider", proposal.provider, "")
    console.print(table)
