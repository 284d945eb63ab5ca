"""`mailer sends retry`, `recipients`, `prune` and what else is said of sends that are over."""

import csv
import io
import subprocess
import sys

import cli_kit
import pytest
from cli_kit import Cli

from mailer.cli.shared import ExitCode

cli = cli_kit.cli
PEOPLE = [f"r{n}@example.org" for n in range(5)]
SEND = ("send", "week-1.md", "--list", "readers")


@pytest.fixture
def cancelled(cli: Cli) -> Cli:
    """A workspace whose only send was cancelled after two of five, with one rejected."""
    cli.list_of(*PEOPLE)
    assert cli.call(*SEND, "--yes", "--no-watch").code == 0
    cli.change(
        "UPDATE delivery SET state = 'accepted', settled_at = now(), receipt = '250 Ok'"
        " WHERE id IN (1, 2)",
        "UPDATE delivery SET state = 'rejected', settled_at = now(), reason = 'smtp_550'"
        " WHERE id = 3",
    )
    return cli


def test_cancel_tells_how_many_did_not_get_it(cancelled: Cli) -> None:
    assert "2 recipients would not get it as it stands now" in (
        cancelled.call("sends", "cancel", "1", "--dry-run").out
    )
    told = cancelled.call("sends", "cancel", "1", "--yes")
    assert told.code == 0
    assert "send 1 is cancelled: 2 recipients did not get it" in told.words


def test_the_rest_is_retried_and_nobody_else(cancelled: Cli) -> None:
    assert cancelled.call("sends", "cancel", "1", "--yes").code == 0
    again = cancelled.call(*SEND, "--yes")
    assert again.code == ExitCode.USAGE
    assert "2 cancelled in an earlier send" in again.error
    assert "mailer sends retry SEND" in again.error

    shown = cancelled.call("sends", "retry", "1", "--cancelled", "--rejected", "--dry-run")
    assert shown.code == 0
    for line in ("rejected: smtp_550 1", "skipped: cancelled 2", "to be sent to 3", "accepted 2"):
        assert line in shown.words
    facts = cancelled.call("sends", "retry", "1", "--rejected", "--dry-run", "--json").json
    assert facts["retried"] == [
        {"state": "rejected", "reason": "smtp_550", "count": 1, "left_out": {}, "intended": 1}
    ]
    assert (facts["intended"], facts["not_retried"]) == (1, {"accepted": 2, "skipped": 2})
    declined = cancelled.run("sends", "retry", "1", "--cancelled", answer="n\n")
    assert (declined.code, "nothing was sent" in declined.err) == (ExitCode.DECLINED, True)

    done = cancelled.run("sends", "retry", "1", "--cancelled", "--rejected", "smtp_550", "--yes")
    assert done.code == 0, done.err
    assert "the books balance" in done.out
    books = cancelled.books(2)
    assert (books["books"]["accepted"], books["retried_send_id"]) == (3, 1)
    assert "retries send 1" in cancelled.call("sends", "show", "2").out
    assert cancelled.books(1)["books"]["skipped"] == 2
    over = cancelled.call("sends", "retry", "1", "--cancelled", "--yes")
    assert over.code == ExitCode.USAGE
    assert "nobody of send 1 is left to retry: not retried: 2 accepted" in over.error


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (["1"], "say whom: --failed, --cancelled, --rejected or --skipped", 2),
        (["1", "--rejected", "smtp_1"], "for 'smtp_1' (there is: smtp_550)", 2),
        (["9", "--failed"], "there is no send 9", 4),
        (["1", "--failed"], "nobody of send 1 is left to retry", 2),
    ],
)
def test_what_cannot_be_retried(cancelled: Cli, words: list[str], said: str, code: int) -> None:
    done = cancelled.call("sends", "retry", *words, "--yes")
    assert (done.code, said in done.error) == (code, True), done.error


def test_recipients_in_three_formats(cancelled: Cli) -> None:
    lines = cancelled.call("sends", "recipients", "1").out.splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("r0@example.org  accepted  20")
    assert lines[0].endswith("250 Ok")
    assert "rejected (smtp_550)" in lines[2]
    found = cancelled.call("sends", "recipients", "1", "--json", "--state", "accepted").json
    assert [one["email"] for one in found] == PEOPLE[:2]
    assert cancelled.call("sends", "recipients", "1", "--json", "--state", "failed").json == []
    done = cancelled.run("sends", "recipients", "1", "--csv", "--state", "rejected")
    [row] = csv.DictReader(io.StringIO(done.out))
    assert (row["email"], row["reason"], row["taken_by"]) == (PEOPLE[2], "smtp_550", "")
    assert cancelled.call("sends", "recipients", "9").code == ExitCode.NOT_FOUND


def test_a_reader_that_goes_ends_the_list_quietly(cancelled: Cli) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m mailer sends recipients 1 | head -n 1"],
        cwd=cancelled.path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert (done.stdout.count("\n"), done.stderr) == (1, "")


def test_pruning_asks_keeps_the_books_and_says_so(cancelled: Cli) -> None:
    assert cancelled.call("sends", "cancel", "1", "--yes").code == 0
    before = cancelled.books()["books"]
    cancelled.change("UPDATE send SET finished_at = now() - interval '100 days'")
    assert "0 issues last sent before" in cancelled.call("sends", "prune", "--yes").out
    prune = ("sends", "prune", "--older-than", "90 days")
    assert "week-1" in cancelled.call(*prune, "--dry-run").out
    assert cancelled.run(*prune, answer="n\n").code == ExitCode.DECLINED
    done = cancelled.call(*prune, "--yes", "--json").json
    assert done["pruned"] == {"issue_count": 1, "delivery_count": 5, "webhook_count": 0}
    assert cancelled.books()["books"] == before
    assert cancelled.books()["pruned_at"]
    assert "its deliveries were pruned on" in cancelled.call("sends", "show", "1").out
    assert "were pruned on" in cancelled.call("sends", "recipients", "1").err
    again = cancelled.call(*SEND, "--yes")
    assert (again.code, "not sent again under this slug" in again.error) == (2, True)


@pytest.mark.parametrize("age", ["soon", "2", "0 days", "1 week"])
def test_an_age_that_is_none(cli: Cli, age: str) -> None:
    done = cli.call("sends", "prune", "--older-than", age)
    assert (done.code, "--older-than must be" in done.error) == (ExitCode.USAGE, True)


def test_reconciling_what_is_not_unknown_says_so(cancelled: Cli) -> None:
    for delivery, said, code in (
        ("1", "delivery 1 is accepted, not unknown: nothing was changed", ExitCode.USAGE),
        ("99", "send 1 has no delivery 99", ExitCode.NOT_FOUND),
    ):
        done = cancelled.call("sends", "reconcile", "1", "--as", "retry", "--delivery", delivery)
        assert (done.code, said in done.error) == (code, True)


def test_a_person_who_found_that_it_never_went_out_is_in_the_story(cancelled: Cli) -> None:
    cancelled.change(
        "UPDATE delivery SET state = 'unknown', reason = 'worker_lost', settled_at = now()"
        " WHERE id = 4"
    )
    settle = ("sends", "reconcile", "1", "--as", "retry", "--delivery", "4")
    assert cancelled.call(*settle).code == 0
    told = cancelled.call("explain", PEOPLE[3]).words
    assert "found not to have gone out: sent again" in told


def test_lists_do_not_count_suppressed_people_as_active(cancelled: Cli) -> None:
    assert cancelled.call("subscriber", "suppress", PEOPLE[0]).code == 0
    [found] = cancelled.call("lists", "ls", "--json").json
    assert (found["active"], found["suppressed"]) == (4, 1)
