"""Outlasting a database that restarts: a send that is planned goes on, so its command does."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from mailer.cli.shared import err_console, warn
from mailer.database.troubles import explain, is_outage

T = TypeVar("T")

AGAIN_SECONDS = 1.0


def outlast(work: Callable[[], T], send_id: int) -> T:
    """Return what `work` returns, tried again for as long as the database is away."""
    is_told = False
    while True:
        try:
            done = work()
        except SQLAlchemyError as error:
            if not is_outage(error):
                raise
            if not is_told:
                said = explain(error)
                warn(f"the database is away ({said}): send {send_id} goes on when it is back")
            is_told = True
            time.sleep(AGAIN_SECONDS)
            continue
        if is_told:
            err_console.print("the database is back", style="dim")
        return done
