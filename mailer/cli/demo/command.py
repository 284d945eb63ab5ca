"""`mailer demo`: the whole job on this machine, with nothing installed and nothing sent out."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.as_owner import become_owner_of_path
from mailer.cli.shared import ExitCode, console

if TYPE_CHECKING:
    from mailer.cli.demo.steps import Demo

OUTSIDE_SETTINGS = ("MAILER_", "DATABASE_URL", "REDIS_URL")


def demo(
    leave: Annotated[
        bool, typer.Option("--exit", help="Stop when done; the default without a terminal.")
    ] = False,
    directory: Annotated[
        Path | None,
        typer.Option(
            "--directory",
            "-d",
            metavar="FOLDER",
            help="Workspace to create and keep; a temporary one by default.",
        ),
    ] = None,
) -> int:
    """Run through everything: compile, import, send to a local inbox, unsubscribe, bounce, books.

    PostgreSQL, Redis, the SMTP server and the web pages all run on this machine, for as long as
    this command does. Your own settings and servers are not used.

    Examples:
      mailer demo

      mailer demo --exit
    """
    from mailer.cli.demo.opening import open_demo

    is_brief = leave or not sys.stdout.isatty()
    began = time.monotonic()
    with ExitStack() as stack:
        stack.enter_context(_settings_set_aside())
        workspace = stack.enter_context(_workspace(directory))
        run = stack.enter_context(open_demo(workspace))
        try:
            code = _run(run)
        except KeyboardInterrupt:
            console.print("\nstopping")
            raise
        console.print(f"\ndone in {time.monotonic() - began:.1f} s", style="dim")
        run.show_addresses(is_serving=not is_brief)
        if not is_brief:
            _serve()
    return code


def _run(run: "Demo") -> ExitCode:
    run.compile()
    run.import_subscribers()
    run.send()
    run.unsubscribe()
    run.report_events()
    run.send_again()
    return run.show_books()


def _serve() -> None:
    console.print("\nserving until Ctrl-C")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print("\nstopping")


@contextmanager
def _workspace(directory: Path | None) -> Iterator[Path]:
    if directory is not None:
        become_owner_of_path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        yield directory.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="mailer-demo-") as passing:
        yield Path(passing)


@contextmanager
def _settings_set_aside() -> Iterator[None]:
    """Keep the demo off the user's own database, broker and provider."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(OUTSIDE_SETTINGS)}
    for name in kept:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(kept)
