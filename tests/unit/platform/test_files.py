"""Files are there whole or not at all: refused, full disks, several writers at once."""

import errno
import os
import resource
import signal
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailer.platform.files import (
    PRIVATE,
    FileDraft,
    write_new,
    write_new_folder,
    write_whole,
    writing_text,
)

LARGEST = 100_000


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file grow beyond `LARGEST` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 250)
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    link.symlink_to(real)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_a_new_file_takes_the_place_of_none(tmp_path: Path) -> None:
    path = tmp_path / "issue.md"
    write_new(path, b"mine")
    with pytest.raises(FileExistsError):
        write_new(path, b"yours")
    assert path.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [path]


def test_of_several_that_write_a_new_file_one_does(tmp_path: Path) -> None:
    path, start = tmp_path / "issue.md", threading.Barrier(8)
    done: list[bytes] = []

    def write(data: bytes) -> None:
        start.wait()
        try:
            write_new(path, data)
        except FileExistsError:
            return
        done.append(data)

    writers = [threading.Thread(target=write, args=(bytes([n]) * 50_000,)) for n in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert done == [path.read_bytes()]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("write", [write_whole, write_new])
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, write) -> None:  # noqa: ANN001
    old = tmp_path / "old"
    old.write_bytes(b"old")
    with full_disk(), pytest.raises(OSError, match="too large"):
        write(tmp_path / "new", b"x" * 2 * LARGEST)
    with full_disk(), pytest.raises(OSError, match="too large"):
        write_whole(old, b"x" * 2 * LARGEST)
    assert old.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [old]


def test_a_disk_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    path = tmp_path / "issue.md"
    write_new(path, b"mine")
    with pytest.raises(FileExistsError):
        write_new(path, b"yours")
    assert path.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [path]


def _flushes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record what is flushed to the disk and renamed, in order."""
    done: list[str] = []
    fsync, replace = os.fsync, os.replace

    def flush(descriptor: int) -> None:
        kind = os.fstat(descriptor).st_mode
        done.append("names" if stat.S_ISDIR(kind) else "content")
        fsync(descriptor)

    def rename(path: str, target: Path) -> None:
        done.append("rename")
        replace(path, target)

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(os, "replace", rename)
    return done


def test_content_is_flushed_before_its_name_and_the_name_before_it_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = _flushes(monkeypatch)
    write_whole(tmp_path / "a", b"a")
    assert done == ["content", "rename", "names"]
    done.clear()
    write_new(tmp_path / "b", b"b")
    assert done == ["content", "names"]
    done.clear()
    write_new_folder(tmp_path / "c", {"one": b"1", "two": b"2"})
    assert done == ["content", "content", "names", "names"]
    done.clear()
    write_whole(tmp_path / "a", b"a", can_be_remade=True)
    assert done == ["rename"]


@pytest.mark.parametrize("write", [write_whole, write_new])
def test_a_private_file_is_one_from_its_first_byte(
    tmp_path: Path,
    write,  # noqa: ANN001
) -> None:
    before = os.umask(0)
    try:
        write(tmp_path / "secret", b"s", mode=PRIVATE)
        with writing_text(tmp_path / "people", mode=PRIVATE) as text:
            [draft] = tmp_path.glob(".people.*")
            assert stat.S_IMODE(draft.stat().st_mode) == 0o600
            text.write("ada\r\n")
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert (tmp_path / "people").read_bytes() == b"ada\r\n"


def test_a_stream_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "people"
    path.write_text("old")

    def write() -> None:
        with writing_text(path) as text:
            text.write("new" * 100_000)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_draft_may_claim_another_name(tmp_path: Path) -> None:
    (tmp_path / "1").write_text("taken")
    with FileDraft(tmp_path / "1") as draft:
        draft.write(b"mine")
        with pytest.raises(FileExistsError):
            draft.claim()
        draft.claim(tmp_path / "2")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "1": "taken",
        "2": "mine",
    }


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "themes" / "mine"
    with full_disk(), pytest.raises(OSError, match="too large"):
        write_new_folder(folder, {"a": b"a", "b": b"b" * 2 * LARGEST})
    assert list((tmp_path / "themes").iterdir()) == []
    write_new_folder(folder, {"a": b"a"})
    with pytest.raises(OSError, match=r"not empty|exists"):
        write_new_folder(folder, {"b": b"b"})
    assert [path.name for path in folder.iterdir()] == ["a"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_as_root_a_file_goes_to_the_owner_of_its_folder(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12345)
    write_whole(tmp_path / "file", b"x")
    write_new_folder(tmp_path / "folder", {"a": b"a"})
    found = [tmp_path / "file", tmp_path / "folder", tmp_path / "folder" / "a"]
    assert {path.stat().st_uid for path in found} == {12345}
