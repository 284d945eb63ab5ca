"""`mailer send` from the question to the balanced books, and what steers it."""

import email
import email.policy
import json
import signal
from collections.abc import Iterator
from typing import Any

import cli_kit
import pytest
from cli_kit import Cli
from sink import Sink

from mailer.cli.shared import ExitCode

cli = cli_kit.cli
SEND = ("send", "week-1.md", "--list", "readers")
PEOPLE = [f"reader{n}@example.org" for n in range(5)]


class Moody(Sink):
    """Refuses some for good and some for now.

    Attributes:
        answers: what each of these recipients is answered.
    """

    answers: dict[str, str]

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        del server, session
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"


@pytest.fixture
def sink() -> Iterator[Moody]:
    with Moody() as sink:
        sink.answers = {}
        yield sink


def use_smtp(cli: Cli, sink: Sink, **more: str) -> None:
    cli.set(MAILER_PROVIDER="smtp", MAILER_SMTP__PORT=str(sink.port), **more)


def test_a_look_changes_nothing(cli: Cli) -> None:
    cli.list_of(*PEOPLE)
    assert cli.call("subscriber", "suppress", PEOPLE[0]).code == 0
    gone = ("subscriber", "unsubscribe", PEOPLE[1], "--list", "readers")
    assert cli.call(*gone).code == 0
    before = cli.everything()
    look = cli.call(*SEND, "--dry-run")
    assert look.code == 0
    shown = dict(line.strip().rsplit(maxsplit=1) for line in look.out.splitlines()[1:4])
    assert shown == {"list": "readers", "intended": "4", "skipped: suppressed_manual": "1"}
    assert "Hello there" in look.out
    assert "not mailed: unsubscribed" in look.out
    facts = cli.call(*SEND, "--dry-run", "--json").json
    assert (facts["intended"], facts["to_hand_over"], facts["active"]) == (4, 3, 4)
    assert facts["skipped"] == {"suppressed_manual": 1}
    assert cli.everything() == before
    assert not (cli.path / "outbox").exists()


def test_no_is_heeded(cli: Cli) -> None:
    cli.list_of(*PEOPLE)
    before = cli.everything()
    done = cli.run(*SEND, answer="n\n")
    assert done.code == ExitCode.DECLINED
    assert done.err == "Send it? [y/N] nothing was sent\n"
    assert cli.everything() == before


@pytest.mark.slow
def test_without_a_worker_it_sends_all_the_same_and_nobody_gets_two(cli: Cli) -> None:
    cli.list_of(*PEOPLE)
    done = cli.run(*SEND, answer="y\n")
    assert done.code == 0
    assert "no worker is running: starting one" in done.err
    assert "= accepted" in done.out
    assert "the books balance" in done.out
    before = cli.everything()
    again = cli.run(*SEND, "--yes")
    assert again.code == ExitCode.USAGE
    assert "nobody is left to send it to: 5 have this issue already" in again.err
    told = cli.run(*SEND, "--yes", "--allow-empty", "--json")
    assert told.code == 0
    assert "5 have this issue already" in told.err
    assert cli.everything() == before, "an empty send is not stored"
    outbox = cli.path / "outbox"
    assert {path.stat().st_mode & 0o777 for path in (outbox, *outbox.rglob("*"))} == {0o700, 0o600}
    messages = [parse(path.read_bytes()) for path in outbox.rglob("*.eml")]
    assert sorted(message["To"] for message in messages) == sorted(PEOPLE)
    assert {message["Subject"] for message in messages} == {"Hello there"}


def parse(data: bytes) -> Any:
    return email.message_from_bytes(data, policy=email.policy.default)


@pytest.mark.slow
def test_with_a_worker_by_smtp(cli: Cli, sink: Moody) -> None:
    """One refused for good is no failure of ours; one put off for too long is."""
    use_smtp(cli, sink, MAILER_DELIVERY__MAX_ATTEMPTS="1")
    cli.list_of(*PEOPLE)
    sink.answers = {PEOPLE[0]: "550 5.1.1 no such user"}
    worker = cli.worker()
    left = cli.call(*SEND, "--yes", "--no-watch", "--json")
    assert left.code == 0
    assert left.json["state"] == "sending"
    watched = cli.call("sends", "watch", "1", "--json")
    assert watched.code == 0, worker.text
    assert watched.err == "", "there is a worker: none is started"
    assert watched.json["books"] == {
        "intended": 5,
        "accepted": 4,
        "skipped": 0,
        "rejected": 1,
        "failed": 0,
        "unknown": 0,
        "open": 0,
        "balanced": True,
    }
    assert sink.received == dict.fromkeys(PEOPLE[1:], 1)

    sink.answers = {PEOPLE[1]: "451 4.2.1 try later"}
    cli.write("week-2.md", cli_kit.ISSUE.replace("week-1", "week-2"))
    done = cli.call("send", "week-2.md", "--list", "readers", "--yes")
    assert done.code == ExitCode.FAILED
    assert "+ failed" in done.out
    assert "451 4.2.1 try later" in cli.call("explain", PEOPLE[1], "week-2").words
    assert cli.call("sends", "watch", "2").code == ExitCode.FAILED, "so it stays"
    told = cli.call("explain", PEOPLE[0]).words
    assert "week-1 → rejected" in told
    assert "550 5.1.1 no such user" in told


def test_a_send_is_planned_and_steered_without_a_worker(cli: Cli) -> None:
    cli.list_of(*PEOPLE)
    left = cli.call(*SEND, "--yes", "--no-watch")
    assert left.code == 0
    assert "send 1 is planned: mailer sends watch 1" in left.out
    assert "no worker is running: start one with  mailer worker" in left.err
    assert [one["id"] for one in cli.call("sends", "ls", "--json").json] == [1]
    assert "week-1" in cli.call("sends", "ls").out

    assert "is paused" in cli.call("sends", "pause", "1").out
    watched = cli.call("sends", "watch", "1")
    assert watched.code == ExitCode.FAILED, "paused is not sent"
    assert "paused by hand" in watched.out
    assert "send 1 is paused, not" in cli.call("sends", "pause", "1").error
    assert "is resumed" in cli.call("sends", "resume", "1").out
    assert cli.books()["state"] == "sending"
    assert "is sending, not paused" in cli.call("sends", "resume", "1").error

    assert "5 recipients would not get it" in cli.call("sends", "cancel", "1", "--dry-run").out
    declined = cli.run("sends", "cancel", "1")
    assert (declined.code, cli.books()["state"]) == (ExitCode.DECLINED, "sending")
    assert cli.call("sends", "cancel", "1", "--yes").code == 0
    found = cli.books()
    assert (found["state"], found["books"]["skipped"]) == ("cancelled", 5)
    assert found["books"]["balanced"]
    assert found["reasons"] == {"skipped": {"cancelled": 5}}
    assert "skipped (cancelled)" in cli.call("explain", PEOPLE[0], "week-1").out


def test_running_it_again_goes_on_with_an_unfinished_send(cli: Cli) -> None:
    """What is planned is not what somebody has: the first command may have died."""
    cli.list_of(*PEOPLE)
    assert cli.call(*SEND, "--yes", "--no-watch").code == 0

    look = cli.call(*SEND, "--dry-run")
    assert look.code == 0
    assert "in an unfinished send" in look.out
    assert "send 1 (5 open) goes on" in look.out
    assert cli.run(*SEND, answer="n\n").err.startswith("Continue send 1?")
    facts = cli.call(*SEND, "--dry-run", "--json").json
    assert facts["earlier"] == {"open": 5}
    assert facts["unfinished"] == [{"send": 1, "open": 5}]

    again = cli.call(*SEND, "--yes", "--no-watch", "--json")
    assert again.json["id"] == 1
    assert [one["id"] for one in cli.call("sends", "ls", "--json").json] == [1]


def test_a_send_cut_off_in_planning_is_planned_to_its_end(cli: Cli) -> None:
    cli.list_of(*PEOPLE)
    assert cli.call(*SEND, "--yes", "--no-watch").code == 0
    cli.change(
        "DELETE FROM delivery",
        "DELETE FROM batch",
        "UPDATE send SET state = 'planning', planned_at = NULL, planned_upto = 0,"
        " intended_count = 0",
    )

    again = cli.call(*SEND, "--yes", "--no-watch", "--json")

    assert (again.json["id"], again.json["state"]) == (1, "sending")
    assert again.json["books"]["intended"] == 5


def test_an_unfinished_send_that_cannot_go_on_with_this_is_named(cli: Cli) -> None:
    cli.list_of(*PEOPLE)
    assert cli.call(*SEND, "--yes", "--no-watch").code == 0
    issue = cli.path / "week-1.md"
    before = issue.read_text()
    issue.write_text(before.replace("Hello", "Good morning"))
    changed = cli.call(*SEND, "--yes")
    assert changed.code == ExitCode.USAGE
    assert "send 1 of this issue is unfinished (5 open), and its text is not" in changed.error
    issue.write_text(before)
    assert cli.call("sends", "pause", "1").code == 0
    paused = cli.call(*SEND, "--yes")
    assert paused.code == ExitCode.USAGE
    assert "send 1 of this issue is paused (5 open); mailer sends resume 1" in paused.error
    assert cli.call("sends", "cancel", "1", "--yes").code == 0
    cancelled = cli.call(*SEND, "--yes")
    assert cancelled.code == ExitCode.USAGE
    assert "5 cancelled in an earlier send" in cancelled.error


def test_a_send_of_another_provider_is_left_alone_and_named(cli: Cli, sink: Moody) -> None:
    cli.list_of(*PEOPLE)
    assert cli.call(*SEND, "--yes", "--no-watch").code == 0
    use_smtp(cli, sink)
    again = cli.call(*SEND, "--yes")
    assert again.code == ExitCode.USAGE
    assert "send 1 of this issue is unfinished (5 open) and goes through outbox, not smtp" in (
        again.error
    )
    checks = {one["name"]: one for one in cli.call("doctor", "--json").json}
    assert "send 1 goes through outbox" in checks["sends"]["detail"]


@pytest.mark.slow
def test_ctrl_c_says_who_goes_on_sending(cli: Cli, sink: Moody) -> None:
    """With the command its own worker ends; a worker that was there before goes on."""
    use_smtp(cli, sink)
    sink.answers = dict.fromkeys(PEOPLE, "451 4.2.1 try later")
    cli.list_of(*PEOPLE)
    process = cli.start(*SEND, "--yes")
    cli_kit.wait_until(lambda: cli.rows("SELECT FROM delivery WHERE state = 'deferred'"))
    assert process.stop(signal.SIGINT) == ExitCode.INTERRUPTED
    assert "send 1 rests, since its worker ended with this command" in process.text


def test_what_is_unknown_is_listed_and_settled(cli: Cli) -> None:
    cli.list_of(*PEOPLE)
    assert cli.call(*SEND, "--yes", "--no-watch").code == 0
    assert "nothing is unknown" in cli.call("sends", "reconcile", "1").out
    lose_all(cli)
    listed = cli.call("sends", "reconcile", "1", "--json").json
    assert [one["email"] for one in listed] == PEOPLE
    first, second = str(listed[0]["id"]), str(listed[1]["id"])
    lines = cli.call("sends", "reconcile", "1").out
    assert f"delivery {first}  {PEOPLE[0]}  worker_lost" in lines
    settle = ("sends", "reconcile", "1", "--as")
    assert cli.call(*settle, "accepted", "--delivery", first).out == (
        "1 delivery settled as accepted\n"
    )
    failed = cli.call(*settle, "failed", "--delivery", second, "--json").json
    assert failed == {"send": 1, "verdict": "failed", "settled": 1}
    assert cli.call(*settle, "accepted").out == "3 deliveries settled as accepted\n"
    books = cli.books()
    assert (books["state"], books["books"]["accepted"], books["books"]["failed"]) == ("sent", 4, 1)


def lose_all(cli: Cli) -> None:
    """Leave things as after a worker that died with everything in its hands."""
    cli.change(
        "UPDATE delivery SET state = 'unknown', reason = 'worker_lost', attempt_count = 1,"
        " handed_over_at = now(), settled_at = now()",
        "UPDATE batch SET state = 'done'",
    )


def test_explain_tells_the_whole_story(cli: Cli) -> None:
    cli.list_of(*PEOPLE)
    assert cli.call("subscriber", "suppress", PEOPLE[0], "--reason", "manual").code == 0
    assert cli.call(*SEND, "--yes", "--no-watch").code == 0
    told = cli.call("explain", PEOPLE[0])
    assert "suppressed (manual) since" in told.out
    assert "week-1 → skipped (suppressed_manual)" in told.out
    data = cli.call("explain", PEOPLE[0], "week-1", "--json").json
    assert data["email"] == PEOPLE[0]
    assert data["stories"][0]["delivery"]["state"] == "skipped"
    missing = cli.call("explain", PEOPLE[1], "week-9")
    assert missing.code == ExitCode.NOT_FOUND
    assert "'week-9' was never planned for" in missing.error


def test_evidence_is_shown_whole_in_a_narrow_terminal(cli: Cli) -> None:
    cli.list_of(PEOPLE[0])
    assert cli.call(*SEND, "--yes", "--no-watch").code == 0
    receipt = "250 2.0.0 Ok: queued as " + "ABCDEF" * 10
    cli.change(
        "UPDATE delivery SET state = 'accepted', attempt_count = 1, handed_over_at = now(),"  # noqa: S608
        f" settled_at = now(), receipt = '{receipt}'"
    )
    cli.set(COLUMNS="80")
    told = cli.run("explain", PEOPLE[0]).out
    assert max(len(line.rstrip()) for line in told.splitlines()) <= 80
    assert receipt.replace(" ", "") in "".join(told.split()).replace("\n", "")


def test_explain_tells_which_parts_a_reader_got(cli: Cli) -> None:
    cli.list_of(PEOPLE[0])
    issue = cli.path / "week-1.md"
    part = "::: only plan = paid\n\nFor members.\n\n:::\n"
    issue.write_text(f"{issue.read_text()}\n{part}")
    assert cli.call(*SEND, "--yes", "--no-watch", "--no-lint").code == 0
    assert "conditional parts" not in cli.call("explain", PEOPLE[0]).out
    cli.change("UPDATE delivery SET state = 'accepted', handed_over_at = now(), variant = 1")
    assert 'with the conditional parts for plan = "paid"' in cli.call("explain", PEOPLE[0]).out
    facts = cli.call("explain", PEOPLE[0], "--json").json["stories"][0]["delivery"]
    assert facts["conditions"] == facts["shown_for"] == ['plan = "paid"']
    cli.change("UPDATE delivery SET variant = 0")
    assert "without the conditional parts" in cli.call("explain", PEOPLE[0]).out
    cli.change("UPDATE delivery SET variant = NULL")
    assert "was not recorded" in cli.call("explain", PEOPLE[0]).out


@pytest.mark.slow
def test_a_worker_that_cannot_start_ends_the_watch(cli: Cli) -> None:
    cli.list_of(*PEOPLE)
    cli.set(MAILER_WORKER__CONCURRENCY="1")
    broken = cli.path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import os, sys\nif '--app=worker' in sys.orig_argv:\n    os._exit(1)\n"
    )
    cli.set(PYTHONPATH=f"{broken}:{cli_kit.ROOT}")
    done = cli.run(*SEND, "--yes")
    assert done.code == ExitCode.FAILED
    assert "the worker stopped unexpectedly" in done.error
    assert "5" in done.out.split("open")[1].split("\n")[0]


def test_json_is_one_document_and_nothing_else(cli: Cli) -> None:
    cli.list_of(*PEOPLE)
    for words in (
        (*SEND, "--dry-run", "--json"),
        (*SEND, "--yes", "--no-watch", "--json"),
        ("sends", "ls", "--json"),
        ("sends", "show", "1", "--json"),
        ("sends", "reconcile", "1", "--json"),
        ("explain", PEOPLE[0], "--json"),
        ("subscriber", "show", PEOPLE[0], "--json"),
        ("subscriber", "import", "people.csv", "--list", "readers", "--json"),
        ("lists", "ls", "--json"),
        ("doctor", "--json"),
    ):
        done = cli.call(*words)
        json.loads(done.out)
        assert "Traceback" not in done.err
