"""The pace of a send: no window holds more than it says, whatever the number of workers."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import redis
from fakes.smtp import SmtpServer
from ledger_kit import Ledger
from weather import Weather

from mailer.platform.rates import parse_rates
from mailer.sending.ledger import sends
from mailer.sending.pace.tokens import Tokens
from mailer.sending.reporting import report


@pytest.fixture
def weather(ledger: Ledger, broker_url: str) -> Iterator[Weather]:
    with redis.Redis.from_url(broker_url) as client, SmtpServer().running() as server:
        client.flushdb()
        ledger.tokens = Tokens(client)
        yield Weather(ledger, server)


def set_pace(weather: Weather, send_id: int, pace: str) -> None:
    with weather.ledger.engine.begin() as connection:
        sends.set_pace(connection, send_id, pace)


def is_sent(weather: Weather, send_id: int) -> Callable[[], bool]:
    return lambda: weather.state(send_id) == "sent"


def has_trouble(weather: Weather, send_id: int) -> Callable[[], bool]:
    return lambda: bool(report(weather.ledger.engine, send_id).summary.trouble)


def test_workers_together_keep_to_the_pace_of_a_send(weather: Weather) -> None:
    """The tokens of recipients who have unsubscribed go to others."""
    send_id = weather.plan(100)
    weather.ledger.run(
        "UPDATE subscription SET state = 'unsubscribed' WHERE id IN"
        " (SELECT id FROM subscription ORDER BY id LIMIT 30)"
    )
    set_pace(weather, send_id, "60/h")
    weather.work(has_trouble(weather, send_id), workers=3, connections=2, is_hasty=False)
    weather.work(
        lambda: weather.counts(send_id).get("accepted") == 60,
        workers=3,
        connections=2,
    )
    assert weather.counts(send_id) == {"accepted": 60, "skipped": 30, "pending": 10}
    assert len(weather.server.taken) == 60


def test_the_pace_of_the_account_holds_over_all_sends(weather: Weather) -> None:
    weather.ledger.rules = replace(weather.ledger.rules, account_rates=parse_rates("45/day"))
    first, second = weather.plan(30), weather.plan(30, slug="second")
    weather.work(lambda: len(weather.server.taken) >= 45, workers=2, connections=1)
    weather.work(has_trouble(weather, second), workers=2, connections=1)
    assert len(weather.server.taken) == 45
    counts = [weather.counts(send_id).get("accepted", 0) for send_id in (first, second)]
    assert sum(counts) == 45


def test_an_even_pace_is_kept_and_everybody_served(weather: Weather) -> None:
    send_id = weather.plan(40)
    set_pace(weather, send_id, "50/s")
    weather.work(is_sent(weather, send_id), workers=2, connections=2)
    assert weather.counts(send_id) == {"accepted": 40}


def test_a_pace_that_is_lifted_lets_the_rest_go(weather: Weather) -> None:
    """The first of a minute goes at once; the batch rests, and says why."""
    send_id = weather.plan(20)
    set_pace(weather, send_id, "1/min")
    weather.work(lambda: bool(report(weather.ledger.engine, send_id).summary.trouble))
    assert weather.counts(send_id) == {"accepted": 1, "pending": 19}
    summary = report(weather.ledger.engine, send_id).summary
    assert summary.trouble.startswith("the pace that is set for it is used up for ")
    set_pace(weather, send_id, "")
    weather.work(is_sent(weather, send_id))
    assert weather.counts(send_id) == {"accepted": 20}


def test_without_redis_nothing_goes_and_the_reason_is_told(weather: Weather) -> None:
    send_id = weather.plan(5)
    set_pace(weather, send_id, "1000/s")
    weather.ledger.tokens = Tokens(redis.Redis(host="127.0.0.1", port=1))
    weather.work(lambda: bool(report(weather.ledger.engine, send_id).summary.trouble))
    assert weather.counts(send_id) == {"pending": 5}
    assert "Redis keeps the pace" in report(weather.ledger.engine, send_id).summary.trouble
    weather.ledger.tokens = None
    weather.ledger.run("UPDATE send SET trouble = ''")
    weather.work(lambda: bool(report(weather.ledger.engine, send_id).summary.trouble))
    assert weather.counts(send_id) == {"pending": 5}
    assert "set redis_url" in report(weather.ledger.engine, send_id).summary.trouble
