"""What every command shares: consoles, exit codes, JSON, dates, and how errors end."""

import dataclasses
import datetime as dt
import json
import os
import sys
from collections.abc import Iterable, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from mailer.cli.encoding import has_odd_characters, is_unicode
from mailer.cli.stopping import forget_dead_outputs
from mailer.platform.terminal import clean, escaped

WIDTH_ELSEWHERE = 160
"""Columns where there is no terminal and COLUMNS says nothing: tables keep their words whole."""


class CleanConsole(Console):
    """Prints whatever text it is given without being steered by it.

    Names, subjects, file names and answers of servers may hold escape sequences. The only
    control codes that come out are those of its own styles and bars.
    """

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render, and clean the text."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else clean(text), style, control)


def _make_console(*, stderr: bool) -> Console:
    # a terminal breaks long lines itself, so that paths and commands can be copied whole; the bars
    # on stderr are cut to fit
    console = CleanConsole(stderr=stderr, highlight=False, soft_wrap=not stderr)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = WIDTH_ELSEWHERE
    return console


console = _make_console(stderr=False)
"""Results go to stdout; colours and bars only where it is a terminal."""

err_console = _make_console(stderr=True)
"""Everything else: errors, warnings, progress, questions."""


STDOUT = Path("-")
"""As `--output`: standard output, and what is said of the work goes to stderr."""


class ExitCode(IntEnum):
    """What the shell is told. Documented in docs/cli.md."""

    OK = 0
    FAILED = 1  # the work was done and part of it failed, or does not balance
    USAGE = 2  # the command line or the input is wrong
    CONFIGURATION = 3  # a setting or a server is wrong
    NOT_FOUND = 4  # there is no such issue, send, list or subscriber
    DECLINED = 5  # a person answered no
    INTERRUPTED = 130  # Ctrl-C; 143 and 129 after SIGTERM and SIGHUP


def print_json(data: object) -> None:
    """Print `data` as one JSON document; dates in ISO 8601."""
    text = json.dumps(data, default=_as_json, ensure_ascii=not is_unicode(sys.stdout), indent=2)
    if has_odd_characters(text):  # of a file's name: escaped, which JSON can
        text = json.dumps(data, default=_as_json, indent=2)
    sys.stdout.write(escaped(text) + "\n")


def _as_json(value: object) -> Any:  # noqa: ANN401 - JSON values are of any type
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)


def confirm(question: str) -> bool:
    """Ask on stderr; whatever is not a yes is a no, and so is nobody there to answer."""
    err_console.print(f"{question} \\[y/N] ", end="")
    answer = sys.stdin.readline() if sys.stdin is not None else ""
    if not answer:
        err_console.print("\nnobody answered: --yes goes on without asking")
    return answer.strip().lower() in {"y", "yes"}


def count_of(count: int, noun: str, plural: str = "") -> str:
    """Return "1 recipient", "2 recipients"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def show_time(at: dt.datetime | None) -> str:
    """Return a moment as people read it: local time with its zone, to the second."""
    return "" if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def show_duration(seconds: float) -> str:
    """Return a duration as people read it."""
    if seconds < 1:
        return "under a second"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def told_parts(conditions: Sequence[str]) -> str:
    """Return which conditional parts a message has."""
    if not conditions:
        return "without the conditional parts"
    return "with the conditional parts for " + ", ".join(conditions)


def warn(message: str) -> None:
    """Print one line to stderr that stops nothing."""
    from rich.markup import escape

    err_console.print(f"[yellow]warning:[/] {escape(message)}", soft_wrap=True)


def fail(message: str, code: ExitCode) -> int:
    """Print one line to stderr and return the exit code."""
    forget_dead_outputs()
    err_console.print(f"[bold red]error:[/] {_plain(message)}", soft_wrap=True)
    return int(code)


def tell_end(markup: str) -> None:
    """Print the one line that a command ends with that was told to stop.

    On a terminal it stands below the `^C` that is shown there.
    """
    forget_dead_outputs()
    if err_console.is_terminal:
        err_console.print()
    err_console.print(markup, soft_wrap=True)


def _plain(message: str) -> str:
    from rich.markup import escape

    return escape(" ".join(message.split()))
