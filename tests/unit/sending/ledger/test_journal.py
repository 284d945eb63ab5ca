"""The journal says what a dead worker did, whatever byte it died at."""

import fcntl
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.providers.outcome import LeaseLostError, Outcome
from mailer.sending.ledger import journal
from mailer.sending.ledger.journal import ClaimJournal, parse
from mailer.states import DeliveryState


def open_journal(directory: Path) -> ClaimJournal:
    return ClaimJournal(directory, may_hand_over=lambda: True)


def accepted(delivery_id: int) -> Outcome:
    return Outcome(delivery_id, DeliveryState.ACCEPTED, receipt="250 ok \u2713")


def test_what_was_noted_is_read_back_when_the_worker_is_gone(tmp_path: Path) -> None:
    book = open_journal(tmp_path)
    book.begin([1])
    book.end([accepted(1)])
    book.begin([2, 3])
    book.end([accepted(2)])
    assert journal.recover(tmp_path, book.token) is None, "it lives"
    assert journal.dead_tokens(tmp_path) == []

    book.close()

    found = journal.recover(tmp_path, book.token)
    assert found is not None
    assert found.outcomes == (accepted(1), accepted(2))
    assert found.in_flight == {3}
    assert journal.dead_tokens(tmp_path) == [book.token]
    journal.forget(tmp_path, book.token)
    assert not journal.exists(tmp_path, book.token)
    assert journal.recover(tmp_path, book.token) is None


def test_a_lost_lease_notes_nothing(tmp_path: Path) -> None:
    with ClaimJournal(tmp_path, may_hand_over=lambda: False) as book:
        with pytest.raises(LeaseLostError):
            book.begin([1])
        assert book.path.read_bytes() == b""


def test_discard_removes_it(tmp_path: Path) -> None:
    book = open_journal(tmp_path)
    book.discard()
    book.close()
    assert list(tmp_path.iterdir()) == []


def test_the_lock_outlives_nothing_but_the_worker(tmp_path: Path) -> None:
    book = open_journal(tmp_path)
    fd = os.open(book.path, os.O_RDONLY)
    with pytest.raises(BlockingIOError):
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(fd)
    book.close()


def test_a_journal_that_cannot_be_written_stops_the_hand_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_journal(tmp_path) as book:
        monkeypatch.setattr(os, "write", lambda _fd, data: len(data) - 1)
        with pytest.raises(OSError, match="disk full"):
            book.begin([1])


steps = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from(["accepted", "deferred", "rejected", None])),
    max_size=12,
)


@given(steps, st.data())
def test_cut_off_at_any_byte_nothing_handed_over_is_forgotten(
    steps: list[tuple[int, str | None]], data: st.DataObject
) -> None:
    """A note is whole before the next step begins, so only the last line can be torn."""
    lines = []
    for delivery_id, state in steps:
        lines.append(f"B {delivery_id}\n".encode())
        if state:
            lines.append(f'E [{delivery_id}, "{state}", "", ""]\n'.encode())
    whole = data.draw(st.integers(0, len(lines)))
    torn = (
        lines[whole][: data.draw(st.integers(0, len(lines[whole]) - 1))]
        if whole < len(lines)
        else b""
    )

    found = parse(b"".join(lines[:whole]) + torn)

    begun = {int(line[2:]) for line in lines[:whole] if line.startswith(b"B")}
    known = {outcome.delivery_id for outcome in found.outcomes}
    assert begun == known | found.in_flight
    assert not known & found.in_flight
    last_word = {}
    for line in lines[:whole]:
        last_word[int(line[2:].strip(b"[ ").split(b",")[0])] = line[:1]
    assert found.in_flight == {id_ for id_, kind in last_word.items() if kind == b"B"}
