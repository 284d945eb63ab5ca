"""Where in a template an error of Jinja2 stands: column too, and the block that is left open."""

import re
from collections.abc import Iterator
from pathlib import Path

import jinja2

from mailer.errors import RenderError

_NAMED = re.compile(r"'([A-Za-z_]\w*)'")
_BLOCKS = {"if", "for", "macro", "call", "filter", "block", "with", "autoescape", "set", "raw"}
_END = "Unexpected end of template"


def syntax_error(error: jinja2.TemplateSyntaxError, environment: jinja2.Environment) -> RenderError:
    """Return the error at its place, or at the block in which the file ends."""
    message, line, source = str(error.message), error.lineno, error.source or ""
    if message.startswith(_END) and (opened := _open_block(environment, source)):
        line, name = opened
        message = f"{{% {name} %}} is never closed: write {{% end{name} %}}"
        column = _column_of_tag(name, source.split("\n")[line - 1])
    else:
        column = column_of(message, source, line)
    path = Path(error.filename) if error.filename else None
    return RenderError(message, path=path, line=line, column=column)


def _column_of_tag(name: str, line: str) -> int | None:
    """Return the 1-based column of the last `{% name` in a line."""
    found = [each.start() + 1 for each in re.finditer(rf"\{{%[-+]?\s*{name}\b", line)]
    return found[-1] if found else None


def column_of(message: str, source: str, line: int | None) -> int | None:
    """Return the 1-based column of the name that a message is about; None where it has none."""
    lines = source.split("\n")
    if line is None or not 0 < line <= len(lines):
        return None
    for name in reversed(_NAMED.findall(message)):
        if found := re.search(rf"(?<!\w){name}(?!\w)", lines[line - 1]):
            return found.start() + 1
    return None


def _open_block(environment: jinja2.Environment, source: str) -> tuple[int, str] | None:
    """Return line and name of the innermost block that is open at the end."""
    opened: list[tuple[int, str]] = []
    for line, words in _tags(environment, source):
        name = words[0] if words else ""
        if name.startswith("end"):
            if opened and opened[-1][1] == name.removeprefix("end"):
                opened.pop()
        elif name in _BLOCKS and not (name == "set" and "=" in words):
            opened.append((line, name))
    return opened[-1] if opened else None


def _tags(environment: jinja2.Environment, source: str) -> Iterator[tuple[int, list[str]]]:
    """Yield line and words of each `{% ... %}`."""
    words: list[str] | None = None
    begin = 1
    for line, kind, value in environment.lex(source):
        if kind == "block_begin":
            begin, words = line, []
        elif kind == "block_end" and words is not None:
            yield begin, words
            words = None
        elif words is not None and kind != "whitespace":
            words.append(value)
