"""Files are there whole or not at all: refused, full disks, several writers at once."""

import errno
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailer.platform.files import write_new, write_whole

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
