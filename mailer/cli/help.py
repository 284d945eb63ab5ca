"""How help reads: prose is filled, examples stand out, a flag takes no value.

Typer takes a command's help from its docstring as it is laid out there; here it is laid out for
the terminal.
"""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from rich.markup import escape

_VALUES: dict[object, str] = {str: "TEXT", int: "N", list[int]: "N", Path: "PATH"}
"""What the value of an option is called, by its type; Typer names choices by themselves."""
Command = Any
"""A command of Typer, whose classes are not public."""

HELP_OPTIONS = ["-h", "--help"]


def commands_of(root: Command) -> dict[tuple[str, ...], Command]:
    """Return every command and group below `root` by its path; the root's own is empty."""
    return dict(_walk(root, ()))


def build_command(app: typer.Typer) -> Command:
    """Return the root command of `app` with tidy help."""
    root = typer.main.get_command(app)
    for command in commands_of(root).values():
        command.help = lay_out(command.help or "")
        context = typer.Context(command, help_option_names=HELP_OPTIONS)
        for parameter in command.get_params(context):
            _name_value(parameter)
    return root


def lay_out(docstring: str) -> str:
    """Return help in Rich's markup: paragraphs without line breaks, examples below one another."""
    paragraphs = inspect.cleandoc(docstring).split("\n\n")
    prose = [escape(_fill(text)) for text in paragraphs if not _is_example(text)]
    examples = [
        f"[not dim]  {escape(line.strip())}[/]"
        for text in paragraphs
        if _is_example(text)
        for line in text.splitlines()
        if line.startswith(" ")
    ]
    return "\n\n".join([*prose, "\n".join(["Examples:", *examples])] if examples else prose)


def _is_example(paragraph: str) -> bool:
    return paragraph.startswith((" ", "Example:", "Examples:"))


def _fill(paragraph: str) -> str:
    return " ".join(paragraph.split())


def _walk(command: Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Command]]:
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from _walk(child, (*path, name))


def _name_value(parameter: Any) -> None:  # noqa: ANN401 - as above
    """Call a value by a word in capitals, not by its Python type, and a flag's value nothing."""
    if parameter.metavar is not None:
        return
    if parameter.param_type_name == "argument":
        parameter.metavar = parameter.name.upper()
    elif parameter.is_flag:
        parameter.metavar = ""
    else:
        parameter.metavar = _VALUES.get(parameter.type_descriptor.annotation)
