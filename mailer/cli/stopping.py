"""How a command ends that is told to stop: with one line that says what holds.

Ctrl-C (SIGINT), SIGTERM, and SIGHUP of a terminal that closes all end a command in the same way:
what it started is stopped first, and its exit code is 128 and the signal's number.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

import typer.core

SIGNALLED = 128
"""Exit codes above it say which signal ended the command."""

_AGAIN_SECONDS = 0.01
_NAMES = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "terminated",
    signal.SIGHUP: "hung up",
}


class ToldToStop(KeyboardInterrupt):
    """SIGTERM or SIGHUP, which end a command as Ctrl-C does."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class Stopped(BaseException):
    """A command that was told to stop, past Typer, which would end it without a word.

    Attributes:
        number: of the signal.
        words: what was done, or is safe; may be empty.
    """

    def __init__(self, number: int, words: str) -> None:
        super().__init__(words)
        self.number = number
        self.words = words

    def __str__(self) -> str:
        """Return the line for people."""
        name = _NAMES[signal.Signals(self.number)]
        return f"{name}: {self.words}" if self.words else name

    @property
    def exit_code(self) -> int:
        """What a shell would make of it."""
        return SIGNALLED + self.number


@contextmanager
def when_stopped(words: str) -> Iterator[None]:
    """Have `words` said where the block is told to stop; the innermost block's count.

    Also where a library that was broken off made another error of it, as database drivers do.
    """
    try:
        yield
    except Stopped:
        raise
    except BaseException as error:
        stop = _stop_behind(error)
        if stop is None:
            raise
        raise Stopped(getattr(stop, "number", signal.SIGINT), words) from None


def _stop_behind(error: BaseException | None) -> KeyboardInterrupt | None:
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error


class Root(typer.core.TyperGroup):
    """The root command, which says so where it is told to stop."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run the command that was asked for."""
        with when_stopped(""):
            return super().invoke(ctx)


def listen_for_signals() -> None:
    """Have SIGTERM and SIGHUP end the command as Ctrl-C does, wherever they reach it."""
    sys.unraisablehook = _hear_again
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # under nohup it is ignored, and stays so
            signal.signal(number, _stop)


def _hear_again(unraisable: "sys.UnraisableHookArgs") -> None:
    """Signal once more where Python drops the first: in a `__del__`, or a callback of an import."""
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
        return
    number = getattr(unraisable.exc_value, "number", signal.SIGINT)
    again = threading.Timer(_AGAIN_SECONDS, os.kill, (os.getpid(), number))
    again.daemon = True
    again.start()


def end_at_once(code: int) -> NoReturn:
    """End with `code`: Python would end with a signal where it once met one in an `exec`."""
    with suppress(OSError):
        sys.stdout.flush()
    os._exit(code)


def _stop(number: int, _: object) -> NoReturn:
    forget_dead_outputs()
    raise ToldToStop(number)


def open_missing_outputs() -> None:
    """Give a command that was started without outputs some that lead nowhere."""
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115 - until the end
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115


def forget_dead_outputs() -> None:
    """Write to nowhere what a terminal that was closed can no longer show."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # none, or no file: as in tests
            _check(stream.fileno())


def _check(descriptor: int) -> None:
    try:
        os.write(descriptor, b"")
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
