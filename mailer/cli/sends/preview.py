"""What `mailer send` shows before it asks: whom it goes to, with what, and how long it takes."""

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from mailer.cli.sends.timing import show_due
from mailer.cli.shared import console, count_of, err_console, show_duration

if TYPE_CHECKING:
    from mailer.bootstrap import App
    from mailer.composing.linting.report import LintReport
    from mailer.sending.ledger.schedule import Timetable
    from mailer.sending.proposal import Proposal
    from subscribers.lists.mailing_lists import MailingList


def facts_of(
    app: "App",
    proposal: "Proposal",
    mailing_list: "MailingList",
    timetable: "Timetable | None",
) -> dict[str, Any]:
    """Return what a send would do as JSON values; the keys are part of the command's interface."""
    from mailer.composing.building import describe
    from mailer.composing.sample import sample_message

    counts, compiled, provider = proposal.counts, proposal.compiled, proposal.provider
    described = describe(compiled, sample_message(compiled, app.settings))
    return {
        "subject": described["subject"],
        "list": mailing_list.slug,
        "provider": provider,
        "content_hash": compiled.content_hash,
        "approval": proposal.approval,
        "due_at": timetable and timetable.due_at,
        "due_zone": timetable and timetable.zone,
        "active": counts.active,
        "intended": counts.intended,
        "already_planned": counts.already_planned,
        "earlier": dict(counts.earlier),
        "taken": dict(counts.taken),
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


def show_preview(facts: dict[str, Any]) -> None:
    """Print it for people."""
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
    taken = facts["taken"]
    rows += [
        (f"  of these {words}", f"{taken[why]:,}")
        for why, words in IN_WORDS.items()
        if why in taken
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
        ("begins", show_due(facts["due_at"], facts["due_zone"]) if facts["due_at"] else "now"),
        ("approval", facts["approval"]),
    ]


def _counts(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items())


def show_errors(report: "LintReport") -> None:
    """Print a line for each error of the linter."""
    for finding in report.findings:
        if finding.severity == "error":
            place = f"{finding.path}:{finding.line}:{finding.column}"
            err_console.print(
                f"[red]lint:[/] {escape(f'{place}: {finding.message}')}", soft_wrap=True
            )
