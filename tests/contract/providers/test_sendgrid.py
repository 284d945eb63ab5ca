"""SendGrid: what a request says, what each kind of answer means, who is blamed for a 400."""

import dataclasses
import json
import logging
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes.sendgrid import FakeSendGrid
from provider_kit import IDENTITY, ISSUE, NAMES, Notes, reader, readers, states

from mailer.config import load_settings
from mailer.errors import (
    ConfigurationError,
    ProviderAuthError,
    ProviderError,
    ProviderRequestError,
    ProviderThrottledError,
    ProviderUnavailableError,
)
from mailer.message.compiled import Mailbox, Recipient
from mailer.providers.outcome import LeaseLostError
from mailer.providers.sendgrid.provider import SendGridConnection, SendGridProvider
from mailer.providers.sendgrid.settings import SendGridSettings
from mailer.states import DeliveryState

ACCEPTED, REJECTED = DeliveryState.ACCEPTED, DeliveryState.REJECTED
UNKNOWN = DeliveryState.UNKNOWN
KEY = "SG.test-key"


@pytest.fixture
def fake() -> Iterator[FakeSendGrid]:
    with FakeSendGrid().running() as running:
        yield running


def provider(fake: FakeSendGrid, **changes: Any) -> SendGridProvider:
    own = {
        name: changes.pop(name) for name in ("is_sandbox", "most_request_bytes") & changes.keys()
    }
    settings = {"api_key": KEY, "base_url": fake.url, "timeout_seconds": 5, **changes}
    return SendGridProvider(SendGridSettings(**settings), **own)


def connect(fake: FakeSendGrid, **changes: Any) -> SendGridConnection:
    return provider(fake, **changes).connect(ISSUE, IDENTITY)


def test_a_window_is_one_request(fake: FakeSendGrid) -> None:
    notes = Notes()
    outcomes = connect(fake).hand_over(readers(1000), journal=notes)
    assert set(states(outcomes).values()) == {ACCEPTED}
    assert {outcome.receipt for outcome in outcomes} == {"request-0"}
    assert len(fake.request_sizes) == 1
    assert fake.emails == [recipient.email for recipient in readers(1000)]
    assert notes.begun == list(range(1, 1001))
    assert notes.in_flight == set()


def test_each_recipient_gets_their_own(fake: FakeSendGrid) -> None:
    connect(fake).hand_over(readers(len(NAMES)), journal=Notes())
    for got, recipient in zip(fake.accepted, readers(len(NAMES)), strict=True):
        assert got.name == recipient.name
        assert got.custom_args == {"delivery_id": str(recipient.delivery_id)}
        assert got.headers["List-Unsubscribe"] == (
            f"<{recipient.unsubscribe_url}>, <{recipient.unsubscribe_mailto}>"
        )
        assert got.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert got.headers["Message-ID"] == f"<{recipient.message_id}>"
        assert got.headers["Feedback-ID"] == "no-1-7:weekly:mailer:newsexamplecom"
        assert got.headers["Precedence"] == "bulk"
        assert "<weekly.news.example.com>" in got.headers["List-Id"]
        assert got.sender == {"email": "editor@news.example.com", "name": "Zoë, the editor"}
        assert got.reply_to == {"email": "reply@example.com", "name": "Replies"}
        assert got.categories == ["weekly"]


def test_a_repeated_address_goes_in_another_request(fake: FakeSendGrid) -> None:
    twice = [reader(1), reader(2, email="READER1@example.org"), reader(3)]
    outcomes = connect(fake).hand_over(twice, journal=Notes())
    assert states(outcomes) == {1: ACCEPTED, 2: ACCEPTED, 3: ACCEPTED}
    assert fake.emails == ["reader1@example.org", "reader3@example.org", "READER1@example.org"]
    assert len(fake.request_sizes) == 2


def test_a_window_larger_than_a_request_is_split(fake: FakeSendGrid) -> None:
    outcomes = connect(fake, batch_size=4).hand_over(readers(10), journal=Notes())
    assert set(states(outcomes).values()) == {ACCEPTED}
    assert len(fake.request_sizes) == 3


def test_requests_stay_below_the_size_limit(fake: FakeSendGrid) -> None:
    fake.most_request_bytes = 10_000
    outcomes = connect(fake, most_request_bytes=9_999).hand_over(readers(50), journal=Notes())
    assert set(states(outcomes).values()) == {ACCEPTED}
    assert max(fake.request_sizes) < 10_000


def test_413_is_answered_by_smaller_requests(fake: FakeSendGrid) -> None:
    fake.most_request_bytes = 10_000
    notes = Notes()
    outcomes = connect(fake).hand_over(readers(50), journal=notes)
    assert set(states(outcomes).values()) == {ACCEPTED}
    assert sorted(fake.emails) == sorted(recipient.email for recipient in readers(50))
    assert notes.in_flight == set()


def test_a_message_that_alone_is_too_large_pauses_the_send(fake: FakeSendGrid) -> None:
    fake.most_request_bytes = 100
    with pytest.raises(ProviderRequestError, match="larger"):
        connect(fake).hand_over(readers(2), journal=Notes())


@pytest.mark.parametrize(
    "fields",
    [{"name": "x" * 4000}, {"name": "é" * 2000}],
    ids=["bytes", "utf8"],
)
def test_too_large_substitutions_reject_only_their_recipient(
    fake: FakeSendGrid, fields: dict[str, str]
) -> None:
    notes = Notes()
    people = [reader(1, "Ada"), reader(2, fields=fields), reader(3, "Bob")]
    outcomes = connect(fake).hand_over(people, journal=notes)
    assert states(outcomes) == {1: ACCEPTED, 2: REJECTED, 3: ACCEPTED}
    [rejected] = [outcome for outcome in outcomes if outcome.state is REJECTED]
    assert rejected.reason == "substitutions_too_large"
    assert notes.outcomes[2] == rejected
    assert 2 not in notes.begun


@pytest.mark.parametrize("way", ["blamed", "unexplained"])
@pytest.mark.parametrize("guilty", [{1}, {64}, {3, 4}, {1, 17, 33, 64}, set(range(10, 20))])
def test_the_guilty_are_rejected_and_the_others_accepted_once(
    fake: FakeSendGrid, guilty: set[int], way: str
) -> None:
    setattr(fake, way, {f"reader{n}@example.org" for n in guilty})
    notes = Notes()
    outcomes = connect(fake).hand_over(readers(64), journal=notes)
    expected = {n: REJECTED if n in guilty else ACCEPTED for n in range(1, 65)}
    assert states(outcomes) == expected
    assert {n: one.state for n, one in notes.outcomes.items()} == expected
    assert notes.in_flight == set()
    innocent = {f"reader{n}@example.org" for n in range(1, 65) if n not in guilty}
    assert len(fake.emails) == len(innocent)
    assert set(fake.emails) == innocent
    rejected = [outcome for outcome in outcomes if outcome.state is REJECTED]
    assert {outcome.reason for outcome in rejected} == {"sendgrid_400"}
    assert all("@" not in outcome.receipt for outcome in rejected)
    if way == "blamed":
        assert len(fake.request_sizes) == 2


@pytest.mark.parametrize(
    "error",
    [
        ("from.email", "The from email does not contain a valid address."),
        ("content.0.value", "The content value must be a string at least one character in length."),
        (None, "Bad Request"),
        ("personalizations", "Something is wrong."),
    ],
)
def test_a_fault_of_the_request_pauses_the_send_and_rejects_nobody(
    fake: FakeSendGrid, error: tuple[str | None, str]
) -> None:
    fake.frame_error = error
    notes = Notes()
    with pytest.raises(ProviderRequestError, match=r"SendGrid refuses the message itself"):
        connect(fake).hand_over(readers(1000), journal=notes)
    assert fake.accepted == []
    assert notes.in_flight == set()
    assert REJECTED not in {outcome.state for outcome in notes.outcomes.values()}
    assert len(fake.request_sizes) < 20


def test_a_fault_of_the_request_shows_in_small_windows_too(fake: FakeSendGrid) -> None:
    fake.frame_error = (None, "Bad Request")
    connection = connect(fake)
    for number in (1, 2):
        [outcome] = connection.hand_over([reader(number)], journal=Notes())
        assert outcome.state is REJECTED
    with pytest.raises(ProviderRequestError):
        connection.hand_over([reader(3)], journal=Notes())


def test_a_fault_that_every_personalization_shares_pauses_the_send(fake: FakeSendGrid) -> None:
    crowd = [reader(n, message_id="é@x") for n in range(1, 6)]
    notes = Notes()
    with pytest.raises(ProviderRequestError, match="Header values"):
        connect(fake).hand_over(crowd, journal=notes)
    assert REJECTED not in {outcome.state for outcome in notes.outcomes.values()}


def test_bad_addresses_are_each_ones_own_fault_even_if_all_are_bad(fake: FakeSendGrid) -> None:
    outcomes = connect(fake).hand_over(
        [reader(n, email=f"no-address-{n}") for n in range(1, 6)], journal=Notes()
    )
    assert set(states(outcomes).values()) == {REJECTED}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("401", ProviderAuthError),
        ("403", ProviderAuthError),
        ("503", ProviderUnavailableError),
        ("408", ProviderUnavailableError),
        ("404", ProviderRequestError),
        ("415", ProviderRequestError),
        ("redirect", ProviderRequestError),
        ("307", ProviderRequestError),
        ("429", ProviderThrottledError),
    ],
)
def test_refusals_of_any_request_raise(
    fake: FakeSendGrid, answer: str, error: type[ProviderError]
) -> None:
    fake.answers.append(answer)
    notes, connection = Notes(), connect(fake)
    with pytest.raises(error):
        connection.hand_over(readers(3), journal=notes)
    assert fake.accepted == []
    assert notes.in_flight == set()
    assert set(states(connection.hand_over(readers(3), journal=notes)).values()) == {ACCEPTED}


@pytest.mark.parametrize("answer", ["500", "502", "504", "520", "200", "hang", "close", "cut"])
def test_where_the_answer_is_missing_everyone_of_the_request_is_unknown(
    fake: FakeSendGrid, answer: str
) -> None:
    fake.answers.append(answer)
    fake.hang_seconds = 0.6
    notes, connection = Notes(), connect(fake, batch_size=3, timeout_seconds=0.3)
    outcomes = connection.hand_over(readers(7), journal=notes)
    assert states(outcomes) == {1: UNKNOWN, 2: UNKNOWN, 3: UNKNOWN}
    assert notes.in_flight == set()
    with pytest.raises(ProviderUnavailableError, match="unanswered"):
        connection.hand_over(readers(4, first=4), journal=notes)
    rest = connection.hand_over(readers(4, first=4), journal=notes)
    assert set(states(rest).values()) == {ACCEPTED}
    assert len(fake.emails) == len(set(fake.emails))


def test_a_server_that_hangs_up_while_we_send_took_nothing(fake: FakeSendGrid) -> None:
    fake.answers.append("slam")
    large = dataclasses.replace(ISSUE, html="<p>x</p>" * 2_000_000)
    notes = Notes()
    with pytest.raises(ProviderUnavailableError):
        provider(fake).connect(large, IDENTITY).hand_over(readers(1), journal=notes)
    assert notes.in_flight == set()


def test_where_nobody_listens_nothing_was_taken() -> None:
    with FakeSendGrid().running() as gone:
        connection = connect(gone)
    notes = Notes()
    with pytest.raises(ProviderUnavailableError, match="cannot reach SendGrid"):
        connection.hand_over(readers(2), journal=notes)
    assert notes.in_flight == set()


def test_a_throttled_window_returns_what_went_before(fake: FakeSendGrid) -> None:
    fake.answers.extend(["ok", "429:20"])
    notes, connection = Notes(), connect(fake, batch_size=2)
    outcomes = connection.hand_over(readers(6), journal=notes)
    assert states(outcomes) == {1: ACCEPTED, 2: ACCEPTED}
    assert notes.in_flight == set()
    assert notes.outcomes[3].state is DeliveryState.DEFERRED
    assert len(fake.request_sizes) == 1


def test_a_throttled_bisection_loses_nobody(fake: FakeSendGrid) -> None:
    fake.unexplained = {"reader5@example.org"}
    fake.answers.extend(["ok", "ok", "429"])
    notes, connection = Notes(), connect(fake)
    outcomes = connection.hand_over(readers(8), journal=notes)
    done = states(outcomes)
    rest = [recipient for recipient in readers(8) if recipient.delivery_id not in done]
    done |= states(connection.hand_over(rest, journal=notes))
    assert done == {n: REJECTED if n == 5 else ACCEPTED for n in range(1, 9)}
    assert len(fake.emails) == len(set(fake.emails)) == 7


@pytest.mark.parametrize(
    ("headers", "seconds"), [("429:20", 20), ("429:99999", 600), ("429:-50", 1)]
)
def test_a_rate_limit_says_how_long_within_reason(
    fake: FakeSendGrid, headers: str, seconds: float
) -> None:
    fake.answers.append(headers)
    with pytest.raises(ProviderThrottledError) as caught:
        connect(fake).hand_over(readers(1), journal=Notes())
    assert caught.value.retry_after_seconds == pytest.approx(seconds, abs=2)


def test_a_lost_lease_sends_nothing_more(fake: FakeSendGrid) -> None:
    notes, connection = Notes(begins_left=1), connect(fake, batch_size=2)
    assert states(connection.hand_over(readers(6), journal=notes)) == {1: ACCEPTED, 2: ACCEPTED}
    with pytest.raises(LeaseLostError):
        connection.hand_over(readers(6), journal=notes)
    assert len(fake.accepted) == 2


def test_a_redirect_does_not_carry_the_key_away(fake: FakeSendGrid) -> None:
    fake.answers.append("redirect")
    with pytest.raises(ProviderRequestError, match="302"):
        connect(fake).hand_over(readers(1), journal=Notes())


def test_the_sandbox_accepts_with_200(fake: FakeSendGrid) -> None:
    outcomes = connect(fake, is_sandbox=True).hand_over(readers(2), journal=Notes())
    assert set(states(outcomes).values()) == {ACCEPTED}


def test_a_wrong_key_pauses_the_send_and_is_not_shown(
    fake: FakeSendGrid, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("python_http_client").setLevel(logging.DEBUG)
    with caplog.at_level(logging.DEBUG), pytest.raises(ProviderAuthError) as caught:
        connect(fake, api_key="SG.a-secret").hand_over(readers(2), journal=Notes())
    shown = f"{caught.value!r} {caplog.text} {SendGridSettings(api_key='SG.a-secret')!r}"
    assert "SG.a-secret" not in shown
    assert "reader1@example.org" not in shown
    assert "api_key" in str(caught.value)


def test_no_address_stands_in_an_error(fake: FakeSendGrid) -> None:
    fake.frame_error = ("from.email", "We found <someone@example.org> twice, and a@b.example")
    with pytest.raises(ProviderRequestError) as caught:
        connect(fake).hand_over(readers(1), journal=Notes())
    assert "@" not in str(caught.value)


def test_a_sender_that_sendgrid_cannot_take_is_found_before_the_first_request(
    fake: FakeSendGrid,
) -> None:
    issue = dataclasses.replace(ISSUE, sender=Mailbox("δοκιμή@example.org"))
    with pytest.raises(ProviderRequestError, match="ASCII"):
        provider(fake).connect(issue, IDENTITY)


@pytest.mark.parametrize(
    "changes",
    [
        {"api_key": ""},
        {"api_key": "SG.x\r\nX: y"},
        {"api_key": "SG.schlüssel"},
        {"base_url": "ftp://x"},
        {"base_url": "api.sendgrid.com"},
        {"base_url": "http://x:y"},
        {"base_url": "http://x y"},
        {"batch_size": 1001},
        {"batch_size": 0},
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    section = {"api_key": KEY, **changes}
    lines = [f"{name} = {json.dumps(value)}" for name, value in section.items()]
    text = "\n".join(['provider = "sendgrid"', "[sendgrid]", *lines])
    (tmp_path / "mailer.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_settings(tmp_path, environ={}).require_provider()
    [name] = changes
    assert re.search(rf"\bsendgrid\]?[. ]{name}\b", str(caught.value))
    assert "SG." not in str(caught.value)


def test_check_asks_for_the_permission_to_send(fake: FakeSendGrid) -> None:
    assert fake.url in provider(fake).check()
    fake.scopes = ("stats.read",)
    with pytest.raises(ProviderAuthError, match="permission"):
        provider(fake).check()
    fake.answers.append("500")
    with pytest.raises(ProviderUnavailableError):
        provider(fake).check()
    with pytest.raises(ProviderAuthError):
        provider(fake, api_key="SG.wrong").check()


def test_an_issue_without_html_has_one_part(fake: FakeSendGrid) -> None:
    issue = dataclasses.replace(ISSUE, html="")
    provider(fake).connect(issue, IDENTITY).hand_over(readers(1), journal=Notes())
    assert fake.accepted[0].html == ""
    assert fake.accepted[0].text


def people_with_commas() -> list[Recipient]:
    return [reader(1, 'Doe, "JD" Jane'), reader(2, "a;b\\c"), reader(3, "x\r\ny")]


def test_names_go_as_they_are(fake: FakeSendGrid) -> None:
    """SendGrid quotes them itself: quotes of ours would be part of the name."""
    issue = dataclasses.replace(ISSUE, sender=Mailbox(ISSUE.sender.email, "Doe, Ann"))
    provider(fake).connect(issue, IDENTITY).hand_over(people_with_commas(), journal=Notes())
    assert [one.name for one in fake.accepted] == ['Doe, "JD" Jane', "a;b\\c", "x y"]
    assert fake.accepted[0].sender["name"] == "Doe, Ann"


def test_an_address_that_sendgrid_never_takes_costs_no_request(fake: FakeSendGrid) -> None:
    people = [reader(1), reader(2, email="δοκιμή@example.org"), reader(3)]
    outcomes = connect(fake).hand_over(people, journal=Notes())
    assert states(outcomes) == {
        1: DeliveryState.ACCEPTED, 2: DeliveryState.REJECTED, 3: DeliveryState.ACCEPTED
    }  # fmt: skip
    assert {one.reason for one in outcomes if one.delivery_id == 2} == {"address_not_ascii"}
    assert len(fake.request_sizes) == 1


def test_the_fake_runs_as_a_program() -> None:
    program = Path(__file__).parents[1] / "fakes" / "sendgrid.py"
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = f"http://127.0.0.1:{int(process.stdout.readline())}"
            settings = SendGridSettings(api_key=KEY, base_url=url)
            connection = SendGridProvider(settings).connect(ISSUE, IDENTITY)
            connection.hand_over(readers(3), journal=Notes())
            with urllib.request.urlopen(f"{url}/_fake/accepted") as response:  # noqa: S310 - http
                assert [one["delivery_id"] for one in json.load(response)] == ["1", "2", "3"]
        finally:
            process.terminate()
