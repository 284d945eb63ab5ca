"""`mailer sends pace`: how fast a send may go."""

from typing import Annotated

import typer

from mailer.cli.options import SendId
from mailer.cli.shared import console


def pace(
    send_id: SendId,
    rates: Annotated[str, typer.Argument(help='As "20/s", "500/min 50000/day"; or none.')],
) -> None:
    """Change how fast a send goes, also while it runs; all workers together keep to it.

    Examples:
      mailer sends pace 3 500/min

      mailer sends pace 3 "20/s 50000/day"

      mailer sends pace 3 none
    """
    from mailer.bootstrap import open_app
    from mailer.platform.rates import parse_rates
    from mailer.sending.ledger import sends

    try:
        wanted = () if rates.strip().lower() == "none" else parse_rates(rates)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    written = " ".join(map(str, wanted))
    with open_app() as mailer:
        if wanted:
            mailer.require_pace()
        with mailer.engine.begin() as connection:
            sends.set_pace(connection, send_id, written)
    console.print(
        f"send {send_id} goes at most {written}" if written else f"send {send_id} is free"
    )
