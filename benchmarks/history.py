"""What years of history cost: sizes of tables and indexes, and what slows down with them.

Prints JSON. Plans and settles a send of each of SENDS issues to a list of RECIPIENTS, as sends do,
and measures planning, counting an audience, explaining one address, recounting a send, taking the
deliveries of a cancelled send over, listing recipients, and pruning, at the beginning and at the
end. `python benchmarks/history.py [SENDS [RECIPIENTS]]`, 20 of 20,000 by default.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "tests" / "helpers")]

from ledger import _database
from ledger_kit import Ledger
from sqlalchemy import text

from mailer.platform.clock import utcnow
from mailer.sending import planning, reporting, retention, retries, steering
from mailer.sending.ledger import counting, issues
from mailer.sending.ledger.recipients import stream_recipients
from mailer.sending.retries import Choice
from subscribers.audience import Audience

SENDS, RECIPIENTS = 20, 20_000
WINDOW = 100
"""Deliveries of a window: what goes out over SMTP in 0.2 s."""

_DELIVERED = """
DO $$ DECLARE low bigint; BEGIN
    FOR low IN SELECT id FROM delivery WHERE send_id = {send} AND id % {window} = 0 ORDER BY id LOOP
        UPDATE delivery SET state = 'sending', attempt_count = 1, handed_over_at = now()
        WHERE id BETWEEN low - {window} + 1 AND low AND send_id = {send};
        COMMIT;
        UPDATE delivery SET state = 'accepted', settled_at = now(),
            receipt = '250 2.0.0 Ok: queued as 4fQxYz' || id
        WHERE id BETWEEN low - {window} + 1 AND low AND send_id = {send};
        COMMIT;
    END LOOP;
END $$
"""
"""Each delivery is written twice, window by window, as workers do."""

_CLOSED = "UPDATE batch SET state = 'done' WHERE send_id = :id"


def main() -> None:
    sends, recipients = [int(word) for word in sys.argv[1:3]] or [SENDS, RECIPIENTS]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/tmp")))
        engine = stack.enter_context(_database(folder))
        ledger = Ledger(engine, folder / "journal", batch_size=500)
        print(json.dumps(_measure(ledger, sends, recipients), indent=2))


def _measure(ledger: Ledger, sends: int, recipients: int) -> dict[str, Any]:
    readers = ledger.subscribe(recipients)
    ledger.run("ANALYZE")
    first = _look(ledger, readers, "at-first", recipients)
    for number in range(sends):
        send_id = ledger.plan(readers, slug=f"week-{number}")
        _deliver(ledger, send_id)
        ledger.run(_CLOSED, id=send_id)
        ledger.run(
            "UPDATE send SET state = 'sent', finished_at = now() - interval '3 years'"
            " WHERE id = :id",
            id=send_id,
        )
    ledger.run("ANALYZE")
    last = _look(ledger, readers, "at-last", recipients)
    return {
        "deliveries": ledger.scalar("SELECT count(*) FROM delivery"),
        "bytes_a_delivery": _sizes(ledger),
        "heap_only_updates": _heap_only(ledger),
        "at_first": first,
        "at_last": last,
        "pruned_a_second": _prune(ledger),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _deliver(ledger: Ledger, send_id: int) -> None:
    engine = ledger.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(_DELIVERED.format(send=send_id, window=WINDOW)))


def _look(ledger: Ledger, readers: int, slug: str, recipients: int) -> dict[str, float]:
    """Send an issue, cancel it and retry it; seconds, or deliveries a second."""
    figures: dict[str, float] = {}

    def timed(name: str, work: Callable[[], int | None], *, many: bool = True) -> int | None:
        began = time.perf_counter()
        result = work()
        seconds = time.perf_counter() - began
        figures[name] = round(recipients / seconds) if many else round(seconds, 4)
        return result

    send_id = timed("planned_a_second", lambda: ledger.plan(readers, slug=slug)) or 0
    timed("counted_seconds", lambda: _count(ledger, readers, slug), many=False)
    timed("recounted_seconds", lambda: ledger.books(send_id).intended, many=False)
    timed(
        "explained_seconds",
        lambda: len(reporting.explain(ledger.engine, "r1@example.com").stories),
        many=False,
    )
    timed("cancelled_a_second", lambda: steering.cancel(ledger.engine, send_id))
    timed("taken_over_a_second", lambda: _retry(ledger, send_id))
    timed(
        "listed_a_second",
        lambda: sum(1 for _ in stream_recipients(ledger.engine, send_id)),
    )
    return figures


def _count(ledger: Ledger, readers: int, slug: str) -> None:
    with ledger.engine.connect() as connection:
        counting.count_audience(
            connection,
            audience=Audience.of_list(readers),
            issue_id=issues.find_issue_id(connection, slug),
        )


def _retry(ledger: Ledger, send_id: int) -> None:
    proposal = retries.propose_retry(
        ledger.engine, send_id, Choice(cancelled=True), provider="memory"
    )
    planning.plan(ledger.engine, retries.approve_retry(ledger.engine, proposal), batch_size=500)


def _sizes(ledger: Ledger) -> dict[str, float]:
    with ledger.engine.connect() as connection:
        total = connection.scalar(text("SELECT count(*) FROM delivery")) or 1
        rows = connection.execute(
            text(
                "SELECT relname, pg_relation_size(oid) AS size FROM pg_class WHERE relname IN"
                " ('delivery', 'pk_delivery', 'uq_delivery_issue_id_subscriber_id',"
                " 'ix_delivery_batch_id', 'ix_delivery_send_id') ORDER BY 1"
            )
        )
        return {row.relname: round(row.size / total, 1) for row in rows}


def _heap_only(ledger: Ledger) -> float:
    """Return the share of updates of deliveries that wrote no index."""
    share = ledger.scalar(
        "SELECT n_tup_hot_upd::float / nullif(n_tup_upd, 0) FROM pg_stat_user_tables"
        " WHERE relname = 'delivery'"
    )
    return round(float(str(share)), 3)


def _prune(ledger: Ledger) -> int:
    now = utcnow()
    began = time.perf_counter()
    done = retention.prune(ledger.engine, before=now - retention.SHORTEST, now=now)
    return round(done.delivery_count / (time.perf_counter() - began))


if __name__ == "__main__":
    main()
