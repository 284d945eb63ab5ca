"""`mailer explain`: the whole story of one address, or of one delivery."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from mailer.cli.options import Json
from mailer.cli.shared import console, print_json, show_time, told_parts

if TYPE_CHECKING:
    from mailer.sending import reporting
    from mailer.sending.ledger import stories


def explain(
    email: Annotated[str, typer.Argument(help="The subscriber's address.")],
    issue: Annotated[str | None, typer.Argument(help="The issue's slug; all by default.")] = None,
    as_json: Json = False,
) -> None:
    """Show what happened to the messages for one address, with times and evidence.

    Examples:
      mailer explain ada@example.org

      mailer explain ada@example.org week-41 --json
    """
    from mailer.bootstrap import open_app
    from mailer.sending import reporting

    with open_app() as app:
        found = reporting.explain(app.engine, email, issue_slug=issue)
    if as_json:
        print_json(found)
        return
    _show_standing(found)
    for story in found.stories:
        _show_story(story)


def _show_standing(found: "reporting.Explanation") -> None:
    console.print(f"[bold]{escape(found.email)}[/]")
    for one in found.standing["subscriptions"]:
        console.print(f"  {one['slug']}: {one['state']} since {show_time(one['changed_at'])}")
    if suppression := found.standing["suppression"]:
        when = show_time(suppression["recorded_at"])
        console.print(f"  [red]suppressed[/] ({suppression['reason']}) since {when}")


def _show_story(story: "reporting.Story") -> None:
    facts = story.delivery
    state = f"{facts.state} ({facts.reason})" if facts.reason else facts.state
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for moment in story.moments:
        details = " · ".join(part for part in (moment.reason, moment.evidence) if part)
        table.add_row(show_time(moment.at), moment.what, escape(details))
    console.print()
    console.print(f"[bold]{facts.issue_slug}[/] → {escape(state)}")
    console.print(f"  delivery {facts.id}, content {facts.content_hash[:12]}", style="dim")
    if facts.conditions and facts.handed_over_at:
        console.print(f"  {escape(_variant(facts))}", style="dim")
    console.print(table)


def _variant(facts: "stories.DeliveryFacts") -> str:
    if facts.shown_for is None:
        return "which conditional parts it had was not recorded"
    return told_parts(facts.shown_for)
