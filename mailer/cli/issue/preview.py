"""`mailer issue preview`: the live page of an issue."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from mailer.cli.advice import told
from mailer.cli.options import IssueFile
from mailer.cli.shared import console, err_console, tell_end
from mailer.errors import RenderError

if TYPE_CHECKING:
    from mailer.composing.preview.session import Session


_Port = Annotated[
    int | None,
    typer.Option(
        metavar="PORT",
        help="Port on this machine, 0 for any free one; by default 8026 or the next free one.",
        min=0,
        max=65535,
    ),
]
_Open = Annotated[
    bool,
    typer.Option(
        "--open/--no-open", help="Open the page in your browser; the default on a terminal."
    ),
]
_Reader = Annotated[
    str, typer.Option("--as", metavar="EMAIL", help="Show this subscriber's merge values.")
]


def preview(
    file: IssueFile,
    port: _Port = None,
    open_: _Open = console.is_terminal,
    reader: _Reader = "",
) -> None:
    """Show an issue in a local page that updates as you write, until Ctrl-C.

    Every view (desktop, mobile, dark, Outlook, plain text and more), inbox rows, size, and the
    findings of the linter.

    The page is only available on this machine and works without a network.

    Examples:
      mailer issue preview week-41.md

      mailer issue preview week-41.md --as ada@example.org --port 0 --no-open
    """
    from mailer.bootstrap import open_database
    from mailer.composing.preview.server import run_preview
    from mailer.config import load_settings
    from mailer.platform.logs import configure_logging

    if file.is_dir():
        raise RenderError("is a folder; name an issue file", path=file)
    if not file.is_file():
        raise RenderError("there is no such file", path=file)
    configure_logging()

    def ready(address: str, session: "Session") -> None:
        console.print(f"preview: {address}", soft_wrap=True)
        if session.state.error is not None:
            err_console.print(f"[yellow]{escape(told(session.state.error))}[/]", soft_wrap=True)
        err_console.print(f"follows {escape(str(file))}; Ctrl-C stops it", style="dim")
        if open_:
            _open(address)

    settings = load_settings(elsewhere=Path.cwd())
    run_preview(
        file,
        settings,
        open_database=lambda: open_database(settings.workspace),
        port=port,
        reader_email=reader,
        ready=ready,
        explain=told,
    )
    tell_end("[dim]preview: stopped[/]")


def _open(address: str) -> None:
    """Open the page without waiting: nothing is served until this has returned.

    Not where there is only the terminal: a browser for text would take it over.
    """
    import os
    import sys
    import threading
    import webbrowser

    has_screen = any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")))
    if sys.platform == "linux" and not has_screen:
        return
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
