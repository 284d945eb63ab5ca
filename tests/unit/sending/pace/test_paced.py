"""Hand-overs at their times, by a clock of the test's own."""

from collections.abc import Sequence

import pytest

from mailer.errors import ProviderUnavailableError
from mailer.providers.outcome import LeaseLostError, Outcome
from mailer.sending.pace.paced import PacedJournal
from mailer.sending.pace.tokens import Grant


class World:
    """A clock, a journal that notes when it was begun, and tokens."""

    def __init__(self, grants: Sequence[Grant] = ()) -> None:
        self.now = 100.0
        self.begun: list[tuple[float, list[int]]] = []
        self.ended: list[Outcome] = []
        self.grants = list(grants)
        self.asked: list[int] = []

    def begin(self, delivery_ids: Sequence[int]) -> None:
        self.begun.append((round(self.now, 6), list(delivery_ids)))

    def end(self, outcomes: Sequence[Outcome]) -> None:
        self.ended += outcomes

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def take(self, count: int) -> Grant:
        self.asked.append(count)
        if not self.grants:
            raise ProviderUnavailableError("Redis is away")
        return self.grants.pop(0)

    def journal(self, grant: Grant) -> PacedJournal:
        return PacedJournal(
            self,
            grant,
            granted_at=self.now,
            take=self.take,
            clock=lambda: self.now,
            sleep=self.sleep,
        )


def test_each_waits_for_its_time() -> None:
    world = World()
    journal = world.journal(Grant(3, delay_seconds=0.5, interval_seconds=0.1))
    for number in (1, 2, 3):
        journal.begin([number])
    assert world.begun == [(100.5, [1]), (100.6, [2]), (100.7, [3])]
    assert not world.asked


def test_many_at_once_use_up_their_time() -> None:
    world = World()
    journal = world.journal(Grant(5, interval_seconds=0.1))
    journal.begin([1, 2, 3])
    journal.begin([4])
    assert world.begun == [(100.0, [1, 2, 3]), (100.3, [4])]


def test_without_an_even_flow_nobody_waits() -> None:
    world = World()
    journal = world.journal(Grant(2))
    journal.begin([1])
    world.now += 60
    journal.begin([2])
    journal.end([])
    assert [at for at, _ in world.begun] == [100.0, 160.0]


def test_a_late_one_takes_the_token_of_another_time() -> None:
    world = World([Grant(0, wait_seconds=0.01), Grant(1, delay_seconds=0.2, interval_seconds=0.1)])
    journal = world.journal(Grant(2, interval_seconds=0.1))
    journal.begin([1])
    world.now += 1.0
    journal.begin([2])
    assert world.begun == [(100.0, [1]), (101.21, [2])]
    assert world.asked == [1, 1]


def test_a_little_late_is_tolerated_and_not_made_up_for() -> None:
    world = World()
    journal = world.journal(Grant(3, interval_seconds=0.1, tolerance_seconds=0.15))
    world.now += 0.12
    for number in (1, 2, 3):
        journal.begin([number])
    assert [at for at, _ in world.begun] == [100.12, 100.12, 100.2]


@pytest.mark.parametrize("grants", [[], [Grant(0, wait_seconds=5)] * 100])
def test_a_late_one_without_a_token_ends_the_window(grants: list[Grant]) -> None:
    world = World(grants)
    journal = world.journal(Grant(1, interval_seconds=0.1))
    world.now += 1.0
    with pytest.raises(LeaseLostError):
        journal.begin([1])
    assert not world.begun
    assert world.now < 105
