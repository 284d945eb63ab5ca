"""Tokens of a real Redis, by a clock of the test's own: no window ever holds too many."""

from bisect import bisect_left
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailer.errors import ProviderUnavailableError
from mailer.platform.rates import Rate, parse_rates
from mailer.sending.pace.tokens import Grant, Limit, Tokens


@pytest.fixture
def client(broker_url: str) -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(broker_url) as client:
        client.flushdb()
        yield client


def limits(text: str, scope: str = "account smtp") -> list[Limit]:
    return [Limit(scope, rate) for rate in parse_rates(text)]


def run(
    tokens: Tokens, text: str, *, until: float, wanted: int = 50, pause: float = 0.0
) -> list[float]:
    """Ask as a busy worker does; return when each message was handed over."""
    now, times = 1_000_000.0, []
    while now < 1_000_000.0 + until:
        grant = tokens.take(limits(text), wanted, now_seconds=now)
        moments = [
            now + grant.delay_seconds + n * grant.interval_seconds for n in range(grant.count)
        ]
        times += moments
        now = max([now + max(grant.wait_seconds, 0.0001) + pause, *moments])
    return times


def most_in_a_window(times: list[float], seconds: float) -> int:
    return max(bisect_left(times, time + seconds) - n for n, time in enumerate(times))


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("3/s", 60),
        ("100/s", 20),
        ("997/s", 5),
        ("500/min", 300),
        ("2000/h", 3 * 3600),
        ("7/min", 900),
    ],
)
def test_no_window_holds_too_many_and_few_are_wasted(
    client: "redis.Redis", text: str, until: float
) -> None:
    (rate,) = parse_rates(text)
    times = run(Tokens(client), text, until=until)
    assert most_in_a_window(times, rate.seconds) <= rate.count
    assert len(times) >= 0.95 * rate.count * until / rate.seconds


def test_a_days_limit_may_go_at_once_and_then_rests(client: "redis.Redis") -> None:
    tokens = Tokens(client)
    first = tokens.take(limits("500/day"), 1000, now_seconds=0)
    assert first == Grant(500)
    nothing = tokens.take(limits("500/day"), 1, now_seconds=10)
    assert nothing.count == 0
    assert 86_400 - 10 <= nothing.wait_seconds <= 86_400 * 1.011
    again = tokens.take(limits("500/day"), 1000, now_seconds=10 + nothing.wait_seconds)
    assert again.count == 500


def test_each_limit_holds_and_none_pays_for_what_another_refuses(client: "redis.Redis") -> None:
    tokens = Tokens(client)
    both = [*limits("1000/h", "account smtp"), *limits("10/h", "send 7")]
    assert tokens.take(both, 100, now_seconds=0).count == 10
    assert tokens.take(both, 100, now_seconds=1).count == 0
    assert tokens.take(limits("1000/h", "account smtp"), 2000, now_seconds=2).count == 990


def test_a_limit_changes_while_it_is_used(client: "redis.Redis") -> None:
    tokens = Tokens(client)
    slow = tokens.take(limits("1/min"), 5, now_seconds=0)
    assert slow.count == 1
    fast = tokens.take(limits("6000/min"), 5, now_seconds=70)
    assert (fast.count, fast.delay_seconds) == (5, 0)
    assert tokens.take(limits("1000/h"), 5000, now_seconds=100).count == 1000
    assert tokens.take(limits("1500/h"), 5000, now_seconds=101).count == 500
    assert tokens.take(limits("10/h"), 5000, now_seconds=102).count == 0


def test_workers_together_get_what_one_would(client: "redis.Redis") -> None:
    tokens = Tokens(client)
    with ThreadPoolExecutor(8) as pool:
        grants = pool.map(lambda _: tokens.take(limits("100/h"), 7, now_seconds=50), range(40))
        assert sum(grant.count for grant in grants) == 100


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(0, 30), st.integers(1, 40)), min_size=1, max_size=60))
def test_whatever_is_asked_when_no_window_holds_too_many(
    broker_url: str, asked: list[tuple[float, int]]
) -> None:
    rates = (Rate(10, 1), Rate(60, 60), Rate(100, 3600))
    with redis.Redis.from_url(broker_url) as client:
        client.flushdb()
        tokens, now, times = Tokens(client), 5000.0, []
        for pause, wanted in asked:
            now += pause
            grant = tokens.take([Limit("x", rate) for rate in rates], wanted, now_seconds=now)
            times += [
                now + grant.delay_seconds + n * grant.interval_seconds for n in range(grant.count)
            ]
            now = max([now, *times])
    for rate in rates:
        assert not times or most_in_a_window(times, rate.seconds) <= rate.count


def test_without_limits_everything_goes_and_nobody_is_asked() -> None:
    nobody = Tokens(redis.Redis(host="127.0.0.1", port=1))
    assert nobody.take([], 5) == Grant(5)


def test_without_redis_nothing_goes() -> None:
    nobody = Tokens(redis.Redis(host="127.0.0.1", port=1))
    with pytest.raises(ProviderUnavailableError, match="does not answer"):
        nobody.take(limits("5/s"), 1)


def test_the_clock_of_redis_is_the_one_that_counts(client: "redis.Redis") -> None:
    tokens = Tokens(client)
    assert tokens.take(limits("100/day"), 60).count == 60
    assert tokens.take(limits("100/day"), 60).count == 40
    assert client.pttl(client.keys()[0]) > 86_400_000


@pytest.mark.parametrize("text", ["100/min", "100/h"])
def test_tokens_that_were_not_used_come_back(client: "redis.Redis", text: str) -> None:
    tokens = Tokens(client)
    first = tokens.take(limits(text), 100, now_seconds=0)
    tokens.give_back(limits(text), first.count - 1, now_seconds=0.01)
    again = tokens.take(limits(text), 100, now_seconds=1)
    assert again.count == min(99, first.count)
    nobody = Tokens(redis.Redis(host="127.0.0.1", port=1))
    nobody.give_back(limits(text), 5)
