"""What every provider promises: a new one is done when it passes here.

Each has a file in `tests/contract/stages/`, which puts it in front of something that takes what it
sends.

How to write one: docs/adding-a-provider.md.
"""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from provider_kit import IDENTITY, ISSUE, NAMES, Notes, Seen, Stage, reader, readers, states

from mailer.message.compiled import Variant
from mailer.providers.base import Connection
from mailer.providers.outcome import LeaseLostError
from mailer.providers.registry import KINDS
from mailer.states import ACCEPTED_STATES, DeliveryState

ACCEPTED, REJECTED = DeliveryState.ACCEPTED, DeliveryState.REJECTED


STAGES: dict[str, Callable[[Path], AbstractContextManager[Stage]]] = {
    name: import_module(f"stages.{name}").stage for name in ("memory", *KINDS)
}


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with STAGES[request.param](tmp_path) as ready:
        yield ready


@pytest.fixture
def connection(stage: Stage) -> Iterator[Connection]:
    connection = stage.provider.connect(ISSUE, IDENTITY)
    yield connection
    connection.close()


def by_email(stage: Stage) -> dict[str, Seen]:
    received = stage.received()
    found = {one.email: one for one in received}
    assert len(found) == len(received)
    return found


def test_it_says_what_it_is(stage: Stage) -> None:
    provider = stage.provider
    assert provider.name in STAGES
    assert provider.window_size >= 1
    assert provider.connection_count >= 1
    assert isinstance(provider.commits_singly, bool)
    assert provider.check()
    assert "\n" not in provider.check()


def test_everyone_is_accepted_once(stage: Stage, connection: Connection) -> None:
    people = readers(50)
    outcomes = connection.hand_over(people, journal=Notes())
    assert states(outcomes) == dict.fromkeys(range(1, 51), ACCEPTED)
    assert set(by_email(stage)) == {person.email for person in people}
    assert all(len(outcome.receipt) <= 255 for outcome in outcomes)


def test_a_connection_carries_window_after_window(stage: Stage, connection: Connection) -> None:
    for first in (1, 11, 21):
        connection.hand_over(readers(10, first=first), journal=Notes())
    assert len(by_email(stage)) == 30


def test_an_empty_window_is_no_work(stage: Stage, connection: Connection) -> None:
    assert connection.hand_over([], journal=Notes()) == []
    assert stage.received() == []


VARIED = dataclasses.replace(
    ISSUE,
    conditions=('plan = "paid"', "city"),
    variants=tuple(
        Variant(shown, f"<p>{mark} MFname1h</p>", f"{mark} MFname3t")
        for shown, mark in (
            (('plan = "paid"',), "PAID"),
            (("city",), "CITY"),
            (('plan = "paid"', "city"), "BOTH"),
        )
    ),
)


def test_each_gets_the_variant_that_is_theirs(stage: Stage) -> None:
    plans: list[dict[str, str]] = [
        {}, {"plan": "Paid "}, {"city": "Oslo"}, {"plan": "paid", "city": "Oslo"}, {"plan": "free"}
    ]  # fmt: skip
    people = [
        reader(n, "Ada", fields={"name": "Ada", **plans[n % len(plans)]}) for n in range(1, 31)
    ]
    connection = stage.provider.connect(VARIED, IDENTITY)
    outcomes = connection.hand_over(people, journal=Notes())
    connection.close()
    assert states(outcomes) == dict.fromkeys(range(1, 31), ACCEPTED)
    marks = ("Dear", "PAID", "CITY", "BOTH", "Dear")
    for person in people:
        got = by_email(stage)[person.email]
        mark = marks[person.delivery_id % len(plans)]
        assert f"{mark} Ada" in got.html
        assert f"{mark} Ada" in got.text


def test_merge_values_stand_where_they_belong(stage: Stage, connection: Connection) -> None:
    connection.hand_over([reader(1, 'Zoë <&> "Å"'), reader(2)], journal=Notes())
    named, nameless = (by_email(stage)[f"reader{n}@example.org"] for n in (1, 2))
    assert named.subject == 'Hello Zoë <&> "Å", No. 1 — naïve'
    assert 'title="Zoë &lt;&amp;&gt; &quot;Å&quot;"' in named.html
    assert 'href="https://news.example.com/u/token-1?a=1&amp;b=2"' in named.html
    assert 'Dear Zoë <&> "Å",\n\n.naïve = 🎉' in named.text
    assert "leave: https://news.example.com/u/token-1?a=1&b=2" in named.text
    assert nameless.subject == "Hello reader, No. 1 — naïve"
    assert "MF" not in named.subject + named.html + named.text


def test_names_in_any_script_arrive(stage: Stage, connection: Connection) -> None:
    people = readers(len(NAMES))
    connection.hand_over(people, journal=Notes())
    received = by_email(stage)
    assert {person.email: received[person.email].to_name for person in people} == {
        person.email: person.name for person in people
    }


def test_each_gets_their_own_way_out(stage: Stage, connection: Connection) -> None:
    people = readers(5)
    connection.hand_over(people, journal=Notes())
    for person in people:
        headers = by_email(stage)[person.email].headers
        assert headers["list-unsubscribe"] == (
            f"<{person.unsubscribe_url}>, <{person.unsubscribe_mailto}>"
        )
        assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        assert headers["message-id"] == f"<{person.message_id}>"
        assert headers["feedback-id"] == "no-1-7:weekly:mailer:newsexamplecom"
        assert "<weekly.news.example.com>" in headers["list-id"]
        assert headers["precedence"] == "bulk"


def test_one_refused_among_many_is_rejected_alone(stage: Stage, connection: Connection) -> None:
    if stage.refuse is None:
        pytest.skip("the outbox refuses nobody")
    stage.refuse("reader17@example.org")
    notes = Notes()
    outcomes = connection.hand_over(readers(40), journal=notes)
    expected = {n: REJECTED if n == 17 else ACCEPTED for n in range(1, 41)}
    assert states(outcomes) == expected
    assert {n: outcome.state for n, outcome in notes.outcomes.items()} == expected
    assert len(by_email(stage)) == 39
    [refused] = [outcome for outcome in outcomes if outcome.state is REJECTED]
    assert refused.reason


def test_the_journal_knows_before_and_after(stage: Stage, connection: Connection) -> None:
    notes = Notes()
    outcomes = connection.hand_over(readers(20), journal=notes)
    for outcome in outcomes:
        begun = notes.log.index(("begin", outcome.delivery_id))
        assert begun < notes.log.index(("end", outcome.delivery_id))
        assert notes.outcomes[outcome.delivery_id] == outcome
    assert notes.in_flight == set()
    assert notes.most_in_flight == (1 if stage.provider.commits_singly else 20)


class Watcher(Notes):
    """A journal that looks at what has arrived whenever something is begun."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.arrived_too_early: set[str] = set()

    def begin(self, delivery_ids: object) -> None:
        arrived = {one.email for one in self.stage.received()}
        begun = {f"reader{delivery_id}@example.org" for delivery_id in self.begun}
        self.arrived_too_early |= arrived - begun
        super().begin(delivery_ids)  # type: ignore[arg-type]


def test_nothing_arrives_before_it_is_begun(stage: Stage, connection: Connection) -> None:
    watcher = Watcher(stage)
    connection.hand_over(readers(10), journal=watcher)
    assert watcher.arrived_too_early == set()
    assert {one.email for one in stage.received()} == {
        f"reader{delivery_id}@example.org" for delivery_id in watcher.begun
    }


def test_a_lost_lease_stops_before_the_next_hand_over(stage: Stage, connection: Connection) -> None:
    notes = Notes(begins_left=0)
    with pytest.raises(LeaseLostError):
        connection.hand_over(readers(5), journal=notes)
    assert stage.received() == []
    assert notes.log == []
    outcomes = connection.hand_over(readers(5), journal=Notes())
    assert set(states(outcomes).values()) == {ACCEPTED}
    assert len(by_email(stage)) == 5


def test_a_lease_lost_midway_returns_what_was_done(stage: Stage, connection: Connection) -> None:
    if not stage.provider.commits_singly:
        pytest.skip("commits a window at once")
    notes = Notes(begins_left=3)
    outcomes = connection.hand_over(readers(5), journal=notes)
    assert states(outcomes) == {1: ACCEPTED, 2: ACCEPTED, 3: ACCEPTED}
    assert set(by_email(stage)) == {f"reader{n}@example.org" for n in (1, 2, 3)}
    assert notes.in_flight == set()


def test_a_provider_that_is_away_takes_nothing(stage: Stage, connection: Connection) -> None:
    if stage.vanish is None:
        pytest.skip("is always there")
    stage.vanish()
    notes = Notes()
    with pytest.raises(Exception, match=r"127\.0\.0\.1") as caught:
        connection.hand_over(readers(3), journal=notes)
    assert getattr(caught.value, "retry", False)
    assert stage.received() == []
    assert notes.in_flight == set()
    assert not ACCEPTED_STATES & {outcome.state for outcome in notes.outcomes.values()}


def test_close_never_raises(stage: Stage) -> None:
    fresh, used, broken = (stage.provider.connect(ISSUE, IDENTITY) for _ in range(3))
    used.hand_over(readers(2), journal=Notes())
    with pytest.raises(LeaseLostError):
        broken.hand_over(readers(2, first=3), journal=Notes(begins_left=0))
    for connection in (fresh, used, broken):
        connection.close()
        connection.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Ada\r\nBcc: x@example.com"},
        {"fields": {"name": "Ada\r\nBcc: x@example.com\r\n\r\n.\r\nMAIL FROM:<x>"}},
        {"unsubscribe_url": "https://x.example/\r\nBcc: x@example.com"},
        {"unsubscribe_mailto": "mailto:x@example.com\r\nBcc: x@example.com"},
    ],
)
def test_no_value_becomes_a_header(
    stage: Stage, connection: Connection, changes: dict[str, Any]
) -> None:
    outcomes = connection.hand_over([reader(1, **changes), reader(2)], journal=Notes())
    assert states(outcomes) == {1: ACCEPTED, 2: ACCEPTED}
    for one in stage.received():
        assert "bcc" not in one.headers
        assert "\n" not in one.subject
