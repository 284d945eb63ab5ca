"""`mailer send --at` and `--approve`: later, and exactly what somebody agreed to."""

import datetime as dt

import cli_kit
import pytest
from cli_kit import Cli

from mailer.cli.shared import ExitCode
from mailer.platform.clock import utcnow

cli = cli_kit.cli
SEND = ("send", "week-1.md", "--list", "readers")
PEOPLE = [f"reader{n}@example.org" for n in range(5)]


def in_days(days: int) -> str:
    return f"{utcnow() + dt.timedelta(days=days):%Y-%m-%d} 09:00 Asia/Tokyo"


def test_a_send_is_scheduled_listed_put_off_and_cancelled(cli: Cli) -> None:
    cli.list_of(*PEOPLE)
    when = in_days(3)
    look = cli.call(*SEND, "--at", when, "--dry-run")
    assert "begins" in look.out
    assert f"{when[:10]} 09:00 JST (in 2 d" in look.out
    done = cli.call(*SEND, "--at", when, "--yes")
    assert done.code == 0
    assert f"send 1 is due {look.out.partition('begins')[2].split('(')[0].strip()}" in done.out
    assert f"{when[:10]} 09:00 JST" in cli.call("sends", "ls").out
    shown = cli.call("sends", "show", "1", "--json").json
    assert (shown["state"], shown["due_zone"], shown["intended_count"]) == (
        "scheduled",
        "Asia/Tokyo",
        0,
    )
    later = in_days(4)
    assert f"{later[:10]} 09:00 JST" in cli.call("sends", "schedule", "1", "--at", later).out
    again = cli.call(*SEND, "--yes")
    assert again.code == ExitCode.USAGE
    assert "send 1 of this issue is due" in again.err
    assert "mailer sends schedule 1 --at" in again.err
    assert cli.call("sends", "pause", "1").code == 0
    assert f"{later[:10]} 09:00 JST" in cli.call("sends", "resume", "1").out
    assert cli.call("sends", "cancel", "1", "--yes").code == 0
    refused = cli.call("sends", "schedule", "1", "--at", later)
    assert (refused.code, "send 1 is cancelled" in refused.err) == (ExitCode.USAGE, True)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("tomorrow", "not a date and time"),
        ("2020-01-01 09:00 UTC", "ago"),
        ("2099-01-01 09:00 Nowhere", "no time zone"),
    ],
)
def test_what_is_no_moment_to_come_sends_nothing(cli: Cli, at: str, words: str) -> None:
    cli.list_of(*PEOPLE)
    before = cli.everything()
    refused = cli.call(*SEND, "--at", at, "--yes")
    assert refused.code == ExitCode.USAGE
    assert words in refused.err
    assert "--at" in refused.err
    assert cli.everything() == before


def test_the_zone_of_the_settings_holds_where_none_is_named(cli: Cli) -> None:
    cli.list_of(*PEOPLE)
    cli.set(MAILER_DELIVERY__TIME_ZONE="Asia/Tokyo")
    done = cli.call(*SEND, "--at", in_days(2).removesuffix(" Asia/Tokyo"), "--yes")
    assert "09:00 JST" in done.out


def test_only_what_was_approved_is_sent(cli: Cli) -> None:
    cli.list_of(*PEOPLE)
    approved = cli.call(*SEND, "--dry-run", "--json").json["approval"]
    assert approved.endswith("-5")
    issue = cli.path / "week-1.md"
    text = issue.read_text()
    issue.write_text(text.replace("The summary of it.", "The summary of it!"))
    changed = cli.call(*SEND, "--approve", approved)
    assert changed.code == ExitCode.USAGE
    assert "not what was approved" in changed.err
    issue.write_text(text)
    assert cli.call("subscriber", "add", "one@example.org", "--list", "readers").code == 0
    grown = cli.call(*SEND, "--approve", approved)
    assert grown.code == ExitCode.USAGE
    assert "5 recipients were approved, now there are 6" in grown.err
    assert cli.call("sends", "ls", "--json").json == []
    assert cli.call(*SEND, "--approve", "what-ever").code == ExitCode.USAGE
    assert cli.call("subscriber", "unsubscribe", "one@example.org", "--list", "readers").code == 0
    done = cli.call(*SEND, "--approve", approved, "--at", in_days(2))
    assert done.code == 0
    assert "send 1 is due" in done.out
