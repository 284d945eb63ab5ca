"""`mailer send`: from a file to everyone on a list, with a look and a question first."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from mailer.cli.options import Json, Yes
from mailer.cli.sends.preview import facts_of, show_errors, show_preview
from mailer.cli.sends.timing import AT_HELP, show_due, timetable_of
from mailer.cli.shared import (
    ExitCode,
    confirm,
    err_console,
    print_json,
)
from mailer.cli.stopping import when_stopped
from mailer.errors import ProposalError

if TYPE_CHECKING:
    from mailer.bootstrap import App
    from mailer.composing.compiling import Draft
    from mailer.sending.ledger.schedule import Timetable
    from mailer.sending.proposal import Proposal
    from subscribers.lists.mailing_lists import MailingList


def send(
    file: Annotated[Path, typer.Argument(help="The issue file.")],
    list_slug: Annotated[
        str | None,
        typer.Option(
            "--list", "-l", metavar="SLUG", help="Mailing list; the issue's own by default."
        ),
    ] = None,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent.")] = False,
    at: Annotated[str | None, typer.Option(metavar="WHEN", help=AT_HELP)] = None,
    approval: Annotated[
        str | None,
        typer.Option(
            "--approve", metavar="HASH", help="Send, if this is what --dry-run showed with HASH."
        ),
    ] = None,
    watch: Annotated[
        bool | None,
        typer.Option(
            "--watch/--no-watch", help="Show progress until it is done; not the default with --at."
        ),
    ] = None,
    no_lint: Annotated[
        bool, typer.Option("--no-lint", help="Send even if the linter finds errors.")
    ] = False,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Exit with 0 if nobody is left to send it to.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Send an issue to a mailing list: check, confirm, plan, deliver, balance the books.

    Exits with 0 only if the books balance and nothing failed. Nobody gets an issue twice, however
    often this is run: an unfinished send is continued, and if nobody is left, nothing is sent.
    Ctrl-C stops watching; a worker that was already running continues. An issue with lint errors
    is not sent.

    Examples:
      mailer send week-41.md --list readers

      mailer send week-41.md --list readers --dry-run

      mailer send week-41.md --list readers --yes --no-watch

      mailer send week-41.md --list readers --at "2026-12-01 09:00 Europe/Paris"

      mailer send week-41.md --list readers --approve 3f9c1a7be204-12480
    """
    order = _Order(
        at=at,
        approval=approval,
        is_agreed=yes,
        is_look=dry_run,
        is_watched=at is None if watch is None else watch,
        is_linted=not no_lint,
        may_be_empty=allow_empty,
        as_json=as_json,
    )
    return _carry_out(order, file, list_slug)


@dataclass(frozen=True, slots=True)
class _Order:
    """What the command line asks for."""

    at: str | None
    approval: str | None
    is_agreed: bool
    is_look: bool
    is_watched: bool
    is_linted: bool
    may_be_empty: bool
    as_json: bool


def _carry_out(order: _Order, file: Path, list_slug: str | None) -> int:
    from mailer.bootstrap import open_app
    from mailer.cli.issue.notes import tell_of
    from mailer.composing.compiling import read_draft
    from mailer.sending.audiences import named_list

    draft = read_draft(file)
    with when_stopped("nothing was sent"), open_app() as app:
        mailing_list = named_list(app.engine, list_slug or draft.mailing_list)
        timetable = timetable_of(order.at, app.settings) if order.at else None
        proposal = _propose(app, draft, mailing_list, is_linted=order.is_linted)
        facts = facts_of(app, proposal, mailing_list, timetable)
        if order.as_json and order.is_look:
            print_json(facts)
        elif not order.as_json:
            show_preview(facts)
        tell_of(proposal.compilation, size_bytes=facts["bytes"]["html"])
        if not _may_go(proposal, allow_empty=order.may_be_empty) or order.is_look:
            return ExitCode.OK
        app.check_keys()
        app.hints.check()  # a broker that is away shows before anything is planned
        if not _is_agreed(order, proposal, timetable):
            err_console.print("nothing was sent")
            return ExitCode.DECLINED
        return _go(app, proposal, timetable, is_watched=order.is_watched, as_json=order.as_json)


def _is_agreed(order: _Order, proposal: "Proposal", timetable: "Timetable | None") -> bool:
    if order.approval is not None:
        proposal.check_approval(order.approval)
        return True
    return order.is_agreed or confirm(_question(proposal, timetable))


def _propose(
    app: "App", draft: "Draft", mailing_list: "MailingList", *, is_linted: bool
) -> "Proposal":
    from mailer.composing.compiling import compile_draft
    from mailer.platform.clock import utcnow
    from mailer.sending.propose import propose
    from subscribers.audience import Audience

    compilation = compile_draft(draft, app.settings)
    return propose(
        app.engine,
        compilation,
        Audience.of_list(mailing_list.id),
        settings=app.settings,
        provider=app.provider,
        now=utcnow(),
        is_linted=is_linted,
    )


def _go(
    app: "App",
    proposal: "Proposal",
    timetable: "Timetable | None",
    *,
    is_watched: bool,
    as_json: bool,
) -> int:
    from mailer.cli.sends.following import leave, plan_and_follow
    from mailer.sending.propose import approve

    send_id = approve(app.engine, proposal, timetable=timetable)
    if timetable is not None and not is_watched:
        return leave(app, send_id, as_json=as_json)
    return plan_and_follow(
        app,
        send_id,
        total=0 if timetable else proposal.counts.active,
        is_watched=is_watched,
        as_json=as_json,
    )


def _may_go(proposal: "Proposal", *, allow_empty: bool) -> bool:
    """Whether there is something to send; what must not go out rises, a line each."""
    try:
        proposal.check()
    except ProposalError as error:
        if error.code == "audience-empty" and allow_empty:
            err_console.print(escape(str(error)))
            return False
        if proposal.report is not None and error.code == "lint-errors":
            show_errors(proposal.report)
        raise
    return True


def _question(proposal: "Proposal", timetable: "Timetable | None") -> str:
    if timetable is not None:
        return f"Send it on {show_due(timetable.due_at, timetable.zone)}?"
    return "Send it?" if proposal.resumed is None else f"Continue send {proposal.resumed.id}?"
