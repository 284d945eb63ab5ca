"""Planning is killed before each of its lines, over and over; everybody is planned once."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from ledger_kit import Ledger, compiled_issue
from sqlalchemy import Engine, text

from mailer.providers.memory import MemoryProvider
from mailer.sending import planning, retries, steering
from mailer.sending.retries import Choice
from subscribers.audience import Audience

KIT = Path(__file__).resolve().parents[2] / "helpers" / "planning_kit.py"
RECIPIENTS, CHUNK = 40, 10


def plan_through_kills(database_url: str, send_id: int) -> int:
    """Plan in children that die one line later each time; return how many did."""
    done = subprocess.run(
        [sys.executable, KIT, database_url, str(send_id), str(CHUNK)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout.rpartition(" ")[2])


def counts(engine: Engine) -> dict[str, object]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT subscriber_id, send_id FROM delivery")).all()
        empty = connection.scalar(
            text("SELECT count(*) FROM batch b WHERE state <> 'done' AND NOT EXISTS"
                 " (SELECT FROM delivery d WHERE d.batch_id = b.id AND d.send_id = b.send_id)")
        )  # fmt: skip
        return {
            "most": max(Counter(row.subscriber_id for row in rows).values()),
            "sends": Counter(row.send_id for row in rows),
            "empty batches": empty,
        }


@pytest.mark.slow
def test_planning_survives_a_kill_before_any_line(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    ledger = Ledger(engine, tmp_path / "journal", MemoryProvider())
    weekly = ledger.subscribe(RECIPIENTS)
    send_id = planning.start_send(
        engine, compiled_issue(), audience=Audience.of_list(weekly), provider="memory"
    )
    engine.dispose()
    assert plan_through_kills(database_url, send_id) > 20
    assert counts(engine) == {"most": 1, "sends": {send_id: RECIPIENTS}, "empty batches": 0}
    assert ledger.books(send_id).intended == RECIPIENTS
    assert ledger.state(send_id) == "sending"


@pytest.mark.slow
def test_taking_over_survives_a_kill_before_any_line(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    ledger = Ledger(engine, tmp_path / "journal", MemoryProvider())
    first = ledger.plan(ledger.subscribe(RECIPIENTS))
    steering.cancel(engine, first)
    proposal = retries.propose_retry(engine, first, Choice(cancelled=True), provider="memory")
    again = retries.approve_retry(engine, proposal)
    engine.dispose()
    assert plan_through_kills(database_url, again) > 20
    assert counts(engine) == {"most": 1, "sends": {again: RECIPIENTS}, "empty batches": 0}
    assert ledger.books(again).intended == RECIPIENTS
    assert ledger.books(first).reasons == {"skipped": {"cancelled": RECIPIENTS}}
    assert ledger.scalar("SELECT count(*) FROM earlier_outcome") == RECIPIENTS
    ledger.deliver_all()
    assert len(ledger.provider.messages) == RECIPIENTS
    assert ledger.state(again) == "sent"
