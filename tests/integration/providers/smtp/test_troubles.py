"""SMTP against servers that refuse, hang up, stall, or offer little."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fakes.smtp import MODERN, SmtpServer, hang_up
from provider_kit import IDENTITY, ISSUE, Notes, reader, readers, seen, states

from mailer.errors import (
    ProviderAuthError,
    ProviderThrottledError,
    ProviderUnavailableError,
)
from mailer.message.compiled import Recipient
from mailer.providers.base import LONGEST_WINDOW_SECONDS
from mailer.providers.outcome import Cause, LeaseLostError, Outcome
from mailer.providers.smtp import connection as smtp_connection
from mailer.providers.smtp import conversation
from mailer.providers.smtp.connection import SmtpConnection
from mailer.providers.smtp.prepared import dot_stuffed
from mailer.providers.smtp.provider import SmtpProvider, verp
from mailer.providers.smtp.settings import SmtpSettings
from mailer.states import DeliveryState

ACCEPTED, DEFERRED = DeliveryState.ACCEPTED, DeliveryState.DEFERRED
REJECTED, UNKNOWN = DeliveryState.REJECTED, DeliveryState.UNKNOWN


def provider(
    server: SmtpServer, *, envelope_sender: Callable[[Recipient], str] | None = None, **changes: Any
) -> SmtpProvider:
    settings = SmtpSettings(**{"port": server.port, "timeout_seconds": 5, **changes})
    return SmtpProvider(settings, envelope_sender=envelope_sender)


@contextlib.contextmanager
def connected(server: SmtpServer, **changes: Any) -> Iterator[SmtpConnection]:
    with server.running():
        connection = provider(server, **changes).connect(ISSUE, IDENTITY)
        yield connection
        connection.close()


def all_windows(
    connection: SmtpConnection, people: list[Recipient], journal: Notes | None = None
) -> list[Outcome]:
    """Hand over window after window, as long as the server is slow."""
    outcomes: list[Outcome] = []
    while len(outcomes) < len(people):
        rest = people[len(outcomes) :]
        outcomes += connection.hand_over(rest, journal=journal or Notes())
    return outcomes


def taken_by(server: SmtpServer) -> list[str]:
    return [taken.recipient for taken in server.taken]


def test_one_connection_carries_many_messages() -> None:
    server, notes = SmtpServer(), Notes()
    with connected(server) as connection:
        outcomes = connection.hand_over(readers(20), journal=notes)
        outcomes += connection.hand_over(readers(20, first=21), journal=notes)
    assert set(states(outcomes).values()) == {ACCEPTED}
    assert outcomes[0].receipt == "2.0.0 ok queued as Q1"
    assert taken_by(server) == [f"reader{n}@example.org" for n in range(1, 41)]
    assert server.connections == 1
    assert server.commands[-1] == "QUIT"
    assert notes.most_in_flight == 1
    assert notes.in_flight == set()


def test_commands_are_pipelined_where_that_is_offered() -> None:
    server = SmtpServer(waits_for_data=True)
    with connected(server) as connection:
        outcomes = connection.hand_over(readers(3), journal=Notes())
    assert set(states(outcomes).values()) == {ACCEPTED}


def test_commands_wait_where_pipelining_is_not_offered() -> None:
    server = SmtpServer(extensions=("8BITMIME",), rcpt={"reader2@example.org": "550 5.1.1 no"})
    with connected(server) as connection:
        outcomes = connection.hand_over(readers(3), journal=Notes())
    assert states(outcomes) == {1: ACCEPTED, 2: REJECTED, 3: ACCEPTED}
    assert server.too_early == 0
    assert (
        "DATA" not in server.commands[server.commands.index("RCPT TO:<reader2@example.org>") :][1]
    )


def test_a_server_without_esmtp_gets_mail_too() -> None:
    server = SmtpServer(extensions=("HELP",))
    with connected(server) as connection:
        outcomes = connection.hand_over(readers(2), journal=Notes())
    assert set(states(outcomes).values()) == {ACCEPTED}
    assert server.taken[0].options == ""


@pytest.mark.parametrize("extensions", [MODERN, ("8BITMIME",)])
@pytest.mark.parametrize("stage", ["rcpt", "data", "final"])
@pytest.mark.parametrize(
    ("reply", "state"), [("550 5.1.1 unknown user", REJECTED), ("450 4.2.0 later", DEFERRED)]
)
def test_a_refused_recipient_does_not_touch_the_others(
    stage: str, reply: str, state: DeliveryState, extensions: tuple[str, ...]
) -> None:
    server, notes = SmtpServer(extensions=extensions), Notes()
    setattr(server, stage, {"reader2@example.org": reply})
    with connected(server) as connection:
        outcomes = connection.hand_over(readers(4), journal=notes)
    assert states(outcomes) == {1: ACCEPTED, 2: state, 3: ACCEPTED, 4: ACCEPTED}
    assert outcomes[1].reason == f"smtp_{reply[:3]}_{reply[4:9]}"
    assert outcomes[1].receipt == reply
    assert (2 in notes.begun) == (stage == "final")
    assert taken_by(server) == [f"reader{n}@example.org" for n in (1, 3, 4)]
    assert server.connections == 1


def test_a_refused_sender_is_the_outcome_of_that_delivery() -> None:
    server = SmtpServer(mail={"bounce+2@x.example": "550 5.7.1 not you"})
    sender = verp("bounce@x.example", str)
    with connected(server, envelope_sender=sender) as connection:
        outcomes = connection.hand_over(readers(3), journal=Notes())
    assert states(outcomes) == {1: ACCEPTED, 2: REJECTED, 3: ACCEPTED}
    assert [taken.sender for taken in server.taken] == ["bounce+1@x.example", "bounce+3@x.example"]


def test_without_verp_the_issues_sender_takes_bounces() -> None:
    server = SmtpServer()
    with connected(server) as connection:
        connection.hand_over(readers(1), journal=Notes())
    assert server.taken[0].sender == "editor@news.example.com"


def test_a_server_that_takes_data_without_recipients_gets_an_empty_message() -> None:
    server = SmtpServer(rcpt={"reader1@example.org": "550 no"}, takes_data_anyway=True)
    with connected(server) as connection:
        outcomes = connection.hand_over(readers(2), journal=Notes())
    assert states(outcomes) == {1: REJECTED, 2: ACCEPTED}
    assert taken_by(server) == ["reader2@example.org"]


def test_a_server_that_takes_data_without_a_sender_gets_nothing() -> None:
    server = SmtpServer(mail={"bounce+1@x.example": "550 no"}, takes_data_anyway=True)
    sender = verp("bounce@x.example", str)
    with connected(server, envelope_sender=sender) as connection:
        outcomes = connection.hand_over(readers(2), journal=Notes())
    assert states(outcomes) == {1: REJECTED, 2: ACCEPTED}
    assert taken_by(server) == ["reader2@example.org"]


def test_a_server_that_hangs_up_on_a_bad_recipient_still_rejected_it() -> None:
    def reject_and_leave() -> str:
        return "550 5.1.1 unknown\r\n421 4.7.0 too many errors"

    server = SmtpServer(rcpt={"reader2@example.org": reject_and_leave})
    server.data = {"": hang_up}
    server.takes_data_anyway = True
    with connected(server) as connection:
        outcomes = connection.hand_over(readers(3), journal=Notes())
    assert states(outcomes) == {1: ACCEPTED, 2: REJECTED, 3: ACCEPTED}
    assert server.connections == 2


@pytest.mark.parametrize("keeps_lost", [True, False])
def test_silence_after_the_dot_is_unknown(keeps_lost: bool) -> None:  # noqa: FBT001
    server, notes = SmtpServer(keeps_lost=keeps_lost), Notes()
    server.final = {"reader2@example.org": hang_up}
    with connected(server) as connection:
        outcomes = connection.hand_over(readers(4), journal=notes)
        assert states(outcomes) == {1: ACCEPTED, 2: UNKNOWN}, "whoever counts them is asked first"
        rest = connection.hand_over(readers(2, first=3), journal=notes)
    assert states(rest) == {3: ACCEPTED, 4: ACCEPTED}
    assert outcomes[1].reason == "connection_lost_after_data"
    assert taken_by(server).count("reader2@example.org") == keeps_lost
    assert server.connections == 2


def test_no_answer_in_time_after_the_dot_is_unknown() -> None:
    server = SmtpServer()
    with connected(server, timeout_seconds=0.3) as connection:
        server.delay = 0.05
        server.final = {"reader1@example.org": slow}
        [outcome] = connection.hand_over(readers(1), journal=Notes())
    assert outcome.state is UNKNOWN


def slow() -> str:
    time.sleep(0.6)
    return "250 too late"


@pytest.mark.parametrize("parting", ["421 4.7.0 enough", ""])
@pytest.mark.parametrize("extensions", [MODERN, ("8BITMIME",)])
def test_a_limit_of_messages_a_connection_is_met_by_a_new_one(
    parting: str, extensions: tuple[str, ...]
) -> None:
    server = SmtpServer(extensions=extensions, messages_per_connection=3, parting=parting)
    with connected(server) as connection:
        outcomes = all_windows(connection, readers(10))
    assert set(states(outcomes).values()) == {ACCEPTED}
    assert len(taken_by(server)) == len(set(taken_by(server))) == 10
    assert server.connections == 4


def test_a_reset_right_after_the_reply_does_not_hide_the_reply() -> None:
    server = SmtpServer(messages_per_connection=1, parting="", most_read=1)
    with connected(server) as connection:
        outcomes = connection.hand_over(readers(6), journal=Notes())
    assert set(states(outcomes).values()) == {ACCEPTED}
    assert len(taken_by(server)) == len(set(taken_by(server))) == 6
    assert server.connections == 6


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_421_before_the_content_stops_the_window_with_the_outcomes_so_far(stage: str) -> None:
    server, notes = SmtpServer(), Notes()
    with connected(server) as connection:
        connection.hand_over(readers(1), journal=notes)
        setattr(server, stage, {"*": "421 4.3.2 shutting down"})
        with pytest.raises(ProviderUnavailableError, match="421"):
            connection.hand_over(readers(3, first=2), journal=notes)
    assert notes.begun == [1]
    assert notes.in_flight == set()
    assert taken_by(server) == ["reader1@example.org"]


def test_outcomes_so_far_are_returned_and_the_next_call_raises() -> None:
    server, notes = SmtpServer(), Notes()
    server.rcpt = {"reader3@example.org": "421 4.3.2 shutting down"}
    with connected(server) as connection:
        outcomes = connection.hand_over(readers(5), journal=notes)
        assert states(outcomes) == {1: ACCEPTED, 2: ACCEPTED}
        with pytest.raises(ProviderUnavailableError):
            connection.hand_over(readers(3, first=3), journal=notes)
    assert notes.begun == [1, 2]


def test_421_to_the_dot_is_a_refusal_for_now() -> None:
    server, notes = SmtpServer(final={"reader1@example.org": "421 4.3.2 shutting down"}), Notes()
    with connected(server) as connection:
        with pytest.raises(ProviderThrottledError, match="421"):
            connection.hand_over(readers(2), journal=notes)
        server.final.clear()
        outcomes = connection.hand_over(readers(2), journal=Notes())
    assert notes.outcomes[1].state is DEFERRED, "a worker killed now leaves nothing unknown"
    assert notes.in_flight == set()
    assert states(outcomes) == {1: ACCEPTED, 2: ACCEPTED}


def test_a_server_that_is_gone_is_unavailable() -> None:
    server = SmtpServer()
    with server.running():
        connection = provider(server).connect(ISSUE, IDENTITY)
    with pytest.raises(ProviderUnavailableError, match=r"127\.0\.0\.1.*\[smtp\] host"):
        connection.hand_over(readers(1), journal=Notes())
    with pytest.raises(ProviderUnavailableError):
        provider(server).connect(ISSUE, IDENTITY)
    connection.close()
    connection.close()


def test_an_idle_line_that_the_server_closed_is_replaced() -> None:
    server = SmtpServer(messages_per_connection=1, parting="")
    with connected(server) as connection:
        first = connection.hand_over(readers(1), journal=Notes())
        second = connection.hand_over(readers(1, first=2), journal=Notes())
    assert states([*first, *second]) == {1: ACCEPTED, 2: ACCEPTED}


def test_a_lost_lease_leaves_a_message_without_its_dot() -> None:
    server, notes = SmtpServer(), Notes(begins_left=2)
    with connected(server) as connection:
        outcomes = connection.hand_over(readers(5), journal=notes)
        assert states(outcomes) == {1: ACCEPTED, 2: ACCEPTED}
        with pytest.raises(LeaseLostError):
            connection.hand_over(readers(3, first=3), journal=notes)
    assert taken_by(server) == ["reader1@example.org", "reader2@example.org"]
    assert server.cut_off == 2
    assert notes.in_flight == set()


def test_a_failing_journal_stops_everything() -> None:
    class Broken(Notes):
        def end(self, outcomes: object) -> None:  # noqa: ARG002 - it fails whatever it is told
            raise OSError("disk full")

    server, notes = SmtpServer(), Broken()
    with connected(server) as connection:
        with pytest.raises(OSError, match="disk full"):
            connection.hand_over(readers(3), journal=notes)
        outcomes = connection.hand_over(readers(1, first=2), journal=Notes())
    assert notes.in_flight == {1}
    assert states(outcomes) == {2: ACCEPTED}
    assert server.connections == 2


def test_utf8_addresses_need_smtputf8() -> None:
    greek = reader(1, "Δοκιμή", email="δοκιμή@example.org")
    with connected(modern := SmtpServer()) as connection:
        outcomes = connection.hand_over([greek], journal=Notes())
    assert states(outcomes) == {1: ACCEPTED}
    assert "SMTPUTF8" in modern.taken[0].options
    assert seen(modern.taken[0].content).to_name == "Δοκιμή"
    with connected(SmtpServer(extensions=("PIPELINING",))) as connection:
        outcomes = connection.hand_over([greek, reader(2)], journal=Notes())
    assert states(outcomes) == {1: REJECTED, 2: ACCEPTED}
    assert outcomes[0].reason == "smtputf8_unsupported"


def test_a_size_limit_is_respected_before_anything_is_sent() -> None:
    server = SmtpServer(extensions=("SIZE 900", "PIPELINING"))
    with connected(server) as connection:
        outcomes = connection.hand_over(readers(2), journal=Notes())
    assert [(one.state, one.reason) for one in outcomes] == [(REJECTED, "message_too_big")] * 2
    assert not any(command.startswith("MAIL") for command in server.commands)


def test_the_size_is_announced() -> None:
    server = SmtpServer(extensions=("SIZE",))
    with connected(server) as connection:
        connection.hand_over(readers(1), journal=Notes())
    [taken] = server.taken
    assert taken.options == f"SIZE={len(taken.content)}"


@pytest.mark.parametrize("email", ["a@b.c>\r\nRCPT TO:<x@y.z", "a b@c.d", "a@b.c>", "a\n@b.c"])
def test_no_address_smuggles_a_command(email: str) -> None:
    server = SmtpServer()
    with connected(server) as connection:
        outcomes = connection.hand_over([reader(1, email=email), reader(2)], journal=Notes())
    assert states(outcomes) == {1: REJECTED, 2: ACCEPTED}
    assert outcomes[0].reason == "invalid_address"
    assert taken_by(server) == ["reader2@example.org"]


def test_a_server_that_wants_a_login_pauses_the_send() -> None:
    server = SmtpServer(mail={"*": "530 5.7.0 authentication required"})
    with connected(server) as connection, pytest.raises(ProviderAuthError, match="username"):
        connection.hand_over(readers(2), journal=Notes())


@pytest.mark.parametrize("greeting", ["554 5.7.1 not you", "421 4.7.0 too many", "hello", "220"])
def test_an_unfriendly_greeting_is_unavailable(greeting: str) -> None:
    server = SmtpServer(greeting=greeting, extensions=("HELP",))
    with server.running():
        if greeting == "220":
            assert "takes mail" in provider(server).check()
        else:
            with pytest.raises(ProviderUnavailableError):
                provider(server).check()


def test_replies_out_of_step_end_the_line() -> None:
    server, notes = SmtpServer(mail={"*": "354 go on"}), Notes()
    with connected(server) as connection, pytest.raises(ProviderUnavailableError):
        connection.hand_over(readers(1), journal=notes)
    assert notes.begun == []


def test_an_unclear_answer_to_the_dot_is_unknown() -> None:
    server = SmtpServer(final={"*": "354 go on"})
    with connected(server) as connection:
        outcomes = connection.hand_over(readers(1), journal=Notes())
    assert [(one.state, one.reason) for one in outcomes] == [(UNKNOWN, "unclear_reply")]


def test_dots_at_line_starts_survive() -> None:
    assert dot_stuffed(b".a\r\n.\r\n..b\r\nc.\r\n") == b"..a\r\n..\r\n...b\r\nc.\r\n"


def test_check_says_what_the_server_offers() -> None:
    server = SmtpServer()
    with server.running():
        said = provider(server).check()
    assert said == (
        f"the SMTP server 127.0.0.1:{server.port} takes mail "
        "(no TLS, no login, PIPELINING, SMTPUTF8, at most 10,485,760 bytes)"
    )
    assert "NOOP" in server.commands


def test_what_arrives_is_what_was_bound() -> None:
    server = SmtpServer()
    with connected(server) as connection:
        connection.hand_over(readers(7), journal=Notes())
    for taken, recipient in zip(server.taken, readers(7), strict=True):
        message = seen(taken.content)
        assert message.email == recipient.email
        assert message.to_name == recipient.name
        assert ".naïve = 🎉" in message.text


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        ("mail", "452 4.3.1 Insufficient system storage"),
        ("mail", "450 too much mail"),
        ("rcpt", "450 4.7.1 Error: too much mail from 192.0.2.1"),
        ("data", "451 4.7.0 try again later"),
        ("final", "454 Throttling failure: Maximum sending rate exceeded."),
    ],
)
@pytest.mark.parametrize("extensions", [MODERN, ("8BITMIME",)])
def test_a_refusal_for_now_that_is_about_us_costs_nobody_a_try(
    stage: str, reply: str, extensions: tuple[str, ...]
) -> None:
    server, notes = SmtpServer(extensions=extensions), Notes()
    with connected(server) as connection:
        outcomes = all_windows(connection, readers(2), notes)
        setattr(server, stage, {"*": reply})
        with pytest.raises(ProviderThrottledError, match=reply[:3]):
            connection.hand_over(readers(2, first=3), journal=notes)
        setattr(server, stage, {})
        outcomes += all_windows(connection, readers(2, first=3), notes)
    assert states(outcomes) == dict.fromkeys(range(1, 5), ACCEPTED)
    assert notes.in_flight == set()
    assert len(taken_by(server)) == len(set(taken_by(server))) == 4


def test_a_throttle_in_the_middle_of_a_window_is_told_with_the_next_one() -> None:
    server = SmtpServer(rcpt={"reader3@example.org": "450 too much mail"})
    with connected(server) as connection:
        outcomes = connection.hand_over(readers(5), journal=Notes())
        assert states(outcomes) == {1: ACCEPTED, 2: ACCEPTED}
        with pytest.raises(ProviderThrottledError):
            connection.hand_over(readers(3, first=4), journal=Notes())
        outcomes = connection.hand_over(readers(2, first=4), journal=Notes())
    assert states(outcomes) == {4: ACCEPTED, 5: ACCEPTED}
    assert server.connections == 1


@pytest.mark.parametrize(
    ("stage", "reply"),
    [("rcpt", "554 5.7.1 Relay access denied"), ("mail", "550 no"), ("final", "554 spam")],
)
def test_a_refusal_for_good_that_is_about_us_says_so_and_is_no_last_word(
    stage: str, reply: str
) -> None:
    server, notes = SmtpServer(), Notes()
    setattr(server, stage, {"*": reply})
    with connected(server) as connection:
        outcomes = connection.hand_over(readers(3), journal=notes)
    assert [(one.state, one.cause) for one in outcomes] == [(REJECTED, Cause.SENDER)] * 3
    assert {one.state for one in notes.outcomes.values()} == {DEFERRED}


def test_a_server_that_becomes_slow_cuts_the_window_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_connection, "LONGEST_WINDOW_SECONDS", LONGEST_WINDOW_SECONDS)
    server = SmtpServer()
    with connected(server) as connection:
        connection.hand_over(readers(1), journal=Notes())
        server.final = {"*": slow_but_good}
        began = time.monotonic()
        outcomes = connection.hand_over(readers(50, first=2), journal=Notes())
        took = time.monotonic() - began
        server.final = {}
        rest = all_windows(connection, readers(50 - len(outcomes), first=2 + len(outcomes)))
    assert 1 <= len(outcomes) <= 2
    assert took < 4
    assert states([*outcomes, *rest]) == dict.fromkeys(range(2, 52), ACCEPTED)
    assert len(taken_by(server)) == len(set(taken_by(server))) == 51


def slow_but_good() -> str:
    time.sleep(1)
    return "250 2.0.0 at last"


@pytest.mark.parametrize("patience", [0.3, 60])
def test_a_server_that_discards_what_is_pipelined_is_asked_command_by_command(
    patience: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "PATIENCE_SECONDS", patience)
    server = SmtpServer(discards_ahead=True)
    with server.running():
        smtp = provider(server, timeout_seconds=1)
        first, second = (smtp.connect(ISSUE, IDENTITY) for _ in range(2))
        outcomes = all_windows(first, readers(3))
        connections, commands = server.connections, len(server.commands)
        outcomes += all_windows(second, readers(3, first=4))
        first.close()
        second.close()
    assert states(outcomes) == dict.fromkeys(range(1, 7), ACCEPTED)
    assert server.connections == connections == 3, "the second one knows already"
    assert server.commands[commands:].count("RCPT TO:<reader4@example.org>") == 1
    assert len(taken_by(server)) == len(set(taken_by(server))) == 6


@pytest.mark.parametrize("reply", ["554 SMTP synchronization error", "503 5.5.0 pipelining?"])
def test_a_server_that_complains_about_pipelining_is_asked_command_by_command(reply: str) -> None:
    server = SmtpServer(refuses_ahead=reply)
    with connected(server) as connection:
        outcomes = all_windows(connection, readers(3))
    assert states(outcomes) == dict.fromkeys(range(1, 4), ACCEPTED)


def test_a_server_that_hangs_up_on_pipelining_is_asked_command_by_command() -> None:
    server = SmtpServer(refuses_ahead=hang_up)
    with connected(server) as connection:
        outcomes = all_windows(connection, readers(3))
    assert states(outcomes) == dict.fromkeys(range(1, 4), ACCEPTED)
    assert server.connections == 3
