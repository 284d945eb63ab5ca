import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailer.web.inbox.store import INDEX_NAME, InboxStore, StoredMessage

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[InboxStore]:
    store = InboxStore(tmp_path)
    yield store
    store.close()


def add(store: InboxStore, to: str = "ada@example.org", subject: str = "Hello") -> StoredMessage:
    raw = f"From: News <n@example.org>\r\nTo: {to}\r\nSubject: {subject}\r\n\r\nx\r\n".encode()
    return store.add(raw, envelope_from="b@example.org", recipients=[to], received_at=NOW)


def reopened(store: InboxStore) -> list[StoredMessage]:
    again = InboxStore(store.directory)
    found = again.search()
    again.close()
    return found


def test_messages_are_found_newest_first(store: InboxStore) -> None:
    first, second = add(store), add(store, "grace@example.org")
    assert store.search() == [second, first]
    assert store.get(first.id) == first
    assert store.get(99) is None
    assert store.raw(1).startswith(b"From: News")
    assert len(store) == 2


def test_messages_survive_a_restart(store: InboxStore) -> None:
    add(store, "zoë@example.org", "grün")
    assert reopened(store) == store.search()


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("ADA", 1),
        ("example.org", 3),
        ("hello", 2),
        ("hello grace", 1),
        ("zoë GRÜN", 1),
        ("nobody", 0),
        ("\0", 0),
    ],
)
def test_search(store: InboxStore, query: str, count: int) -> None:
    add(store, "ada@example.org", "Hello")
    add(store, "grace@example.org", "Hello")
    add(store, "zoë@example.org", "grün")
    assert len(store.search(query)) == count


def test_another_process_s_messages_appear(store: InboxStore) -> None:
    reader = InboxStore(store.directory)
    add(store)
    assert [message.id for message in reader.search()] == [1]
    assert add(reader).id == 2
    assert [message.id for message in store.search()] == [2, 1]
    reader.close()


def test_a_file_without_its_line_is_found_again(store: InboxStore) -> None:
    add(store)
    orphan = store.directory / "00000002.eml"
    orphan.write_bytes(b"From: Late <l@example.org>\r\nTo: ada@example.org\r\nSubject: s\r\n\r\n")
    [newest, _] = reopened(store)
    assert (newest.id, newest.sender, newest.recipients) == (2, "Late", ("ada@example.org",))
    assert len(reopened(store)) == 2


def test_a_line_cut_short_costs_nothing(store: InboxStore) -> None:
    expected = [add(store), add(store)][::-1]
    index = store.directory / INDEX_NAME
    index.write_bytes(index.read_bytes()[:-20])
    found = reopened(store)
    assert [message.id for message in found] == [2, 1]
    assert found[1] == expected[1]
    again = InboxStore(store.directory)
    assert add(again).id == 3
    again.close()
    assert [message.id for message in reopened(store)] == [3, 2, 1]


def test_nonsense_in_the_index_is_passed_over(store: InboxStore) -> None:
    add(store)
    with (store.directory / INDEX_NAME).open("ab") as index:
        index.write(b"\n\xff\nnull\n{}\n[1]\n")
    assert len(store.search()) == 1
    add(store)
    assert len(store.search()) == 2


def test_what_is_not_whole_is_not_shown(store: InboxStore) -> None:
    (store.directory / ".123-456.tmp").write_bytes(b"half a mess")
    assert reopened(store) == []


def test_many_writers_lose_nothing(store: InboxStore) -> None:
    other = InboxStore(store.directory)
    threads = [
        threading.Thread(target=lambda s=target: [add(s) for _ in range(50)])  # type: ignore[misc]
        for target in (store, other) * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [message.id for message in store.search()]
    assert sorted(ids) == list(range(1, 201))
    assert {m.id for m in other.search()} == set(ids)
    assert len(list(store.directory.glob("*.eml"))) == 200
    other.close()
