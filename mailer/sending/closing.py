"""Closing: a send is `sent` when its books balance, not before."""

import structlog
from sqlalchemy import Engine

from mailer.sending.books import Books
from mailer.sending.ledger import sends, taking
from mailer.sending.ledger.recounting import recount
from mailer.states import SendState

logger = structlog.get_logger(__name__)

CHUNK_SIZE = 20_000
"""Deliveries taken over in one transaction."""

BATCH_SIZE = 500
"""Deliveries in a batch of those taken over."""


def finish(engine: Engine, send_id: int | None = None) -> None:
    """Close the send (or every send) that has no work left; safe to call at any time."""
    with engine.connect() as connection:
        candidates = sends.sends_without_work(connection, send_id=send_id)
    for candidate in candidates:
        _close(engine, candidate)


def _close(engine: Engine, send_id: int) -> None:
    if _take_over(engine, send_id):
        return
    with engine.begin() as connection:
        if sends.lock_sending(connection, send_id) is None or sends.has_work(connection, send_id):
            return
        books = recount(connection, send_id)
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


def _take_over(engine: Engine, send_id: int) -> int:
    """Take over whom other sends left behind while this one went on; return how many."""
    count, after = 0, 0
    while True:
        with engine.begin() as connection:
            send = sends.lock_sending(connection, send_id)
            if send is None or send.retried is not None:
                return count
            taken = taking.take_over(
                connection, send, after=after, limit=CHUNK_SIZE, batch_size=BATCH_SIZE
            )
        if taken is None:
            return count
        count, after = count + taken.count, taken.upto


def _report_imbalance(send_id: int, books: Books) -> None:
    logger.error(
        "books_do_not_balance",
        send_id=send_id,
        intended=books.intended,
        settled=books.settled,
        open=books.open,
    )
