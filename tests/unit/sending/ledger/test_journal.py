"""The journal says what a dead worker did, whatever byte it died at."""

import errno
import fcntl
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.providers.outcome import LeaseLostError, Outcome
from mailer.sending.ledger import journal, notes
from mailer.sending.ledger.journal import ClaimJournal
from mailer.sending.ledger.notes import HEAD_BYTES, parse
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
        assert parse(book.path.read_bytes()) == notes.Recovered()


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


@pytest.mark.parametrize("written", [0, 1, -1])
def test_after_a_note_that_was_cut_short_nothing_more_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    whole = os.pwrite
    with open_journal(tmp_path) as book:
        book.begin([1])
        with monkeypatch.context() as patch:
            patch.setattr(os, "pwrite", lambda fd, data, at: whole(fd, data[:written], at))
            with pytest.raises(OSError, match="disk full"):
                book.begin([2])
        before = book.path.read_bytes()
        with pytest.raises(OSError, match="disk full"):
            book.end([accepted(1)])
        assert book.path.read_bytes() == before

    found = journal.recover(tmp_path, book.token)
    assert found is not None
    assert 1 in found.in_flight
    assert found.is_whole


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="no way to take room")
def test_a_full_disk_is_noticed_before_anything_goes_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_fd: int, _at: int, _size: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with open_journal(tmp_path) as book:
        monkeypatch.setattr(os, "posix_fallocate", full)
        with pytest.raises(OSError, match="disk full"):
            book.begin([1])
        assert parse(book.path.read_bytes()) == notes.Recovered()


steps = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from(["accepted", "deferred", "rejected", None])),
    max_size=12,
)


def _written(steps: list[tuple[int, str | None]]) -> tuple[list[bytes], list[tuple[str, int]]]:
    lines, facts = [], []
    for delivery_id, state in steps:
        lines.append(notes.begun([delivery_id]))
        facts.append(("B", delivery_id))
        if state:
            lines.append(notes.ended([Outcome(delivery_id, DeliveryState(state))]))
            facts.append(("E", delivery_id))
    return lines, facts


@given(steps, st.data(), st.booleans(), st.integers(0, 40))
def test_killed_at_any_byte_nothing_handed_over_is_forgotten(
    steps: list[tuple[int, str | None]],
    data: st.DataObject,
    is_told: bool,  # noqa: FBT001 - drawn
    room: int,
) -> None:
    """A note is whole before the next step begins, so only the last line can be torn."""
    lines, facts = _written(steps)
    count = data.draw(st.integers(0, len(lines)))
    torn = b""
    if count < len(lines):
        torn = lines[count][: data.draw(st.integers(0, len(lines[count]) - 1))]
    noted = b"".join(lines[:count])
    is_told = is_told or not count or bool(torn)
    told = noted if is_told else b"".join(lines[: count - 1])

    found = parse(notes.head(len(told)) + noted + torn + bytes(room))

    assert found.is_whole
    last_word = {id_: kind for kind, id_ in facts[:count]}
    assert found.in_flight == {id_ for id_, kind in last_word.items() if kind == "B"}
    assert {outcome.delivery_id for outcome in found.outcomes} == last_word.keys() - found.in_flight


@given(steps, st.data())
def test_of_a_damaged_journal_only_final_words_are_believed(
    steps: list[tuple[int, str | None]], data: st.DataObject
) -> None:
    """Cut short, zeroed or overwritten anywhere: it says so, or still says everything."""
    lines, facts = _written(steps)
    noted = b"".join(lines)
    whole = notes.head(len(noted)) + noted
    at = data.draw(st.integers(0, len(whole)))
    damage = data.draw(st.sampled_from(["cut", "zeros", "junk", "byte"]))
    damaged = {
        "cut": whole[:at],
        "zeros": whole[:at] + bytes(len(whole) - at),
        "junk": whole[:at] + data.draw(st.binary(max_size=60)),
        "byte": whole[:at] + b"\xff" + whole[at + 1 :],
    }[damage]

    found = parse(damaged)

    last_word = {id_: kind for kind, id_ in facts}
    in_flight = {id_ for id_, kind in last_word.items() if kind == "B"}
    if found.is_whole:
        assert found == parse(whole)
    truth = {one.delivery_id: one.state for one in parse(whole).outcomes}
    for outcome in found.outcomes:
        assert outcome.state is not DeliveryState.DEFERRED or found.is_whole
        said = {state for id_, state in steps if id_ == outcome.delivery_id}
        assert outcome.state in said
        assert outcome.delivery_id in truth or outcome.delivery_id in in_flight


def test_a_head_of_a_later_note_does_not_hide_that_notes_are_missing() -> None:
    noted = notes.begun([1]) + notes.ended([accepted(1)]) + notes.begun([2])
    found = parse(notes.head(len(noted)) + notes.begun([1]))
    assert not found.is_whole
    assert found.in_flight == {1}
    assert not parse(bytes(HEAD_BYTES)).is_whole
