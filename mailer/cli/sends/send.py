"""`mailer send`: from a file to everyone on a list, with a look and a question first."""

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
from mailer.errors import NotFoundError, RenderError

if TYPE_CHECKING:
    from mailer.bootstrap import App
    from mailer.composing.linting.report import LintReport
    from mailer.message.compiled import CompiledIssue
    from mailer.sending.planning import Preview
    from mailer.sending.reporting import SendReport
    from subscribers.lists.mailing_lists import MailingList

GUESSED_RATE = {"smtp": 200, "sendgrid": 2_000, "outbox": 1_000}
"""Recipients a second, for the estimate before the first send."""


def send(
    file: Annotated[Path, typer.Argument(help="The issue file.")],
    list_slug: Annotated[
        str | None,
        typer.Option(
            "--list", "-l", metavar="SLUG", help="Mailing list; the issue's own when left out."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch/--no-watch", help="Show progress until it is done.")
    ] = True,
    no_lint: Annotated[
        bool, typer.Option("--no-lint", help="Send it even where the linter finds errors.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Send an issue to a mailing list: look, confirm, plan, deliver, balance the books.

    Exits with 0 only when the books balance and nothing failed. Ctrl-C stops watching, not
    sending. Nobody gets an issue twice, however often this is run. What `mailer issue lint` calls
    an error keeps an issue from going out.

    Examples:
      mailer send week-41.md --list readers

      mailer send week-41.md --list readers --dry-run

      mailer send week-41.md --list readers --yes --no-watch
    """
    from mailer.bootstrap import open_app
    from mailer.cli.issue.notes import tell_of_draft
    from mailer.composing import compiling
    from mailer.sending import planning

    draft = compiling.read_draft(file)
    with when_stopped("nothing was sent"), open_app() as app:
        mailing_list = _mailing_list(app, list_slug or draft.mailing_list)
        compiled = compiling.compile_draft(draft, app.settings)
        app.settings.require_sendable()
        app.provider  # noqa: B018 - a wrong setting shows before anything is planned
        preview = planning.preview(app.engine, compiled, mailing_list_id=mailing_list.id)
        report = None if no_lint else _lint(file, app)
        facts = _facts(app, compiled, mailing_list, preview) | _lint_facts(report)
        if as_json and dry_run:
            print_json(facts)
        elif not as_json:
            _show_preview(facts)
        tell_of_draft(draft, app.settings, size_bytes=facts["bytes"]["html"])
        _refuse_gaps(preview)
        _refuse_errors(report)
        if dry_run:
            return ExitCode.OK
        app.hints.check()  # a broker that is away shows before anything is planned
        if not yes and not confirm("Send it?"):
            err_console.print("nothing was sent")
            return ExitCode.DECLINED
        return _go(app, compiled, mailing_list, is_watched=watch, as_json=as_json)


def _go(
    app: "App",
    compiled: "CompiledIssue",
    mailing_list: "MailingList",
    *,
    is_watched: bool,
    as_json: bool,
) -> int:
    from mailer.sending import planning
    from mailer.sending.closing import finish

    send_id = planning.start_send(
        app.engine, compiled, mailing_list_id=mailing_list.id, provider=app.provider.name
    )
    with when_stopped(_goes_on(send_id)):
        planning.plan(app.engine, send_id, batch_size=app.batch_size)
        _tell_workers(app, send_id)
        finish(app.engine, send_id)  # at once, where there is nobody to reach
    if not is_watched:
        return _leave(app, send_id, as_json=as_json)
    return follow(app, send_id, as_json=as_json)


def _tell_workers(app: "App", send_id: int) -> None:
    from kombu.exceptions import OperationalError

    from mailer.errors import ConfigurationError
    from mailer.sending import planning, sweeping

    try:
        planning.tell_workers(
            app.engine,
            app.hints,
            silence_seconds=sweeping.SILENCE_SECONDS,
            most=sweeping.MOST_HINTS,
        )
    except OperationalError as error:
        raise ConfigurationError(
            f"the broker cannot be used: {error}; send {send_id} is planned and goes out when the "
            f"broker is back and a worker runs: mailer sends watch {send_id}"
        ) from None


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


def _watch(app: "App", send_id: int) -> "SendReport":
    from mailer.cli.run.processes import worker_for_now, worker_log
    from mailer.cli.sends.watching import is_over, watch
    from mailer.sending.reporting import report

    found = report(app.engine, send_id)
    if is_over(found):
        return found
    with worker_for_now(app) as is_working:
        found = watch(app.engine, send_id, still=is_working)
    if not is_over(found):
        fail(f"the worker ended by itself: see {worker_log(app.settings)}", ExitCode.FAILED)
    return found


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


def _mailing_list(app: "App", slug: str) -> "MailingList":
    from subscribers.lists import mailing_lists

    if not slug:
        raise NotFoundError("say which mailing list: --list SLUG, or `list: SLUG` in the issue")
    with app.engine.connect() as connection:
        return mailing_lists.get_mailing_list(connection, slug)


def _refuse_gaps(preview: "Preview") -> None:
    for field, count in preview.lacking.items():
        raise RenderError(
            f"{{{{ {field} }}}} has no default, and {count_of(count, 'subscriber')} on the list "
            f"{'has' if count == 1 else 'have'} no value for it: "
            f'write {{{{ {field} | default: "..." }}}}'
        )


def _lint(file: Path, app: "App") -> "LintReport":
    from mailer.composing.linting.lint_file import lint_file
    from mailer.platform.clock import utcnow

    return lint_file(file, app.settings, now=utcnow())


def _lint_facts(report: "LintReport | None") -> dict[str, Any]:
    if report is None:
        return {}
    return {"lint": {"errors": report.errors, "warnings": report.warnings, "notes": report.notes}}


def _refuse_errors(report: "LintReport | None") -> None:
    """Say what must not go out, a line each, and end there."""
    if report is None or not report.errors:
        return
    for finding in report.findings:
        if finding.severity == "error":
            place = f"{finding.path}:{finding.line}:{finding.column}"
            err_console.print(
                f"[red]lint:[/] {escape(f'{place}: {finding.message}')}", soft_wrap=True
            )
    raise RenderError(
        f"nothing was sent: the linter finds {count_of(report.errors, 'error')}; "
        f"mailer issue lint {report.path} says what to do, --no-lint sends the issue as it is"
    )


def _facts(
    app: "App", compiled: "CompiledIssue", mailing_list: "MailingList", preview: "Preview"
) -> dict[str, Any]:
    from mailer.composing.compiling import describe, sample_message

    counts = preview.counts
    described = describe(compiled, sample_message(compiled, app.settings))
    provider = app.provider.name
    return {
        "subject": described["subject"],
        "list": mailing_list.slug,
        "provider": provider,
        "content_hash": compiled.content_hash,
        "active": counts.active,
        "intended": counts.intended,
        "already_planned": counts.already_planned,
        "skipped": {f"suppressed_{reason}": n for reason, n in counts.suppressed.items()},
        "not_active": dict(counts.not_active),
        "to_hand_over": counts.to_hand_over,
        "bytes": described["bytes"],
        "estimated_seconds": counts.to_hand_over / GUESSED_RATE.get(provider, 1_000),
    }


def _show_preview(facts: dict[str, Any]) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, value in _preview_rows(facts):
        table.add_row(name, value)
    console.print(table)


def _preview_rows(facts: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [
        ("subject", f"[bold]{escape(str(facts['subject']))}[/]"),
        ("list", escape(str(facts["list"]))),
        ("intended", f"{facts['intended']:,}"),
    ]
    rows += [(f"  skipped: {why}", f"{n:,}") for why, n in _counts(facts["skipped"])]
    rows += [(f"  not mailed: {why}", f"{n:,}") for why, n in _counts(facts["not_active"])]
    if facts["already_planned"]:
        rows.append(("  have this issue already", f"{facts['already_planned']:,}"))
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
