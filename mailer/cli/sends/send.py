"""`mailer send`: from a file to everyone on a list, with a look and a question first."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from mailer.cli.shared import (
    ExitCode,
    confirm,
    console,
    count_of,
    err_console,
    fail,
    print_json,
    show_duration,
    warn,
)
from mailer.cli.stopping import when_stopped
from mailer.errors import ProposalError

if TYPE_CHECKING:
    from mailer.bootstrap import App
    from mailer.composing.compiling import Draft
    from mailer.composing.linting.report import LintReport
    from mailer.sending.proposal import Proposal
    from mailer.sending.reporting import SendReport
    from subscribers.lists.mailing_lists import MailingList


def send(
    file: Annotated[Path, typer.Argument(help="The issue file.")],
    list_slug: Annotated[
        str | None,
        typer.Option(
            "--list", "-l", metavar="SLUG", help="Mailing list; the issue's own by default."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch/--no-watch", help="Show progress until it is done.")
    ] = True,
    no_lint: Annotated[
        bool, typer.Option("--no-lint", help="Send even if the linter finds errors.")
    ] = False,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Exit with 0 if nobody is left to send it to.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Send an issue to a mailing list: check, confirm, plan, deliver, balance the books.

    Exits with 0 only if the books balance and nothing failed. Nobody gets an issue twice, however
    often this is run: an unfinished send goes on, and where nobody is left nothing is sent. Ctrl-C
    stops watching; a worker that was running goes on sending. What `mailer issue lint` calls an
    error keeps an issue from going out.

    Examples:
      mailer send week-41.md --list readers

      mailer send week-41.md --list readers --dry-run

      mailer send week-41.md --list readers --yes --no-watch
    """
    from mailer.bootstrap import open_app
    from mailer.cli.issue.notes import tell_of
    from mailer.composing.compiling import read_draft
    from mailer.sending.audiences import named_list

    draft = read_draft(file)
    with when_stopped("nothing was sent"), open_app() as app:
        mailing_list = named_list(app.engine, list_slug or draft.mailing_list)
        proposal = _propose(app, draft, mailing_list, is_linted=not no_lint)
        facts = _facts(app, proposal, mailing_list)
        if as_json and dry_run:
            print_json(facts)
        elif not as_json:
            _show_preview(facts)
        tell_of(proposal.compilation, size_bytes=facts["bytes"]["html"])
        if not _may_go(proposal, allow_empty=allow_empty) or dry_run:
            return ExitCode.OK
        app.check_keys()
        app.hints.check()  # a broker that is away shows before anything is planned
        if not yes and not confirm(_question(proposal)):
            err_console.print("nothing was sent")
            return ExitCode.DECLINED
        return _go(app, proposal, is_watched=watch, as_json=as_json)


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


def _go(app: "App", proposal: "Proposal", *, is_watched: bool, as_json: bool) -> int:
    from mailer.cli.sends.outages import outlast
    from mailer.sending.propose import approve
    from mailer.sending.starting import start

    send_id = approve(app.engine, proposal)
    with when_stopped(_goes_on(send_id)):
        outlast(lambda: start(app.engine, app.hints, send_id, batch_size=app.batch_size), send_id)
    if not is_watched:
        return _leave(app, send_id, as_json=as_json)
    return follow(app, send_id, as_json=as_json)


def follow(app: "App", send_id: int, *, as_json: bool) -> int:
    """Watch the send to its end, with a worker of our own where none is running."""
    from mailer.cli.sends.watching import exit_code, show_report

    with when_stopped(_goes_on(send_id)):
        found = _watch(app, send_id)
    if as_json:
        print_json(found.as_json())
    else:
        show_report(found)
    return exit_code(found)


def _goes_on(send_id: int) -> str:
    return f"the send goes on wherever a worker runs: mailer sends watch {send_id}"


def _rests(send_id: int) -> str:
    return (
        f"send {send_id} rests, since its worker ended with this command: "
        f"mailer sends watch {send_id} goes on with it"
    )


def _watch(app: "App", send_id: int) -> "SendReport":
    from mailer.cli.run.processes import (
        last_error,
        who_is_missing,
        worker_for_now,
        worker_log,
    )
    from mailer.cli.sends.outages import outlast
    from mailer.cli.sends.watching import is_over, watch
    from mailer.sending.reporting import report

    found = outlast(lambda: report(app.engine, send_id), send_id)
    if is_over(found):
        return found
    if found.summary.provider != app.settings.provider:
        return _watch_foreign(app, found)
    with worker_for_now(app) as own:
        words = _goes_on(send_id) if own.is_others else _rests(send_id)
        with when_stopped(words):
            missing = partial(who_is_missing, app, has_own=not own.is_others)
            found = watch(app.engine, send_id, still=own.is_alive, why_idle=missing)
    if not is_over(found):
        why = last_error(app.settings) or f"see {worker_log(app.settings)}"
        fail(f"the worker ended by itself: {why}", ExitCode.FAILED)
    return found


def _watch_foreign(app: "App", found: "SendReport") -> "SendReport":
    """Watch what only workers elsewhere may deliver."""
    from mailer.cli.run.processes import who_is_missing
    from mailer.cli.sends.watching import watch

    send = found.summary
    warn(
        f"send {send.id} goes through {send.provider}, and this workspace delivers by "
        f"{app.settings.provider}: it waits for a worker with that provider"
    )
    return watch(app.engine, send.id, why_idle=lambda: who_is_missing(app))


def _leave(app: "App", send_id: int, *, as_json: bool) -> int:
    from mailer.cli.run.processes import is_worker_alive
    from mailer.sending.reporting import report

    if as_json:
        print_json(report(app.engine, send_id).as_json())
    else:
        console.print(f"send {send_id} is planned: mailer sends watch {send_id}")
    if not is_worker_alive(app):
        warn("no worker is running: start one with  mailer worker")
    return ExitCode.OK


def _may_go(proposal: "Proposal", *, allow_empty: bool) -> bool:
    """Whether there is something to send; what must not go out rises, a line each."""
    try:
        proposal.check()
    except ProposalError as error:
        if error.code == "audience-empty" and allow_empty:
            err_console.print(escape(str(error)))
            return False
        if proposal.report is not None and error.code == "lint-errors":
            _show_errors(proposal.report)
        raise
    return True


def _question(proposal: "Proposal") -> str:
    return "Send it?" if proposal.resumed is None else f"Continue send {proposal.resumed.id}?"


def _show_errors(report: "LintReport") -> None:
    for finding in report.findings:
        if finding.severity == "error":
            place = f"{finding.path}:{finding.line}:{finding.column}"
            err_console.print(
                f"[red]lint:[/] {escape(f'{place}: {finding.message}')}", soft_wrap=True
            )


def _facts(app: "App", proposal: "Proposal", mailing_list: "MailingList") -> dict[str, Any]:
    from mailer.composing.building import describe
    from mailer.composing.sample import sample_message

    counts, compiled, provider = proposal.counts, proposal.compiled, proposal.provider
    described = describe(compiled, sample_message(compiled, app.settings))
    return {
        "subject": described["subject"],
        "list": mailing_list.slug,
        "provider": provider,
        "content_hash": compiled.content_hash,
        "active": counts.active,
        "intended": counts.intended,
        "already_planned": counts.already_planned,
        "earlier": dict(counts.earlier),
        "unfinished": [{"send": one.id, "open": one.open_count} for one in proposal.unfinished],
        "skipped": {f"suppressed_{reason}": n for reason, n in counts.suppressed.items()},
        "not_active": dict(counts.not_active),
        "to_hand_over": counts.to_hand_over,
        "bytes": described["bytes"],
        "estimated_seconds": counts.to_hand_over / app.settings.account.kind.guessed_rate,
        **_lint_facts(proposal.report),
    }


def _lint_facts(report: "LintReport | None") -> dict[str, Any]:
    if report is None:
        return {}
    return {"lint": {"errors": report.errors, "warnings": report.warnings, "notes": report.notes}}


def _show_preview(facts: dict[str, Any]) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, value in _preview_rows(facts):
        table.add_row(name, value)
    console.print(table)


def _preview_rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    from mailer.sending.proposal import IN_WORDS

    rows = [
        ("subject", f"[bold]{escape(str(facts['subject']))}[/]"),
        ("list", escape(str(facts["list"]))),
        ("intended", f"{facts['intended']:,}"),
    ]
    rows += [(f"  skipped: {why}", f"{n:,}") for why, n in _counts(facts["skipped"])]
    rows += [(f"  not mailed: {why}", f"{n:,}") for why, n in _counts(facts["not_active"])]
    earlier = facts["earlier"]
    rows += [
        (f"  {words}", f"{earlier[why]:,}") for why, words in IN_WORDS.items() if why in earlier
    ]
    rows += [
        ("unfinished", f"send {one['send']} ({one['open']:,} open) goes on")
        for one in facts["unfinished"]
    ]
    sizes = facts["bytes"]
    if warnings := facts.get("lint", {}).get("warnings"):
        rows.append(("linter", f"{count_of(warnings, 'warning')}: see mailer issue lint"))
    return [
        *rows,
        ("provider", str(facts["provider"])),
        ("size", f"{sizes['message']:,} B a message, {sizes['html']:,} B of HTML"),
        ("estimated time", show_duration(facts["estimated_seconds"])),
    ]


def _counts(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items())
