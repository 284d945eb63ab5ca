"""Scheduled sends: begun when due, once, for the audience of that moment; held when too late."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from ledger_kit import Ledger, compiled_issue

from mailer.errors import SendStateError
from mailer.platform.clock import utcnow
from mailer.sending import planning, steering
from mailer.sending.ledger import sends
from mailer.sending.ledger.schedule import Timetable
from mailer.sending.scheduling.beginning import begin_due, reschedule
from subscribers.audience import Audience

HOUR = dt.timedelta(hours=1)


def timetable(*, due_in: dt.timedelta, lateness: dt.timedelta = 4 * HOUR) -> Timetable:
    due_at = utcnow() + due_in
    return Timetable(due_at, "Europe/Paris", due_at + lateness)


def scheduled(ledger: Ledger, list_id: int, when: Timetable) -> int:
    return planning.start_send(
        ledger.engine,
        compiled_issue(),
        audience=Audience.of_list(list_id),
        provider="memory",
        timetable=when,
    )


def test_nothing_begins_before_it_is_due(ledger: Ledger) -> None:
    send_id = scheduled(ledger, ledger.subscribe(3), timetable(due_in=HOUR))
    ledger.sweep()
    assert ledger.state(send_id) == "scheduled"
    assert ledger.scalar("SELECT count(*) FROM delivery") == 0


def test_a_due_send_goes_to_who_is_subscribed_then(ledger: Ledger) -> None:
    list_id = ledger.subscribe(3)
    send_id = scheduled(ledger, list_id, timetable(due_in=HOUR))
    ledger.subscribe(2, start=3)
    ledger.run("UPDATE send SET due_at = now()")
    ledger.sweep()
    ledger.subscribe(1, start=5)
    ledger.deliver_all()
    ledger.sweep()
    assert ledger.state(send_id) == "sent"
    assert ledger.books(send_id).accepted == 5


def test_several_schedulers_begin_it_once(ledger: Ledger) -> None:
    send_id = scheduled(ledger, ledger.subscribe(50), timetable(due_in=HOUR))
    ledger.run("UPDATE send SET due_at = now()")
    with ThreadPoolExecutor(4) as pool:
        for begun in [pool.submit(begin_due, ledger.engine, batch_size=10) for _ in range(4)]:
            begun.result()
    assert ledger.state(send_id) == "sending"
    assert ledger.scalar("SELECT count(*) FROM delivery") == 50
    assert ledger.scalar("SELECT intended_count FROM send") == 50


def test_what_is_too_late_is_held_and_asks(ledger: Ledger) -> None:
    send_id = scheduled(ledger, ledger.subscribe(3), timetable(due_in=-5 * HOUR))
    ledger.sweep()
    assert ledger.state(send_id) == "paused"
    with ledger.engine.connect() as connection:
        reason = sends.get_send(connection, send_id).reason
    assert reason.startswith("not begun in time: no worker ran between ")
    assert " CE" in reason, "in the zone that it was asked for"
    steering.resume(ledger.engine, send_id)
    ledger.sweep()
    ledger.deliver_all()
    assert ledger.books(send_id).accepted == 3


def test_pausing_and_resuming_before_it_is_due(ledger: Ledger) -> None:
    send_id = scheduled(ledger, ledger.subscribe(3), timetable(due_in=HOUR))
    steering.pause(ledger.engine, send_id)
    ledger.run("UPDATE send SET due_at = now()")
    ledger.sweep()
    assert ledger.state(send_id) == "paused"
    ledger.run("UPDATE send SET due_at = now() + interval '1 hour'")
    steering.resume(ledger.engine, send_id)
    assert ledger.state(send_id) == "scheduled"
    steering.cancel(ledger.engine, send_id)
    ledger.run("UPDATE send SET due_at = now()")
    ledger.sweep()
    assert ledger.state(send_id) == "cancelled"
    assert ledger.scalar("SELECT count(*) FROM delivery") == 0


def test_a_send_can_be_put_off_until_it_begins(ledger: Ledger) -> None:
    send_id = scheduled(ledger, ledger.subscribe(3), timetable(due_in=HOUR))
    later = timetable(due_in=2 * HOUR)
    reschedule(ledger.engine, send_id, later)
    assert ledger.scalar("SELECT due_at FROM send") == later.due_at
    steering.pause(ledger.engine, send_id)
    reschedule(ledger.engine, send_id, timetable(due_in=-HOUR))
    ledger.sweep()
    assert ledger.state(send_id) == "sending"
    with pytest.raises(SendStateError, match=f"send {send_id} has begun"):
        reschedule(ledger.engine, send_id, later)


def test_a_cancelled_schedule_cannot_be_put_off(ledger: Ledger) -> None:
    send_id = scheduled(ledger, ledger.subscribe(3), timetable(due_in=HOUR))
    steering.cancel(ledger.engine, send_id)
    with pytest.raises(SendStateError, match="is cancelled"):
        reschedule(ledger.engine, send_id, timetable(due_in=HOUR))


def test_a_scheduler_that_dies_after_the_beginning_is_followed_by_another(ledger: Ledger) -> None:
    """The state changes in one transaction; planning then goes on as after any planner's death."""
    send_id = scheduled(ledger, ledger.subscribe(25), timetable(due_in=-HOUR))
    begin_due(ledger.engine, batch_size=10)
    ledger.run("DELETE FROM delivery")
    ledger.run("DELETE FROM batch")
    ledger.run(
        "UPDATE send SET state = 'planning', planned_upto = 0, intended_count = 0,"
        " changed_at = now() - interval '1 hour'"
    )
    ledger.sweep()
    assert ledger.state(send_id) == "sending"
    assert ledger.scalar("SELECT count(*) FROM delivery") == 25
