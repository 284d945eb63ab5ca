"""`mailer sends prune`: the deliveries of issues that were sent long ago."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from mailer.cli.options import Json, Yes
from mailer.cli.shared import ExitCode, confirm, console, count_of, err_console, print_json
from mailer.cli.stopping import when_stopped
from mailer.platform.ages import parse_age

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from mailer.sending.ledger.pruning import PrunableIssue
    from mailer.sending.retention import Pruned


def prune(
    older_than: Annotated[
        str | None,
        typer.Option(
            metavar="AGE", help='As "18 months"; [retention] deliveries of mailer.toml by default.'
        ),
    ] = None,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be deleted.")] = False,
    as_json: Json = False,
) -> int:
    """Delete who got what of issues that were sent long ago; the books of their sends stay.

    Of every issue whose sends all ended longer ago than that: deliveries, attempts, events and
    batches; and requests of providers that are as old. Unsubscribe links and the archive go on
    working. The issue is not sent again under its slug, since who has it is not known any more.

    Examples:
      mailer sends prune --dry-run

      mailer sends prune --older-than "18 months" --yes
    """
    from mailer.bootstrap import open_app
    from mailer.platform.clock import utcnow
    from mailer.sending import retention

    with open_app() as app:
        now = utcnow()
        before = now - _age(older_than, app.settings.retention.deliveries)
        found = retention.prunable(app.engine, before=before)
        if as_json and dry_run:
            print_json({"before": before, "issues": found, "pruned": None})
        elif not as_json:
            _show(found, before)
        if dry_run:
            return ExitCode.OK
        if found and not yes and not confirm("Delete them?"):
            err_console.print("nothing was deleted")
            return ExitCode.DECLINED
        done = _prune(app.engine, found, before=before, now=now)
    if as_json:
        print_json({"before": before, "issues": found, "pruned": done})
    else:
        deliveries = count_of(done.delivery_count, "delivery", "deliveries")
        console.print(f"deleted {deliveries} of {count_of(done.issue_count, 'issue')}")
    return ExitCode.OK


def _age(given: str | None, setting: str) -> dt.timedelta:
    from mailer.sending.retention import SHORTEST

    try:
        age = parse_age(setting if given is None else given)
    except ValueError as error:
        raise typer.BadParameter(f"--older-than {error}") from None
    if age < SHORTEST:
        raise typer.BadParameter(f"--older-than must be at least {SHORTEST.days} days")
    return age


def _prune(
    engine: "Engine", found: "Sequence[PrunableIssue]", *, before: dt.datetime, now: dt.datetime
) -> "Pruned":
    from mailer.cli.sends.watching import progress_bar
    from mailer.sending import retention

    total = sum(one.intended_count for one in found)
    with (
        when_stopped("some were deleted; prune again for the rest"),
        progress_bar("deleting", total) as progress,
    ):
        return retention.prune(engine, before=before, now=now, progress=progress)


def _show(found: "Sequence[PrunableIssue]", before: dt.datetime) -> None:
    for one in found:
        count = count_of(one.intended_count, "delivery", "deliveries")
        when = f"{one.last_sent_at:%Y-%m-%d}"
        console.print(f"  {escape(one.slug)}  last sent {when}, {count}", style="dim")
    console.print(f"{count_of(len(found), 'issue')} last sent before {before:%Y-%m-%d}")
