"""The command line, `mailer`."""

import os
import signal
import sys
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from mailer import __version__
from mailer.cli.advice import told
from mailer.cli.as_owner import become_owner_of_workspace, this_is_the_program
from mailer.cli.database import backups
from mailer.cli.demo import command as demo
from mailer.cli.dkim import group as dkim
from mailer.cli.encoding import accept_every_character
from mailer.cli.help import HELP_OPTIONS, build_command
from mailer.cli.images import group as images
from mailer.cli.issue import group as issue
from mailer.cli.keys import group as keys
from mailer.cli.lists import group as lists
from mailer.cli.run import group as run
from mailer.cli.sends import explain, send
from mailer.cli.sends import group as sends
from mailer.cli.setup import group as setup
from mailer.cli.shared import ExitCode, fail, tell_end
from mailer.cli.stopping import (
    SIGNALLED,
    Root,
    Stopped,
    end_at_once,
    listen_for_signals,
    open_missing_outputs,
)
from mailer.cli.subscriber import group as subscriber
from mailer.cli.theme import group as theme
from mailer.errors import ConfigurationError, MailerError, NotFoundError
from subscribers.errors import SubscribersError, UnknownMailingListError

app = typer.Typer(
    name="mailer",
    cls=Root,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": HELP_OPTIONS},
    epilog="Exit codes: 0 done · 1 part of the work failed · 2 wrong input · 3 wrong settings · "
    "4 not found · 5 declined · 130 interrupted",
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"mailer {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace",
            "-C",
            help="Use this folder as the workspace.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001 - acts in its callback
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Newsletter delivery: Markdown in, responsive email out, every recipient accounted for.

    Examples:
      mailer demo                          everything once, on this machine only

      mailer init my-letter                a new workspace

      mailer issue new hello

      mailer subscriber import people.csv --list readers --create

      mailer send hello.md --list readers
    """
    if workspace is not None:
        os.environ["MAILER_WORKSPACE"] = str(workspace.resolve())
    become_owner_of_workspace()


app.command("demo")(demo.demo)
app.command("init")(setup.init)
app.command("doctor")(setup.doctor)
app.add_typer(issue.app, name="issue")
app.add_typer(images.app, name="images")
app.add_typer(theme.app, name="theme")
app.add_typer(lists.app, name="lists")
app.add_typer(subscriber.app, name="subscriber")
app.command("send")(send.send)
app.add_typer(sends.app, name="sends")
app.command("explain")(explain.explain)
app.command("up")(run.up)
app.command("worker")(run.worker)
app.command("web")(run.web)
app.command("inbox")(run.inbox)
setup.db_app.command("backup")(backups.backup)
setup.db_app.command("restore")(backups.restore)
app.add_typer(setup.db_app, name="db")
app.add_typer(keys.app, name="keys")
app.add_typer(dkim.app, name="dkim")


def main() -> None:
    """Run the command line and exit with its code."""
    this_is_the_program()
    open_missing_outputs()
    accept_every_character()
    listen_for_signals()
    code = run_command(sys.argv[1:])
    if code > SIGNALLED:
        end_at_once(code)
    signal.signal(signal.SIGINT, lambda *_: os._exit(code))  # all is done: no traceback any more
    sys.exit(code)


def run_command(arguments: list[str]) -> int:
    """Run one command and return its exit code; every expected error becomes one line."""
    try:
        return _run(arguments)
    except RuntimeError as error:
        return _explain_loop(error)


def _run(arguments: list[str]) -> int:
    try:
        code = _command().main(arguments, prog_name="mailer", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        return _stop_writing()
    except SystemExit as error:  # Typer's own answer to a broken pipe
        if isinstance(error.__context__, BrokenPipeError):
            return _stop_writing()
        raise
    except Stopped as stop:
        return _tell_of_stop(stop)
    except typer.TyperException as error:
        return _explain_use(error)
    except tuple(_ENDINGS) as error:
        return fail(_describe(error), _ending(error))
    return _code_of(code)


def _code_of(answer: object) -> int:
    """Return the exit code for a command's answer, which is None where all went well."""
    if answer == ExitCode.INTERRUPTED:  # Typer's word: before it had found the command
        return _tell_of_stop(Stopped(signal.SIGINT, ""))
    return answer if isinstance(answer, int) else ExitCode.OK


@cache
def _command() -> Any:  # noqa: ANN401 - Typer's class is not public
    return build_command(app)


def _tell_of_stop(stop: Stopped) -> int:
    tell_end(f"[bold]{escape(str(stop))}[/]")
    return stop.exit_code


def _stop_writing() -> int:
    """End quietly: whoever read our output, as in `mailer ... | head`, has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.OK


_LONGEST_SHOWN = 100
_ENDINGS: dict[type[BaseException], ExitCode] = {
    typer.Abort: ExitCode.USAGE,
    ConfigurationError: ExitCode.CONFIGURATION,
    NotFoundError: ExitCode.NOT_FOUND,
    UnknownMailingListError: ExitCode.NOT_FOUND,
    MailerError: ExitCode.USAGE,
    SubscribersError: ExitCode.USAGE,
    OSError: ExitCode.USAGE,
    UnicodeEncodeError: ExitCode.USAGE,
}
"""How each kind of expected error ends the command; the first that fits."""


def _ending(error: BaseException) -> ExitCode:
    return next(code for kind, code in _ENDINGS.items() if isinstance(error, kind))


def _describe(error: BaseException) -> str:
    if isinstance(error, typer.Abort):
        return "the input ends too early"  # what Typer makes of an EOFError
    if isinstance(error, UnicodeEncodeError):
        return _describe_encoding(error)
    if isinstance(error, OSError):
        if isinstance(error, FileNotFoundError) and _is_nowhere():
            return "the current folder is no longer there; change into another"
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    return told(error)


def _is_nowhere() -> bool:
    """Whether the current folder was removed; `.` itself still answers then."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False


def _explain_loop(error: RuntimeError) -> int:
    """Say that links lead in a circle, which Python before 3.13 has no error of its own for."""
    if not str(error).startswith("Symlink loop"):
        raise error
    where = str(error).partition("from ")[2].strip("'")
    return fail(f"{where}: links lead in a circle", ExitCode.USAGE)


def _describe_encoding(error: UnicodeEncodeError) -> str:
    """Say which text has no place in an encoding, such as a file's name in that of the locale."""
    text = " ".join(error.object.split())
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
    return (
        f"{shown!a} cannot be written in {error.encoding}; "
        "use a locale with UTF-8, such as LC_ALL=C.UTF-8, and text in UTF-8"
    )


def _explain_use(error: typer.TyperException) -> int:
    """Say what is wrong with the command line; a group without a command has shown its help."""
    message = error.format_message().rstrip(".")
    if not message:
        return ExitCode.USAGE
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "mailer"
    return fail(f"{message} (see: {command} --help)", ExitCode.USAGE)
