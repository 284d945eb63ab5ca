"""Whatever happens, in whatever order: nobody gets two, and nobody who should goes without.

Random histories of people who join, leave, are suppressed and forgiven, of sends to two lists that
are planned, killed, delivered in part, refused, paused, cancelled and retried. In the end all that
may go out goes out, and what reached whom is compared with who should have it.
"""

import os
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_kit import Ledger, compiled_issue
from sqlalchemy import text

from mailer.errors import MailerError
from mailer.providers.memory import Answer, MemoryProvider, MemorySettings
from mailer.sending import planning, retries, steering
from mailer.sending.retries import Choice
from mailer.sending.rules import DeliveryRules
from mailer.states import FINAL_SEND_STATES, SendState
from subscribers.audience import Audience

PEOPLE, LISTS = range(4), ("a", "b")
EVERYTHING = Choice(failed=True, cancelled=True, rejected=frozenset(), skipped=frozenset())

people, lists, sends = st.sampled_from(PEOPLE), st.sampled_from(LISTS), st.integers(0, 4)
choices = st.builds(
    Choice,
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, frozenset()]),
    st.sampled_from([None, frozenset()]),
)
answers = st.lists(
    st.sampled_from([Answer.ACCEPT, Answer.REJECT, Answer.DEFER, Answer.LOSE]),
    min_size=len(PEOPLE),
    max_size=len(PEOPLE),
)
happenings = st.one_of(
    st.tuples(st.just("join"), people, lists),
    st.tuples(st.just("leave"), people, lists),
    st.tuples(st.just("suppress"), people),
    st.tuples(st.just("forgive"), people),
    st.tuples(st.just("send"), lists),
    st.tuples(st.just("killed_planning"), lists),
    st.tuples(st.just("deliver"), answers, st.integers(1, 3)),
    st.tuples(st.just("killed_worker"), st.integers(0, 2), st.booleans()),
    st.tuples(st.just("pause"), sends),
    st.tuples(st.just("resume"), sends),
    st.tuples(st.just("cancel"), sends),
    st.tuples(st.just("retry"), sends, choices),
    st.tuples(st.just("sweep")),
)


class Killed(MemoryProvider):
    """Kills its worker at a message, before or after that has gone out."""

    def __init__(self, messages: list[object], *, after: int, is_out: bool) -> None:
        super().__init__(MemorySettings(connection_count=1, window_size=4))
        self.messages = messages  # type: ignore[assignment]
        self.left, self.is_out = after, is_out

    def keep(self, message: object) -> int:
        self.left -= 1
        if self.left < 0:
            if self.is_out:
                super().keep(message)  # type: ignore[arg-type]
            raise KeyboardInterrupt
        return super().keep(message)  # type: ignore[arg-type]


@dataclass
class History:
    """A ledger with two lists, and what can happen to it."""

    ledger: Ledger
    list_ids: dict[str, int] = field(default_factory=dict)
    send_ids: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ledger.run(
            "TRUNCATE mailing_list, subscriber, suppression, issue, delivery, attempt, batch,"
            " earlier_outcome RESTART IDENTITY CASCADE"
        )
        self.ledger.provider.messages.clear()
        self.ledger.provider.answers.clear()
        self.ledger.hints.waiting.clear()
        for slug, count in (("a", 3), ("b", 4)):
            self.list_ids[slug] = self.ledger.subscribe(count, slug=slug)

    def join(self, person: int, slug: str) -> None:
        self.ledger.run(
            "INSERT INTO subscription (mailing_list_id, subscriber_id, state)"
            " SELECT :list, id, 'active' FROM subscriber WHERE email_key = :email"
            " ON CONFLICT (mailing_list_id, subscriber_id) DO UPDATE SET state = 'active'",
            list=self.list_ids[slug],
            email=_email(person),
        )

    def leave(self, person: int, slug: str) -> None:
        self.ledger.run(
            "UPDATE subscription SET state = 'unsubscribed' WHERE mailing_list_id = :list"
            " AND subscriber_id = (SELECT id FROM subscriber WHERE email_key = :email)",
            list=self.list_ids[slug],
            email=_email(person),
        )

    def suppress(self, person: int) -> None:
        self.ledger.run(
            "INSERT INTO suppression (email_key, reason) VALUES (:email, 'manual')"
            " ON CONFLICT DO NOTHING",
            email=_email(person),
        )

    def forgive(self, person: int) -> None:
        self.ledger.run("DELETE FROM suppression WHERE email_key = :email", email=_email(person))

    def send(self, slug: str) -> None:
        self.killed_planning(slug)
        planning.plan(self.ledger.engine, self.send_ids[-1], batch_size=2)

    def killed_planning(self, slug: str) -> None:
        self.send_ids.append(
            planning.start_send(
                self.ledger.engine,
                compiled_issue(),
                audience=Audience.of_list(self.list_ids[slug]),
                provider="memory",
            )
        )

    def deliver(self, answers: list[Answer], batch_count: int) -> None:
        self.ledger.provider.answers = {_email(n): one for n, one in enumerate(answers)}
        courier = self.ledger.courier()
        for batch_id in self.open_batches()[:batch_count]:
            courier.deliver(batch_id)
        courier.close()

    def killed_worker(self, after: int, is_out: bool) -> None:  # noqa: FBT001 - drawn
        provider = Killed(self.ledger.provider.messages, after=after, is_out=is_out)  # type: ignore[arg-type]
        for batch_id in self.open_batches()[:1]:
            try:
                self.ledger.courier(provider).deliver(batch_id)
            except KeyboardInterrupt:
                return

    def pause(self, number: int) -> None:
        self._steer(steering.pause, number)

    def resume(self, number: int) -> None:
        self._steer(steering.resume, number)

    def cancel(self, number: int) -> None:
        self._steer(steering.cancel, number)

    def retry(self, number: int, choice: Choice) -> None:
        if number < len(self.send_ids):
            self.retry_send(self.send_ids[number], choice)

    def retry_send(self, send_id: int, choice: Choice) -> None:
        engine = self.ledger.engine
        try:
            proposal = retries.propose_retry(engine, send_id, choice, provider="memory")
            again = retries.approve_retry(engine, proposal)
        except MailerError:
            return
        if again not in self.send_ids:
            self.send_ids.append(again)
        planning.plan(engine, again, batch_size=2)

    def sweep(self) -> None:
        self.ledger.run("UPDATE send SET changed_at = now() - interval '1 hour'")
        self.ledger.sweep()
        self.ledger.hints.waiting.clear()

    def open_batches(self) -> list[int]:
        with self.ledger.engine.connect() as connection:
            query = text("SELECT id FROM batch WHERE state = 'pending' ORDER BY id")
            return list(connection.scalars(query))

    def _steer(self, steer: object, number: int) -> None:
        if number < len(self.send_ids):
            try:
                steer(self.ledger.engine, self.send_ids[number])  # type: ignore[operator]
            except MailerError:
                return

    def finish(self) -> None:
        """Have everything go out that may, and retry the rest until nobody is left."""
        for number in range(len(self.send_ids)):
            self.resume(number)
        self.settle()
        for _ in range(3):
            for send_id in list(self.send_ids):
                self.retry_send(send_id, EVERYTHING)
            for slug in LISTS:
                self.send(slug)
            self.settle()

    def settle(self) -> None:
        for _ in range(4):
            self.sweep()
            self.deliver([Answer.ACCEPT] * len(PEOPLE), 1_000)

    def states(self) -> dict[str, tuple[str, int]]:
        """Return the state of each person's delivery, and its list."""
        with self.ledger.engine.connect() as connection:
            rows = connection.execute(
                text(
                    "SELECT p.email_key, d.state::text AS state, send.mailing_list_id AS list"
                    " FROM delivery d JOIN send ON send.id = d.send_id"
                    " JOIN subscriber p ON p.id = d.subscriber_id"
                )
            )
            return {row.email_key: (row.state, row.list) for row in rows}

    def active(self) -> set[tuple[str, int]]:
        with self.ledger.engine.connect() as connection:
            rows = connection.execute(
                text(
                    "SELECT p.email_key, s.mailing_list_id AS list FROM subscription s"
                    " JOIN subscriber p ON p.id = s.subscriber_id WHERE s.state = 'active'"
                    " AND NOT EXISTS (SELECT FROM suppression x WHERE x.email_key = p.email_key)"
                )
            )
            return {(row.email_key, row.list) for row in rows}


def _email(person: int) -> str:
    return f"r{person}@example.com"


@pytest.fixture
def quick(ledger: Ledger) -> Ledger:
    """A ledger on which whatever is deferred has failed, and people 0 to 3 exist."""
    ledger.rules = DeliveryRules(lease_seconds=120, max_attempts=1)
    ledger.batch_size = 2
    return ledger


@pytest.mark.slow
@settings(
    max_examples=int(os.environ.get("HISTORIES", "25")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, *HealthCheck],
)
@given(st.lists(happenings, max_size=16))
def test_nobody_twice_and_nobody_without(quick: Ledger, happened: list[tuple[object, ...]]) -> None:
    history = History(quick)
    for name, *values in happened:
        getattr(history, str(name))(*values)
        got = Counter(message.email for message in quick.provider.messages)
        assert set(got.values()) <= {1}, "nobody gets two"

    history.finish()

    got = Counter(message.email for message in quick.provider.messages)
    assert set(got.values()) <= {1}, "nobody gets two"
    states, active = history.states(), history.active()
    for email in {email for email, _ in active} - set(got):
        state, list_id = states[email]
        is_refused_elsewhere = state == "rejected" and (email, list_id) not in active
        assert state == "unknown" or is_refused_elsewhere, f"{email} is {state}"
    for send_id in history.send_ids:
        books = quick.books(send_id)
        assert books.is_balanced
        assert SendState(quick.state(send_id)) in FINAL_SEND_STATES
