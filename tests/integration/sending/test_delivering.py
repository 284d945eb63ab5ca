"""The ledger delivers each planned message once and accounts for all of them."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from ledger_kit import Ledger, compiled_issue
from sqlalchemy import text

from mailer.errors import ConfigurationError, ProviderUnavailableError
from mailer.message.compiled import CompiledIssue, MailingIdentity
from mailer.providers.memory import Answer, MemoryConnection, MemoryProvider, MemorySettings
from mailer.providers.outcome import Outcome
from mailer.sending import connections, planning
from mailer.sending.ledger import batches, deliveries
from mailer.sending.ledger.journal import check_directory
from mailer.sending.ledger.notes import HEAD_BYTES
from mailer.states import DeliveryState
from subscribers.audience import Audience

REJECTED, FAILED, UNKNOWN, SKIPPED = (
    DeliveryState.REJECTED,
    DeliveryState.FAILED,
    DeliveryState.UNKNOWN,
    DeliveryState.SKIPPED,
)


def test_every_subscriber_gets_one_message_and_the_send_closes(ledger: Ledger) -> None:
    send_id = ledger.plan(ledger.subscribe(57))

    ledger.deliver_all()

    assert Counter(m.email for m in ledger.provider.messages) == {
        f"r{n}@example.com": 1 for n in range(57)
    }
    books = ledger.books(send_id)
    assert (books.intended, books.accepted, books.is_balanced) == (57, 57, True)
    assert ledger.state(send_id) == "sent"
    assert list(ledger.directory.iterdir()) == []


def test_without_a_journal_nothing_is_handed_over(ledger: Ledger) -> None:
    send_id = ledger.plan(ledger.subscribe(3))
    if ledger.directory.exists():
        ledger.directory.rmdir()
    ledger.directory.touch()
    with pytest.raises(ConfigurationError, match="no journal can be written there"):
        check_directory(ledger.directory)
    ledger.tell()
    [hint] = ledger.hints.waiting
    assert not ledger.courier().deliver(hint)
    assert ledger.provider.messages == []

    ledger.directory.unlink()
    check_directory(ledger.directory)
    assert ledger.courier().deliver(hint)
    assert ledger.books(send_id).accepted == 3


def test_hints_doubled_late_and_made_up_do_no_harm(ledger: Ledger) -> None:
    send_id = ledger.plan(ledger.subscribe(25))
    ledger.tell()
    hints = [*ledger.hints.waiting, *ledger.hints.waiting, 999_999]
    courier = ledger.courier()

    taken = [courier.deliver(batch_id) for batch_id in hints]

    assert taken == [True, True, True, False, False, False, False]
    assert len(ledger.provider.messages) == 25
    assert ledger.books(send_id).is_balanced


def test_planning_again_adds_nothing(ledger: Ledger) -> None:
    weekly = ledger.subscribe(20)
    first = ledger.plan(weekly)
    ledger.subscribe(5, start=20)
    second = ledger.plan(weekly)

    assert ledger.books(first).intended == 20
    assert ledger.books(second).intended == 5
    assert ledger.scalar("SELECT excluded_count FROM send WHERE id = :id", id=second) == 20
    ledger.deliver_all()
    assert len(ledger.provider.messages) == 25


def test_an_unsubscribe_in_the_middle_of_a_send_is_honoured(ledger: Ledger) -> None:
    send_id = ledger.plan(ledger.subscribe(30))
    ledger.tell()
    courier = ledger.courier()
    courier.deliver(ledger.hints.waiting[0])
    ledger.run(
        "UPDATE subscription SET state = 'unsubscribed' FROM subscriber"
        " WHERE subscriber.id = subscriber_id AND email = 'r15@example.com'"
    )
    ledger.run("INSERT INTO suppression (email_key, reason) VALUES ('r25@example.com', 'bounce')")

    for batch_id in ledger.hints.waiting[1:]:
        courier.deliver(batch_id)

    gone_out = {m.email for m in ledger.provider.messages}
    assert len(gone_out) == 28
    assert not gone_out & {"r15@example.com", "r25@example.com"}
    books = ledger.books(send_id)
    assert books.is_balanced
    assert books.reasons[SKIPPED] == {"unsubscribed": 1, "suppressed_bounce": 1}


def test_a_no_within_a_running_window_stops_the_next_one(ledger: Ledger) -> None:
    """Someone far down a batch who leaves while its first message goes out gets nothing."""
    ledger.provider = MemoryProvider(MemorySettings(connection_count=1))
    ledger.plan(ledger.subscribe(10))

    class Leaves(MemoryProvider):
        def keep(self, message: object) -> int:
            if not self.messages:
                ledger.run(
                    "UPDATE subscription SET state = 'unsubscribed' FROM subscriber"
                    " WHERE subscriber.id = subscriber_id AND email <> 'r0@example.com'"
                )
            return super().keep(message)  # type: ignore[arg-type]

    provider = Leaves(MemorySettings(connection_count=1))
    ledger.deliver_all(provider)

    assert [m.email for m in provider.messages] == ["r0@example.com"]


def test_rejected_and_lost_are_in_the_books(ledger: Ledger) -> None:
    ledger.provider.answers = {
        "r3@example.com": Answer.REJECT,
        "r4@example.com": Answer.LOSE,
    }
    send_id = ledger.plan(ledger.subscribe(12))

    ledger.deliver_all()

    books = ledger.books(send_id)
    assert (books.accepted, books.count(REJECTED), books.count(UNKNOWN)) == (10, 1, 1)
    assert books.is_balanced
    assert not books.is_clean


def test_a_deferred_delivery_is_tried_again_later_and_fails_in_the_end(ledger: Ledger) -> None:
    ledger.provider.answers = {"r3@example.com": Answer.DEFER}
    send_id = ledger.plan(ledger.subscribe(5))
    ledger.deliver_all()
    assert ledger.state(send_id) == "sending"
    assert ledger.books(send_id).open == 1
    assert ledger.tell() == 0, "it rests first"

    for _ in range(2):
        ledger.run("UPDATE batch SET not_before = now()")
        ledger.deliver_all()

    books = ledger.books(send_id)
    assert books.reasons[FAILED] == {"memory_deferred": 1}
    assert ledger.state(send_id) == "sent"
    assert len(ledger.provider.messages) == 4
    assert ledger.scalar("SELECT count(*) FROM attempt") == 3


def test_a_deferred_delivery_that_gets_through_is_accepted(ledger: Ledger) -> None:
    ledger.provider.answers = {"r3@example.com": Answer.DEFER}
    send_id = ledger.plan(ledger.subscribe(5))
    ledger.deliver_all()
    ledger.provider.answers = {}
    ledger.run("UPDATE batch SET not_before = now()")

    ledger.deliver_all()

    assert ledger.books(send_id).accepted == 5
    assert ledger.state(send_id) == "sent"


def test_many_deferred_deliveries_are_not_all_due_at_one_moment(ledger: Ledger) -> None:
    ledger.batch_size = 200
    ledger.provider.answers = {f"r{n}@example.com": Answer.DEFER for n in range(120)}
    send_id = ledger.plan(ledger.subscribe(130))
    ledger.deliver_all()

    with ledger.engine.connect() as connection:
        due = connection.execute(
            text(
                "SELECT extract(epoch FROM not_before - now())::float AS seconds,"
                " (SELECT count(*) FROM delivery WHERE batch_id = batch.id) AS n"
                " FROM batch WHERE state = 'pending' ORDER BY not_before"
            )
        ).all()
    assert [row.n for row in due] == [50, 50, 20]
    assert [round(row.seconds / 20) for row in due] == [3, 4, 5], "60, 80 and 100 s from now"
    ledger.provider.answers = {}
    ledger.run("UPDATE batch SET not_before = now()")
    ledger.deliver_all()
    assert ledger.books(send_id).accepted == 130


@pytest.mark.parametrize(
    ("answer", "rest"), [(Answer.THROTTLE, (25, 31)), (Answer.DISCONNECT, (-60, 0))]
)
def test_trouble_before_the_hand_over_puts_the_rest_back(
    ledger: Ledger, answer: Answer, rest: tuple[int, int]
) -> None:
    ledger.provider.answers = {"r3@example.com": answer}
    send_id = ledger.plan(ledger.subscribe(8))
    ledger.deliver_all()

    assert ledger.books(send_id).open >= 1
    waits = ledger.scalar(
        "SELECT extract(epoch FROM not_before - now())::float FROM batch WHERE state = 'pending'"
    )
    assert isinstance(waits, float)
    assert rest[0] < waits <= rest[1]
    assert ledger.scalar("SELECT count(*) FROM delivery WHERE state = 'sending'") == 0

    ledger.provider.answers = {}
    ledger.run("UPDATE batch SET not_before = now()")
    ledger.deliver_all()
    assert Counter(m.email for m in ledger.provider.messages) == {
        f"r{n}@example.com": 1 for n in range(8)
    }
    assert ledger.scalar("SELECT max(attempt_count) FROM delivery") == 1
    assert ledger.state(send_id) == "sent"


def test_refused_credentials_pause_the_send_with_the_reason(ledger: Ledger) -> None:
    ledger.provider.answers = {"r0@example.com": Answer.REFUSE}
    ledger.provider = MemoryProvider(MemorySettings(connection_count=1))
    ledger.provider.answers = {"r0@example.com": Answer.REFUSE}
    send_id = ledger.plan(ledger.subscribe(8))

    ledger.deliver_all()

    assert ledger.state(send_id) == "paused"
    assert "credentials" in str(ledger.scalar("SELECT reason FROM send"))
    assert ledger.tell() == 0


class CrashingProvider(MemoryProvider):
    """Dies in the middle of a hand-over, before or after the message has gone out."""

    def __init__(self, *, at: int, is_out: bool) -> None:
        super().__init__(MemorySettings(connection_count=1, window_size=8))
        self.at, self.is_out = at, is_out

    def keep(self, message: object) -> int:
        if len(self.messages) == self.at:
            if self.is_out:
                super().keep(message)  # type: ignore[arg-type]
            raise KeyboardInterrupt
        return super().keep(message)  # type: ignore[arg-type]


@pytest.mark.parametrize("is_out", [True, False])
@pytest.mark.parametrize("at", [0, 1, 5, 9])
def test_a_worker_that_dies_leaves_one_unknown_and_no_double(
    ledger: Ledger, at: int, *, is_out: bool
) -> None:
    send_id = ledger.plan(ledger.subscribe(30))
    ledger.tell()
    crashing = CrashingProvider(at=at, is_out=is_out)
    with pytest.raises(KeyboardInterrupt):
        ledger.courier(crashing).deliver(ledger.hints.waiting[0])

    ledger.sweep()
    ledger.deliver_all()

    got = Counter(m.email for m in [*crashing.messages, *ledger.provider.messages])
    books = ledger.books(send_id)
    assert max(got.values()) == 1
    assert len(got) == 30 - (0 if is_out else 1)
    assert books.count(UNKNOWN) == 1
    assert books.is_balanced
    assert ledger.state(send_id) == "sent"
    assert list(ledger.directory.iterdir()) == []


def test_a_living_workers_claim_is_left_alone(ledger: Ledger) -> None:
    ledger.plan(ledger.subscribe(10))
    ledger.tell()
    swept = 0

    class Sweeps(MemoryProvider):
        def keep(self, message: object) -> int:
            nonlocal swept
            ledger.sweep()
            swept += 1
            return super().keep(message)  # type: ignore[arg-type]

    provider = Sweeps(MemorySettings(connection_count=2))
    ledger.courier(provider).deliver(ledger.hints.waiting[0])

    assert swept == 10
    assert Counter(m.email for m in provider.messages) == {
        f"r{n}@example.com": 1 for n in range(10)
    }


def _lose_host(ledger: Ledger) -> None:
    for path in ledger.directory.iterdir():
        path.unlink()


def _crash_host(ledger: Ledger) -> None:
    """The host is up again, and the journals are those of an earlier boot, cut short."""
    for path in ledger.directory.iterdir():
        path.write_bytes(b"")
        path.rename(path.with_name(f"00000000{path.name[8:]}"))
    ledger.run("UPDATE batch SET claimed_by = '00000000' || substr(claimed_by, 9)")


@pytest.mark.parametrize("happens", [_lose_host, _crash_host])
def test_a_claim_whose_journal_is_lost_waits_for_its_lease_then_is_unknown(
    ledger: Ledger, happens: Callable[[Ledger], None]
) -> None:
    if happens is _crash_host and not Path("/proc/sys/kernel/random/boot_id").exists():
        pytest.skip("this system does not tell one boot from another")
    send_id = ledger.plan(ledger.subscribe(10))
    ledger.tell()
    crashing = CrashingProvider(at=3, is_out=True)
    with pytest.raises(KeyboardInterrupt):
        ledger.courier(crashing).deliver(ledger.hints.waiting[0])
    happens(ledger)
    opened = ledger.scalar("SELECT count(*) FROM delivery WHERE state = 'sending'")

    ledger.sweep()
    assert ledger.scalar("SELECT count(*) FROM batch WHERE state = 'claimed'") == 1
    ledger.passed_seconds += 600
    ledger.sweep()
    ledger.deliver_all()

    books = ledger.books(send_id)
    got = Counter(m.email for m in [*crashing.messages, *ledger.provider.messages])
    assert max(got.values()) == 1
    assert books.count(UNKNOWN) == opened
    assert books.is_balanced
    assert list(ledger.directory.iterdir()) == []


def _tear(content: bytes) -> bytes:
    return content[: len(content.rstrip(b"\0")) - 9]


def _zero_notes(content: bytes) -> bytes:
    return content[:HEAD_BYTES] + bytes(len(content) - HEAD_BYTES)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda _: b"",
    "all zeros": lambda content: bytes(len(content)),
    "notes zeroed": _zero_notes,
    "cut after the head": lambda content: content[:HEAD_BYTES],
    "cut in the last note": _tear,
    "cut after a note": lambda content: content[: content.index(b"\n", HEAD_BYTES) + 1],
    "binary": lambda content: content.translate(bytes(reversed(range(256)))),
    "one bit": lambda content: content.replace(b"B", b"C", 1),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_a_damaged_journal_does_not_say_is_unknown_and_never_sent_again(
    ledger: Ledger, damage: Callable[[bytes], bytes]
) -> None:
    broken = ledger.plan(ledger.subscribe(10))
    ledger.tell()
    crashing = CrashingProvider(at=3, is_out=True)
    with pytest.raises(KeyboardInterrupt):
        ledger.courier(crashing).deliver(ledger.hints.waiting[0])
    for path in ledger.directory.iterdir():
        path.write_bytes(damage(path.read_bytes()))

    ledger.sweep()
    ledger.deliver_all()

    got = Counter(m.email for m in [*crashing.messages, *ledger.provider.messages])
    assert max(got.values()) == 1
    books = ledger.books(broken)
    assert books.is_balanced
    assert len(got) + books.count(UNKNOWN) >= 10, "nobody is missing without a word"
    assert list(ledger.directory.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_journal_that_may_not_be_read_holds_up_only_its_own_claim(ledger: Ledger) -> None:
    _test_one_bad_claim(ledger, lambda path: path.chmod(0))


def test_a_journal_that_cannot_be_read_holds_up_only_its_own_claim(ledger: Ledger) -> None:
    def put_folder(path: Path) -> None:
        path.unlink()
        path.mkdir()

    _test_one_bad_claim(ledger, put_folder)


def _test_one_bad_claim(ledger: Ledger, spoil: Callable[[Path], None]) -> None:
    bad = ledger.plan(ledger.subscribe(10))
    ledger.tell()
    with pytest.raises(KeyboardInterrupt):
        ledger.courier(CrashingProvider(at=3, is_out=True)).deliver(ledger.hints.waiting.pop(0))
    for path in list(ledger.directory.iterdir()):
        spoil(path)
    good = ledger.plan(ledger.subscribe(10, slug="other", start=20), slug="second")

    ledger.sweep()
    ledger.deliver_all()

    assert ledger.state(good) == "sent"
    assert ledger.state(bad) == "sending"
    ledger.passed_seconds += 600
    ledger.sweep()
    ledger.deliver_all()
    assert ledger.state(bad) == "sent"
    assert ledger.books(bad).is_balanced


def test_a_claim_that_was_extended_since_the_sweep_looked_is_left_alone(ledger: Ledger) -> None:
    """Between its look and its lock the worker opened another window."""
    ledger.plan(ledger.subscribe(10))
    ledger.run("UPDATE batch SET state = 'claimed', claimed_by = 'x', lease_until = now()")
    with ledger.engine.connect() as connection:
        (held,) = batches.held_batches(connection)
    ledger.run("UPDATE batch SET lease_until = now() + interval '1 second'")

    with ledger.engine.begin() as connection:
        assert not batches.lock_held(connection, held)


def test_recovery_does_not_wait_for_a_worker_that_records_at_this_moment(ledger: Ledger) -> None:
    ledger.plan(ledger.subscribe(2))
    ledger.run("UPDATE batch SET state = 'claimed', claimed_by = 'x', lease_until = now()")
    ledger.run("UPDATE delivery SET state = 'sending'")
    ledger.sweep()
    ledger.passed_seconds += 600
    with ledger.engine.begin() as worker:
        worker.execute(text("SELECT id FROM delivery ORDER BY id LIMIT 1 FOR UPDATE"))
        ledger.sweep()
    assert ledger.scalar("SELECT count(*) FROM batch WHERE state = 'claimed'") == 1

    ledger.sweep()

    assert ledger.scalar("SELECT count(*) FROM delivery WHERE state = 'unknown'") == 2


def test_no_jump_of_the_databases_clock_ends_a_lease(ledger: Ledger) -> None:
    ledger.plan(ledger.subscribe(2))
    ledger.run("UPDATE batch SET state = 'claimed', claimed_by = 'x', lease_until = now()")
    ledger.sweep()
    ledger.run("UPDATE batch SET lease_until = now() - interval '1 day'")
    ledger.passed_seconds += 100

    ledger.sweep()

    assert ledger.scalar("SELECT count(*) FROM batch WHERE state = 'claimed'") == 1


def test_a_late_deferral_of_a_lost_claim_leaves_the_delivery_unknown(ledger: Ledger) -> None:
    """Nobody holds its batch who would try again; a late acceptance settles it."""
    ledger.plan(ledger.subscribe(2))
    ledger.run("UPDATE delivery SET state = 'unknown'")
    first, second = ledger.ids()
    with ledger.engine.begin() as connection:
        deliveries.record_outcomes(
            connection,
            [
                Outcome(first, DeliveryState.DEFERRED),
                Outcome(second, DeliveryState.ACCEPTED),
            ],
        )
    assert ledger.scalar("SELECT state::text FROM delivery WHERE id = :id", id=first) == "unknown"
    assert ledger.scalar("SELECT state::text FROM delivery WHERE id = :id", id=second) == "accepted"


def test_a_worker_whose_lease_ran_out_hands_nothing_over(ledger: Ledger) -> None:
    """A worker that was asleep for longer than its lease finds its batch in other hands."""
    ledger.rules = type(ledger.rules)(lease_seconds=0.0, max_attempts=3)
    ledger.plan(ledger.subscribe(10))
    ledger.deliver_all()
    assert ledger.provider.messages == []
    assert ledger.scalar("SELECT count(*) FROM delivery WHERE state = 'pending'") == 10


def test_hints_that_were_lost_are_given_again(ledger: Ledger) -> None:
    send_id = ledger.plan(ledger.subscribe(30))
    ledger.tell()
    ledger.hints.waiting.clear()  # all of Redis is lost
    assert ledger.tell() == 0
    ledger.run("UPDATE batch SET enqueued_at = now() - interval '1 minute'")

    ledger.sweep()
    ledger.deliver_all()

    assert ledger.state(send_id) == "sent"
    assert len(ledger.provider.messages) == 30


def test_a_planner_that_died_is_taken_over(ledger: Ledger) -> None:
    weekly = ledger.subscribe(30)
    send_id = planning.start_send(
        ledger.engine, compiled_issue(), audience=Audience.of_list(weekly), provider="memory"
    )
    ledger.sweep()
    assert ledger.state(send_id) == "planning"
    ledger.run("UPDATE send SET changed_at = now() - interval '1 minute'")

    ledger.sweep()
    ledger.deliver_all()

    assert ledger.books(send_id).accepted == 30


def test_whoever_is_suppressed_when_planned_is_skipped_with_the_reason(ledger: Ledger) -> None:
    weekly = ledger.subscribe(10)
    ledger.run("INSERT INTO suppression (email_key, reason) VALUES ('r4@example.com', 'complaint')")
    send_id = ledger.plan(weekly)

    ledger.deliver_all()

    books = ledger.books(send_id)
    assert books.intended == 10
    assert books.reasons[SKIPPED] == {"suppressed_complaint": 1}
    assert ledger.state(send_id) == "sent"


def test_an_empty_list_is_sent_at_once(ledger: Ledger) -> None:
    send_id = ledger.plan(ledger.subscribe(0))
    ledger.sweep()
    assert ledger.state(send_id) == "sent"
    assert ledger.books(send_id).is_balanced


class NarrowProvider(MemoryProvider):
    """Takes two connections at a time and turns further ones away."""

    def __init__(self) -> None:
        super().__init__(MemorySettings(connection_count=4, window_size=2))
        self.turned_away = 0
        self.lines = 0

    def connect(self, compiled: CompiledIssue, identity: MailingIdentity) -> MemoryConnection:
        if self.lines == 2:
            self.turned_away += 1
            raise ProviderUnavailableError("421 too many connections")
        self.lines += 1
        return super().connect(compiled, identity)


def test_a_server_that_takes_fewer_connections_is_no_trouble(ledger: Ledger) -> None:
    ledger.batch_size = 200
    send_id = ledger.plan(ledger.subscribe(200))
    provider = NarrowProvider()

    ledger.deliver_all(provider)

    assert ledger.state(send_id) == "sent"
    assert len(provider.messages) == 200
    assert ledger.scalar("SELECT max(claim_count) FROM batch") == 1


def test_a_server_that_takes_no_connection_puts_everything_back(ledger: Ledger) -> None:
    ledger.plan(ledger.subscribe(20))
    provider = NarrowProvider()
    provider.lines = 2

    ledger.deliver_all(provider)

    assert ledger.scalar("SELECT count(*) FROM delivery WHERE state = 'pending'") == 20
    assert ledger.scalar("SELECT max(attempt_count) FROM delivery") == 0
    assert ledger.scalar("SELECT count(*) FROM batch WHERE not_before > now()") == 0
    assert ledger.tell() == 2, "other processes may have a connection"


def test_a_process_without_a_connection_rests_and_leaves_its_batches_to_others(
    ledger: Ledger,
) -> None:
    send_id = ledger.plan(ledger.subscribe(20))
    provider = NarrowProvider()
    provider.lines = 2
    courier = ledger.courier(provider)
    ledger.tell()
    for _ in range(4):  # it waits longer each time
        courier.deliver(ledger.hints.waiting[0])
    assert courier.rest_seconds > 0
    turned_away = provider.turned_away
    while courier.rest_seconds < 2.5:
        courier.deliver(ledger.hints.waiting[0])

    assert not courier.deliver(ledger.hints.waiting[1])
    assert provider.turned_away <= turned_away + 4 * 4
    assert ledger.scalar("SELECT count(*) FROM batch WHERE enqueued_at IS NULL") == 2

    ledger.deliver_all()
    assert ledger.books(send_id).accepted == 20


def test_an_unknown_outcome_is_written_down_once(ledger: Ledger) -> None:
    ledger.provider.answers = {"r1@example.com": Answer.LOSE}
    ledger.plan(ledger.subscribe(3))
    ledger.deliver_all()
    assert ledger.scalar("SELECT count(*) FROM attempt") == 1


def test_a_batch_that_goes_on_killing_workers_rests_longer_and_longer(ledger: Ledger) -> None:
    ledger.plan(ledger.subscribe(10))
    ledger.tell()
    ledger.run("UPDATE batch SET claim_count = 32767")

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            ledger.courier(CrashingProvider(at=0, is_out=True)).deliver(1)
        ledger.sweep()
        rest = ledger.scalar("SELECT extract(epoch FROM not_before - now())::float FROM batch")
        assert isinstance(rest, float)
        assert 290 < rest <= 300
        ledger.run("UPDATE batch SET not_before = now()")


def test_books_that_do_not_balance_never_close_a_send(ledger: Ledger) -> None:
    send_id = ledger.plan(ledger.subscribe(3))
    ledger.run("UPDATE send SET intended_count = 4")

    ledger.deliver_all()
    ledger.sweep()

    assert ledger.books(send_id).accepted == 3
    assert ledger.state(send_id) == "sending"


def test_lines_are_kept_for_the_send_and_not_for_long(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = NarrowProvider()
    provider.connection_count = 1
    ledger.batch_size = 2
    ledger.plan(ledger.subscribe(6))
    ledger.deliver_all(provider)
    assert provider.lines == 1, "three batches over one line"

    monkeypatch.setattr(connections, "MOST_IDLE_SECONDS", -1)
    provider.lines = 0
    ledger.subscribe(4, start=6)
    ledger.plan(ledger.subscribe(10), slug="second")
    ledger.deliver_all(provider)
    assert provider.turned_away > 0, "each batch asks for a line of its own"


def test_a_send_is_left_to_workers_with_its_own_provider(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    """A worker of another host, or one whose settings were changed, hands nothing over."""
    send_id = ledger.plan(ledger.subscribe(10), provider="smtp")
    ledger.tell()
    courier = ledger.courier()

    assert not courier.deliver(ledger.hints.waiting[0])
    assert not courier.deliver(ledger.hints.waiting[0])

    assert ledger.provider.messages == []
    assert ledger.books(send_id).open == 10
    assert "waits for a worker with that provider" in str(
        ledger.scalar("SELECT trouble FROM send WHERE id = :id", id=send_id)
    )
    told = capsys.readouterr()
    assert (told.out + told.err).count("send_of_another_provider") == 1, "once a send"
