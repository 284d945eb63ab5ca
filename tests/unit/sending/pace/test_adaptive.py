"""The rate settles at what the provider takes, and grows again when it takes more."""

from dataclasses import dataclass, field

import pytest

from mailer.sending.pace.adaptive import AdaptiveRate


@dataclass
class Relay:
    """Takes `per_second` messages, `burst` at once, and refuses the rest; time passes by itself."""

    per_second: float
    burst: float = 1
    now: float = 100.0
    taken: int = 0
    refused: int = 0
    _tokens: float = field(init=False)
    _filled_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._tokens, self._filled_at = self.burst, self.now

    def take(self) -> bool:
        self._tokens += (self.now - self._filled_at) * self.per_second
        self._tokens, self._filled_at = min(self._tokens, self.burst), self.now
        if self._tokens < 1:
            self.refused += 1
            return False
        self._tokens -= 1
        self.taken += 1
        return True


def send(relay: Relay, rate: AdaptiveRate, count: int, *, seconds_each: float = 0.001) -> float:
    """Hand over `count` messages as a lane does; return how long it took."""
    began, goal = relay.now, relay.taken + count
    while relay.taken < goal:
        size, wait = rate.reserve(min(50, goal - relay.taken), 0.2)
        relay.now += wait
        for _ in range(size):
            relay.now += seconds_each
            if not relay.take():
                rate.throttled()
                break
            rate.accepted(1)
    return relay.now - began


def adaptive(relay: Relay) -> AdaptiveRate:
    return AdaptiveRate(clock=lambda: relay.now, jitter=lambda: 1.0)


@pytest.mark.parametrize(("per_second", "burst"), [(3, 1), (3, 10), (0.5, 1), (20, 20), (200, 40)])
def test_all_are_taken_in_little_more_than_the_relays_own_pace(
    per_second: float, burst: float
) -> None:
    relay = Relay(per_second, burst)
    count = 400
    took = send(relay, adaptive(relay), count)
    assert took < 1.25 * count / per_second
    assert relay.refused < 0.2 * count


def test_a_limit_by_the_minute_is_waited_out() -> None:
    @dataclass
    class ByTheMinute(Relay):
        def take(self) -> bool:
            minute = self.now // 60
            if minute != self._filled_at:
                self._filled_at, self._tokens = minute, self.burst
            if self._tokens < 1:
                self.refused += 1
                return False
            self._tokens -= 1
            self.taken += 1
            return True

    relay = ByTheMinute(1, burst=60)
    took = send(relay, adaptive(relay), 300)
    assert took < 1.4 * 300
    assert relay.refused < 100


def test_it_recovers_when_the_relay_takes_more() -> None:
    relay = Relay(3)
    rate = adaptive(relay)
    send(relay, rate, 100)
    assert rate.per_second < 4
    relay.per_second = relay.burst = 1_000
    send(relay, rate, 2_000)
    assert rate.per_second > 500


def test_two_processes_share_what_is_taken() -> None:
    relay = Relay(10, burst=2)
    rates = [adaptive(relay), adaptive(relay)]
    done, due = [0, 0], [relay.now, relay.now + 0.01]
    while relay.now < 400:
        number = due.index(min(due))
        relay.now = max(relay.now, due[number])
        if relay.take():
            rates[number].accepted(1)
            done[number] += 1
        else:
            rates[number].throttled()
        due[number] = relay.now + max(rates[number].reserve(1, 0.2)[1], 0.001)
    assert sum(done) > 0.85 * 10 * 300
    assert min(done) > 0.2 * sum(done)


def test_nothing_limits_a_provider_that_takes_everything() -> None:
    relay = Relay(1e9, burst=1e9)
    rate = adaptive(relay)
    assert rate.reserve(500, 0.2) == (500, 0.0)
    assert rate.wait_seconds == 0


def test_what_the_provider_asks_for_is_waited_and_an_acceptance_does_not_shorten_it() -> None:
    relay = Relay(1)
    rate = adaptive(relay)
    rate.throttled(30)
    rate.accepted(1)
    assert rate.wait_seconds == 30
    relay.now += 31
    assert rate.wait_seconds == 0


def test_an_outage_is_waited_out_longer_and_longer_and_forgotten_after_a_success() -> None:
    relay = Relay(1)
    rate = adaptive(relay)
    waits = []
    for _ in range(8):
        rate.unavailable()
        rate.unavailable()  # another lane at the same moment
        waits.append(round(rate.wait_seconds))
        relay.now += waits[-1] + 1
    assert waits == [2, 4, 8, 16, 30, 30, 30, 30]
    rate.accepted(1)
    rate.unavailable()
    assert round(rate.wait_seconds) == 1
