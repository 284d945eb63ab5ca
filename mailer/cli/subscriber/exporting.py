"""`mailer subscriber export`: a mailing list as CSV."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from mailer.cli.options import ListSlug
from mailer.cli.shared import console, count_of
from mailer.cli.stopping import when_stopped
from subscribers.model import SubscriptionState

if TYPE_CHECKING:
    from sqlalchemy import Engine


def export(
    slug: ListSlug,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="CSV file; standard output by default."
        ),
    ] = None,
    state: Annotated[
        SubscriptionState, typer.Option("--state", help="Subscriptions in this state.")
    ] = SubscriptionState.ACTIVE,
) -> None:
    """Write a mailing list as CSV that `import` can read. Suppressed addresses are left out.

    A value that a spreadsheet would take for a formula is prefixed with an apostrophe.

    Examples:
      mailer subscriber export --list weekly -o weekly.csv

      mailer subscriber export --list weekly --state unsubscribed
    """
    from mailer.bootstrap import open_app
    from subscribers.lists import mailing_lists

    with open_app() as opened:
        with opened.engine.connect() as connection:
            found = mailing_lists.get_mailing_list(connection, slug)
        count = _export(opened.engine, found.id, state, output)
    if output is not None:
        console.print(
            f"{count_of(count, f'{state} subscriber')} of {slug} in {escape(str(output))}"
        )


def _export(engine: "Engine", list_id: int, state: SubscriptionState, output: Path | None) -> int:
    """Write to stdout, or to a file that is put in place whole."""
    from mailer.platform.files import PRIVATE, writing_text
    from subscribers.exporting import export_csv

    if output is None:
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        return export_csv(engine, sys.stdout, mailing_list_id=list_id, state=state)
    with when_stopped("nothing was written"), writing_text(output, mode=PRIVATE) as file:
        return export_csv(engine, file, mailing_list_id=list_id, state=state)
