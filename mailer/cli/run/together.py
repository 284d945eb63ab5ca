"""Several processes as one: `mailer up`."""

import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from mailer.cli.run.processes import stop
from mailer.cli.shared import warn
from mailer.platform.programs import NEUTRAL_FOLDER

HEALTHY_SECONDS = 5.0
"""A process that ends sooner could not start; one that has run for so long is started again."""

LONGEST_PAUSE_SECONDS = 30.0
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass
class _Child:
    """One of the processes.

    Args:
        name: for people.
        command: its command line.
        environment: for all of them.
    """

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    process: "subprocess.Popen[bytes]" = field(init=False)
    _began_at: float = 0.0
    _due_at: float | None = None
    _pause: float = 1.0
    _was_healthy: bool = False

    def start(self) -> None:
        """Start it."""
        self._began_at, self._due_at = time.monotonic(), None
        self.process = subprocess.Popen(  # noqa: S603 - ours
            self.command, env=self.environment, cwd=NEUTRAL_FOLDER, start_new_session=True
        )

    def is_well(self) -> bool:
        """Start it again where it has ended; False where it could not start in the first place."""
        if self.process.poll() is None:
            return True
        now = time.monotonic()
        if self._due_at is None:
            is_healthy = now - self._began_at >= HEALTHY_SECONDS
            self._was_healthy = self._was_healthy or is_healthy
            if not self._was_healthy:
                return False
            self._pause = 1.0 if is_healthy else min(2 * self._pause, LONGEST_PAUSE_SECONDS)
            self._due_at = now + self._pause
            code = self.process.returncode
            warn(f"{self.name} has ended (exit code {code}): it is started again")
        elif now >= self._due_at:
            self.start()
        return True


def run_together(commands: dict[str, Sequence[str]], environment: dict[str, str]) -> int:
    """Run the commands, by name, until we are told to stop or one cannot start; then stop them all.

    One that ends later is started again, and does not take the others along.

    Returns:
        0 when we were told to stop, else the exit code of the one that could not start.
    """
    children = [_Child(name, command, environment) for name, command in commands.items()]
    with _told_to_stop() as told:
        for child in children:
            child.start()
        try:
            while not told and all(child.is_well() for child in children):
                time.sleep(0.1)
            ended = [child.process.poll() or 0 for child in children]
        finally:
            for child in children:
                if child.process.poll() is None:
                    child.process.terminate()
            for child in children:
                stop(child.process)
    return 0 if told else max(1, *ended)


@contextmanager
def _told_to_stop() -> Iterator[list[int]]:
    """Yield a list that signals to stop are added to."""
    told: list[int] = []
    before = {
        name: signal.signal(name, lambda sig, _: told.append(sig))
        for name in _STOP_SIGNALS
        if signal.getsignal(name) is not signal.SIG_IGN  # as SIGHUP is under nohup
    }
    try:
        yield told
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
