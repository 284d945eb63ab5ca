"""`mailer worker`, `web`, `up` and `inbox`: the parts that run."""

import os
from typing import Annotated

import typer

from mailer.cli.shared import console, err_console, tell_end

Concurrency = Annotated[
    int,
    typer.Option(
        help="Number of sending processes; worker.concurrency by default.",
        min=0,
        show_default=False,
    ),
]


def worker(concurrency: Concurrency = 0) -> None:
    """Run a worker that delivers. SIGTERM or Ctrl-C finishes what is in flight.

    Examples:
      mailer worker

      mailer worker --concurrency 4
    """
    from mailer.cli.run.processes import child_environment, worker_command
    from mailer.config import load_settings
    from mailer.platform.programs import NEUTRAL_FOLDER

    settings = load_settings()
    settings.require_provider()
    command = worker_command(settings, concurrency=concurrency)
    err_console.print("worker: starting; Ctrl-C stops it", style="dim")
    environment = child_environment(settings)
    os.chdir(NEUTRAL_FOLDER)
    os.execve(command[0], command, environment)  # noqa: S606 - no shell wanted


def web(
    host: Annotated[
        str, typer.Option(metavar="HOST", help="Address to listen on; web.host by default.")
    ] = "",
    port: Annotated[
        int,
        typer.Option(metavar="PORT", help="Port; web.port by default.", min=0, show_default=False),
    ] = 0,
) -> None:
    """Serve unsubscribe pages, the archive and webhooks.

    Example:
      mailer web --host 0.0.0.0 --port 8080
    """
    from mailer.bootstrap import open_app
    from mailer.platform.logs import configure_logging
    from mailer.web.server import run_web

    configure_logging()
    with open_app() as app:
        app.check_keys()
        settings = app.settings.web
        run_web(app, host or settings.host, port or settings.port, ready=_tell_address)
    tell_end("[dim]web: stopped[/]")


def _tell_address(url: str) -> None:
    err_console.print(f"web: {url}/  Ctrl-C stops it", style="dim")


def up(concurrency: Concurrency = 0) -> int:
    """Run a worker and the web app together, until Ctrl-C; one that dies is started again.

    Example:
      mailer up
    """
    from mailer.cli.run.processes import child_environment, web_command, worker_command
    from mailer.cli.run.together import run_together
    from mailer.config import load_settings

    settings = load_settings()
    settings.require_provider()
    return run_together(
        {
            "the worker": worker_command(settings, concurrency=concurrency),
            "the web app": web_command(),
        },
        child_environment(settings),
    )


def inbox(
    port: Annotated[int, typer.Option(metavar="PORT", help="SMTP port.", min=0)] = 1025,
    web_port: Annotated[int, typer.Option(metavar="PORT", help="Port of the page.", min=0)] = 8025,
) -> None:
    """Run a local inbox: an SMTP server that stores all mail, and a page that shows it.

    Nothing leaves this machine. Send to it with provider = "smtp" and smtp.port = 1025.

    Example:
      mailer inbox --port 1025 --web-port 8025
    """
    from mailer.bootstrap import open_app
    from mailer.web.inbox.server import InboxServer
    from mailer.web.server import run_web

    with open_app() as app, InboxServer(app.settings.state_dir / "inbox", port=port) as server:

        def tell_addresses(url: str) -> None:
            console.print(f"smtp: 127.0.0.1:{server.port}")
            console.print(f"page: {url}/inbox/  Ctrl-C stops both")

        run_web(app, "127.0.0.1", web_port, inbox=server.store, ready=tell_addresses)
    tell_end("[dim]inbox: stopped; its mail is kept[/]")
