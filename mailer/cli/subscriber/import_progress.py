"""The progress bar of an import: on a terminal only, on stderr."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from mailer.cli.shared import err_console
from subscribers.importing.run import Phase
from subscribers.importing.run import Progress as Step


@contextmanager
def import_bar() -> Iterator[Callable[[Step], None]]:
    """Yield a callback that draws how far the import has come, with rate and time left."""
    bar = Progress(
        TextColumn("{task.description:<8}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=err_console,
        transient=True,
        disable=not err_console.is_terminal,
    )
    tasks: dict[Phase, TaskID] = {}

    def draw(step: Step) -> None:
        if step.phase not in tasks:
            tasks[step.phase] = bar.add_task(step.phase.value, total=step.total, rate="")
        task = tasks[step.phase]
        rows = step.rows if step.phase is Phase.READING else step.done
        elapsed = bar.tasks[task].elapsed or 0
        rate = f"{rows / elapsed:,.0f} rows/s" if elapsed else ""
        bar.update(task, completed=step.done, total=step.total, rate=rate)

    with bar:
        yield draw
