"""Sends through SMTP servers on bad days: everybody is served once, or a person is asked."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fakes.smtp import Ration, SmtpServer, hang_up
from ledger_kit import Ledger
from weather import Weather

from mailer.sending import steering
from mailer.sending.reporting import report


@pytest.fixture
def weather(ledger: Ledger) -> Iterator[Callable[..., Weather]]:
    """Return what makes a server with these manners and puts workers before it."""
    servers = []

    def make(**manners: Any) -> Weather:
        server = SmtpServer(**manners)
        servers.append(server.running())
        return Weather(ledger, servers[-1].__enter__())

    yield make
    for server in servers:
        server.__exit__(None, None, None)


def received(weather: Weather) -> Counter[str]:
    return Counter(taken.recipient for taken in weather.server.taken)


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        ("mail", "452 4.3.1 Insufficient system storage"),
        ("rcpt", "450 4.7.1 Error: too much mail from 192.0.2.1"),
        ("final", "454 Throttling failure: Maximum sending rate exceeded."),
        ("mail", "421 4.7.0 too many messages, slow down"),
    ],
)
def test_a_relay_with_a_ration_takes_everybody_at_the_first_try(
    weather: Callable[..., Weather], stage: str, reply: str
) -> None:
    usual = "250 2.0.0 ok"
    ration = Ration(25, reply, burst=5, usual=usual)
    here = weather(**{stage: {"*": ration}})
    send_id = here.plan(80)

    here.work(lambda: here.state(send_id) == "sent", connections=2)

    assert received(here) == {f"r{n}@example.com": 1 for n in range(80)}
    assert here.ledger.scalar("SELECT max(attempt_count) FROM delivery") == 1
    assert here.ledger.scalar("SELECT count(*) FROM attempt") == 0
    assert ration.refused < 80
    assert reply[:3] in report(here.ledger.engine, send_id).summary.trouble


def test_a_recipient_who_is_always_too_many_does_not_hold_up_the_others(
    weather: Callable[..., Weather],
) -> None:
    here = weather(rcpt={"r3@example.com": "450 too much mail for this one"})
    send_id = here.plan(12)

    here.work(lambda: here.state(send_id) == "sent", connections=1)

    assert here.counts(send_id) == {"accepted": 11, "failed": 1}


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        ("rcpt", "554 5.7.1 <reader@example.org>: Relay access denied"),
        ("rcpt", "550 sender rejected"),
        ("mail", "550 5.7.1 not you"),
        ("final", "554 5.7.1 spam"),
    ],
)
def test_a_server_that_takes_nothing_from_us_pauses_the_send_and_burns_nobody(
    weather: Callable[..., Weather], stage: str, reply: str
) -> None:
    here = weather(**{stage: {"*": reply}})
    send_id = here.plan(40)

    here.work(lambda: here.state(send_id) == "paused", connections=3)

    assert here.counts(send_id) == {"pending": 40}
    assert here.ledger.scalar("SELECT max(attempt_count) FROM delivery") == 0
    assert reply in report(here.ledger.engine, send_id).summary.reason
    assert sum(command.startswith("MAIL") for command in here.server.commands) < 20

    getattr(here.server, stage).clear()
    steering.resume(here.ledger.engine, send_id)
    assert report(here.ledger.engine, send_id).summary.trouble == ""
    here.work(lambda: here.state(send_id) == "sent")
    assert received(here) == {f"r{n}@example.com": 1 for n in range(40)}


@pytest.mark.parametrize("recipients", [1, 3])
def test_a_small_list_is_no_less_worth(weather: Callable[..., Weather], recipients: int) -> None:
    here = weather(rcpt={"*": "554 Relay access denied"})
    send_id = here.plan(recipients)
    here.work(lambda: here.state(send_id) == "paused")
    assert here.counts(send_id) == {"pending": recipients}


def test_dead_addresses_are_rejected_and_the_send_ends(weather: Callable[..., Weather]) -> None:
    here = weather(rcpt={"*": "550 5.1.1 user unknown"})
    send_id = here.plan(10)
    here.work(lambda: here.state(send_id) == "sent")
    books = here.ledger.books(send_id)
    assert books.reasons == {"rejected": {"smtp_550_5.1.1": 10}}
    assert books.is_balanced


def test_refusals_for_our_sake_among_acceptances_are_the_recipients_own(
    weather: Callable[..., Weather],
) -> None:
    refusing = {f"r{n}@example.com": "554 5.7.1 spam" for n in (0, 3, 9, 19)}
    here = weather(final=refusing)
    send_id = here.plan(20)
    here.work(lambda: here.state(send_id) == "sent", connections=2)
    assert here.counts(send_id) == {"accepted": 16, "rejected": 4}


def test_an_account_that_is_blocked_in_the_middle_pauses_the_send(
    weather: Callable[..., Weather],
) -> None:
    ration = Ration(0, "550 5.4.5 Daily sending quota exceeded", burst=30)
    here = weather(mail={"*": ration})
    here.ledger.batch_size = 50
    send_id = here.plan(100)

    here.work(lambda: here.state(send_id) == "paused", connections=2)

    counts = here.counts(send_id)
    assert counts.pop("accepted") == 30
    assert sum(counts.values()) == 70
    assert counts.keys() <= {"pending", "deferred"}, "which, depends on the order of the lanes"
    here.server.mail.clear()
    steering.resume(here.ledger.engine, send_id)
    here.work(lambda: here.state(send_id) == "sent")
    assert received(here) == {f"r{n}@example.com": 1 for n in range(100)}


@pytest.mark.parametrize("final", [hang_up, "354 what?"])
def test_answers_that_stay_away_stop_the_send_after_a_few(
    weather: Callable[..., Weather], final: Any
) -> None:
    here = weather(final={"*": final})
    send_id = here.plan(60)

    here.work(lambda: here.state(send_id) == "paused", connections=3)

    counts = here.counts(send_id)
    assert counts["unknown"] <= 3 + 2, "one a connection, then one at a time"
    assert counts["unknown"] + counts["pending"] == 60
    assert "not confirmed" in report(here.ledger.engine, send_id).summary.reason


def test_the_connections_that_can_be_had_do_all_of_the_work(
    weather: Callable[..., Weather],
) -> None:
    here = weather(most_connections=2)
    here.ledger.batch_size = 20
    send_id = here.plan(400)

    here.work(lambda: here.state(send_id) == "sent", workers=3, is_hasty=False, connections=4)

    assert received(here) == {f"r{n}@example.com": 1 for n in range(400)}
    assert here.ledger.scalar("SELECT count(*) FROM batch WHERE not_before > now()") == 0
    assert here.server.turned_away < 60


@pytest.mark.parametrize(
    ("manners", "words"),
    [({"greeting": "554 5.7.1 go away"}, "554 5.7.1 go away"), ({"greeting": "hello"}, "cannot")],
)
def test_a_server_that_cannot_be_used_is_named_where_people_look(
    weather: Callable[..., Weather], manners: dict[str, Any], words: str
) -> None:
    here = weather(**manners)
    send_id = here.plan(5)

    here.work(lambda: words in report(here.ledger.engine, send_id).summary.trouble)

    summary = report(here.ledger.engine, send_id).summary
    assert summary.state == "sending"
    assert "process" in summary.trouble_by
    assert summary.trouble_at is not None
    assert report(here.ledger.engine, send_id).as_json()["trouble"] == summary.trouble
