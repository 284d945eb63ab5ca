"""Closing: a send is `sent` when its books balance, not before."""

import structlog
from sqlalchemy import Engine

from mailer.sending.books import Books
from mailer.sending.ledger import sends
from mailer.states import SendState

logger = structlog.get_logger(__name__)


def finish(engine: Engine, send_id: int | None = None) -> None:
    """Close the send (or every send) that has no work left; safe to call at any time."""
    with engine.connect() as connection:
        candidates = sends.sends_without_work(connection, send_id=send_id)
    for candidate in candidates:
        _close(engine, candidate)


def _close(engine: Engine, send_id: int) -> None:
    with engine.begin() as connection:
        books = sends.recount(connection, send_id)
        if books.is_balanced:
            sends.move(
                connection,
                send_id,
                sources=(SendState.SENDING,),
                target=SendState.SENT,
                is_final=True,
            )
            return
    _report_imbalance(send_id, books)


def _report_imbalance(send_id: int, books: Books) -> None:
    logger.error(
        "books_do_not_balance",
        send_id=send_id,
        intended=books.intended,
        settled=books.settled,
        open=books.open,
    )
