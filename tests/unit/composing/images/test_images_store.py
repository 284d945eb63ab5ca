"""The local store: what is in it is whole, whatever happens to who writes it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mailer.composing.images.names import media_name
from mailer.composing.images.store import LocalStore, read_media
from mailer.config import Settings
from mailer.platform.state_dir import ensure_state_dir

WRITER = """
import sys
from mailer.config import Settings
from mailer.composing.images.names import media_name
from mailer.composing.images.store import LocalStore
store = LocalStore(Settings.model_validate({"workspace": sys.argv[1]}))
for n in range(100_000):
    data = bytes([n % 251]) * 400_000 + str(n).encode()
    store.put(media_name(data, "png"), data)
"""


def local(workspace: Path) -> Settings:
    return Settings.model_validate({"workspace": workspace})


def test_a_killed_writer_leaves_only_whole_files(tmp_path: Path) -> None:
    media = tmp_path / ".mailer/media"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)]) for _ in range(2)]
    deadline = time.monotonic() + 30
    while len(list(media.glob("[0-9a-f]*"))) < 5:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    for writer in writers:
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    files = list(media.glob("[0-9a-f]*"))
    assert len(files) >= 5
    for file in files:
        assert media_name(file.read_bytes(), "png") == file.name


def test_a_disk_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    ensure_state_dir(tmp_path / ".mailer")
    monkeypatch.setattr(os, "fsync", full)
    name = media_name(b"data", "png")
    with pytest.raises(OSError, match="No space left"):
        LocalStore(local(tmp_path)).put(name, b"data")
    assert list((tmp_path / ".mailer/media").iterdir()) == []
    assert not LocalStore(local(tmp_path)).has(name)


def test_only_pictures_are_read_out_of_it(tmp_path: Path) -> None:
    name = media_name(b"data", "gif")
    store = LocalStore(local(tmp_path))
    store.put(name, b"data")
    media = tmp_path / ".mailer/media"
    (media / "secret.key").write_bytes(b"secret")
    assert read_media(media, name) == (b"data", "image/gif")
    for wrong in ("secret.key", f"../media/{name}", f"./{name}", name.upper(), name + "\n", ""):
        assert read_media(media, wrong) is None


def test_what_is_asked_for_is_in_use(tmp_path: Path) -> None:
    name = media_name(b"data", "png")
    store = LocalStore(local(tmp_path))
    store.put(name, b"data")
    file = tmp_path / ".mailer/media" / name
    os.utime(file, (1, 1))
    assert store.has(name)
    assert file.stat().st_mtime > 1
