"""The outbox: files appear whole, once each, under names that do not change."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest

from mailer.errors import ProviderUnavailableError
from mailer.message.compiled import CompiledIssue, Mailbox, MailingIdentity, Recipient
from mailer.providers.outbox.provider import OutboxProvider
from mailer.providers.outcome import Outcome
from mailer.states import DeliveryState

IDENTITY = MailingIdentity("weekly", "Weekly", "news.example.com", 1)
ISSUE = CompiledIssue(
    slug="no-1",
    subject="No. 1",
    preheader="",
    html="<p>One</p>\n",
    text="One\n",
    sender=Mailbox("editor@news.example.com"),
    reply_to=None,
    language="en",
    date=dt.date(2026, 11, 23),
)


class Notes:
    def __init__(self) -> None:
        self.begun: list[int] = []
        self.ended: list[Outcome] = []

    def begin(self, delivery_ids: Sequence[int]) -> None:
        self.begun.extend(delivery_ids)

    def end(self, outcomes: Sequence[Outcome]) -> None:
        self.ended.extend(outcomes)


def reader(delivery_id: int, message_id: str = "abc@news.example.com") -> Recipient:
    return Recipient(delivery_id, "ada@example.org", "Ada", message_id, "https://x.example/u/1")


def test_a_second_hand_over_overwrites(tmp_path: Path) -> None:
    connection = OutboxProvider(tmp_path).connect(ISSUE, IDENTITY)
    connection.hand_over([reader(1)], journal=Notes())
    [outcome] = connection.hand_over([reader(2)], journal=Notes())
    assert [path.name for path in (tmp_path / "no-1").iterdir()] == ["abc.eml"]
    assert outcome.receipt == "no-1/abc.eml"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/abs", "..", "a\0b", "a/b"])
def test_no_message_id_leaves_the_folder(tmp_path: Path, name: str) -> None:
    directory = tmp_path / "outbox"
    connection = OutboxProvider(directory).connect(ISSUE, IDENTITY)
    connection.hand_over([reader(1, f"{name}@x")], journal=Notes())
    assert len(list((directory / "no-1").iterdir())) == 1
    assert list(tmp_path.iterdir()) == [directory]


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    provider = OutboxProvider(tmp_path / "file")
    with pytest.raises(ProviderUnavailableError, match=r"outbox .*file.*\[outbox\] directory"):
        provider.check()
    with pytest.raises(ProviderUnavailableError):
        provider.connect(ISSUE, IDENTITY)


def test_a_file_that_cannot_be_put_in_place_is_deferred(tmp_path: Path) -> None:
    connection = OutboxProvider(tmp_path).connect(ISSUE, IDENTITY)
    (tmp_path / "no-1" / "abc.eml" / "x").mkdir(parents=True)
    notes = Notes()
    [outcome] = connection.hand_over([reader(1)], journal=notes)
    assert outcome.state is DeliveryState.DEFERRED
    assert notes.ended == [outcome]
    assert [path.name for path in (tmp_path / "no-1").iterdir()] == ["abc.eml"]


def test_a_folder_that_vanishes_stops_the_window(tmp_path: Path) -> None:
    connection = OutboxProvider(tmp_path).connect(ISSUE, IDENTITY)
    (tmp_path / "no-1").rmdir()
    notes = Notes()
    with pytest.raises(ProviderUnavailableError):
        connection.hand_over([reader(1)], journal=notes)
    assert notes.begun == []


def test_check_leaves_nothing_behind(tmp_path: Path) -> None:
    assert str(tmp_path / "out") in OutboxProvider(tmp_path / "out").check()
    assert list((tmp_path / "out").iterdir()) == []
