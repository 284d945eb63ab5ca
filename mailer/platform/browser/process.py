"""Chromium's process: started on two pipes with a temporary profile, and never orphaned.

Chromium ends by itself when its pipe closes, so even a parent that is killed leaves no browser
running. It has a process group of its own: Ctrl-C in a terminal reaches us alone, and we end it.
"""

import fcntl
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mailer.errors import BrowserError

FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--hide-scrollbars",
    "--mute-audio",
    "--password-store=basic",
    "--use-mock-keychain",
    # the same pixels each time: no hints of this screen, no pictures that move
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--disable-lcd-text",
    "--disable-partial-raster",
    "--disable-skia-runtime-opts",
    "--blink-settings=imageAnimationPolicy=2",
    "--remote-debugging-pipe",
)
"""What every Chromium of ours is started with."""

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_BROWSER_READS, _BROWSER_WRITES = 3, 4
_ABOVE = 10  # descriptors that cannot collide with the two above
_GRACE_SECONDS = 3.0
_POLL_SECONDS = 0.01
_SHOWN = 200
_LONGEST_FOLDER = 30
_SHORT_FOLDER = "/tmp"  # noqa: S108 - a folder of ours alone is made in it


class ChromiumProcess:
    """One browser.

    Attributes:
        reading: descriptor on which it answers.
        writing: descriptor on which it is told.
    """

    def __init__(self, program: Path, *, flags: tuple[str, ...] = ()) -> None:
        self._home = _make_home()
        self._log = self._home / "stderr.log"
        self._has_ended = False
        try:
            self._pid, self.reading, self.writing = self._start(program, flags)
        except OSError as error:
            self._remove_home()
            raise BrowserError(f"{program} cannot be started: {error.strerror}") from None

    def close(self) -> None:
        """End the browser and remove its profile; safe to call twice, and not to be interrupted."""
        with _undisturbed():
            self._close()

    def _close(self) -> None:
        with suppress(OSError):
            os.close(self.writing)
        if not self._wait(_GRACE_SECONDS):
            with suppress(ProcessLookupError):
                os.killpg(self._pid, signal.SIGKILL)
            self._wait(_GRACE_SECONDS)
        with suppress(OSError):
            os.close(self.reading)
        self.writing = self.reading = -1
        self._remove_home()

    def _remove_home(self) -> None:
        """Remove the profile; what Chromium leaves behind may write to it a moment longer."""
        deadline = time.monotonic() + _GRACE_SECONDS
        while self._home.exists() and time.monotonic() < deadline:
            shutil.rmtree(self._home, ignore_errors=True)
            time.sleep(_POLL_SECONDS)

    def last_words(self) -> str:
        """Return its last lines on stderr if they explain something; may be empty."""
        lines = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        telling = [line for line in lines if line.strip() and "dbus" not in line]
        return telling[-1].strip()[-_SHOWN:] if telling else ""

    def _start(self, program: Path, flags: tuple[str, ...]) -> tuple[int, int, int]:
        its_input, writing = _pipe()
        reading, its_output = _pipe()
        nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
        said = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
        told = (os.POSIX_SPAWN_OPEN, 2, str(self._log), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            pid = os.posix_spawn(
                program,
                [str(program), *_flags(), *flags, f"--user-data-dir={self._home / 'profile'}"],
                {**os.environ, "TMPDIR": str(self._home)},
                file_actions=[
                    nothing,
                    said,
                    told,
                    (os.POSIX_SPAWN_DUP2, its_input, _BROWSER_READS),
                    (os.POSIX_SPAWN_DUP2, its_output, _BROWSER_WRITES),
                ],
                setpgroup=0,
                setsigdef=_STOP_SIGNALS,
                setsigmask=[],
            )
        except OSError:
            os.close(writing)
            os.close(reading)
            raise
        finally:
            os.close(its_input)
            os.close(its_output)
        return pid, reading, writing

    def _wait(self, seconds: float) -> bool:
        """Return whether it has ended within `seconds`."""
        deadline = time.monotonic() + seconds
        while not self._has_ended:
            try:
                self._has_ended = os.waitpid(self._pid, os.WNOHANG)[0] != 0
            except ChildProcessError:
                self._has_ended = True
            if not self._has_ended:
                if time.monotonic() > deadline:
                    return False
                time.sleep(_POLL_SECONDS)
        return True


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Block stop signals: a second Ctrl-C would orphan the browser."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _flags() -> tuple[str, ...]:
    """Return the flags; as root Chromium starts without its sandbox only."""
    return (*FLAGS, "--no-sandbox") if os.geteuid() == 0 else FLAGS


def _make_home() -> Path:
    """Return a new folder for everything that Chromium writes.

    It puts a socket in there, and the path of a socket ends at about 100 characters.
    """
    usual = tempfile.gettempdir()
    is_short = len(usual) <= _LONGEST_FOLDER or not os.access(_SHORT_FOLDER, os.W_OK)
    return Path(
        tempfile.mkdtemp(prefix="mailer-chromium-", dir=usual if is_short else _SHORT_FOLDER)
    )


def _pipe() -> tuple[int, int]:
    """Return a pipe whose ends are out of the way of the descriptors that Chromium wants."""
    low = os.pipe()
    try:
        first, second = (fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, _ABOVE) for one in low)
    finally:
        for one in low:
            os.close(one)
    return first, second
