"""Where in a template an error of Jinja2 stands: column too, and the block that is left open."""

import re
from collections.abc import Iterator
from pathlib import Path

import jinja2
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from mailer.errors import RenderError

_NAMED = re.compile(r"'([A-Za-z_]\w*)'")
_BLOCKS = {"if", "for", "macro", "call", "filter", "block", "with", "autoescape", "set", "raw"}
_NOT_PARSED = {
    "whitespace", "comment_begin", "comment", "comment_end", "linecomment_begin", "linecomment",
    "linecomment_end", "raw_begin", "raw_end",
}  # fmt: skip
_OFFSET = re.compile(r" at \d+\Z")
_END = "Unexpected end of template"


def syntax_error(error: jinja2.TemplateSyntaxError, environment: jinja2.Environment) -> RenderError:
    """Return the error at its place, or at the block in which the file ends."""
    message, line, source = str(error.message), error.lineno, error.source or ""
    if message.startswith(_END) and (opened := _open_block(environment, source)):
        line, name = opened
        message = f"{{% {name} %}} is never closed: write {{% end{name} %}}"
        column = _column_of_tag(name, source.split("\n")[line - 1])
    elif (place := _place_of_token(environment, source)) and place[0] == line:
        column = place[1]
    else:
        column = column_of(message, source, line)
    file = error.filename or error.name  # of an open comment, Jinja2 gives the file as the name
    return RenderError(
        _OFFSET.sub("", message),
        path=Path(file) if file else None,
        line=line,
        column=column or begin_of(source, line),
    )


def _place_of_token(environment: jinja2.Environment, source: str) -> tuple[int, int] | None:
    """Return line and column of the token that the parser or the lexer stops at.

    Jinja2 knows the lines of tokens only: they are counted here as it takes them, and found again
    in the source.
    """
    taken = 0

    class Counter(Extension):
        def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
            nonlocal taken
            for token in stream:
                taken += 1
                yield token

    try:
        environment.overlay(extensions=[Counter]).parse(source)
    except jinja2.TemplateSyntaxError as error:
        offsets, problem = _offsets(environment, source)
        if error.message != problem:
            offsets = offsets[:taken]
        before = source[: offsets[-1]] if offsets else ""
        return before.count("\n") + 1, len(before) - before.rfind("\n")
    return None


def _offsets(environment: jinja2.Environment, source: str) -> tuple[list[int], str | None]:
    """Return where each token begins that the parser gets, and at last where the lexer stops.

    The second is why it does; None where it reads all.
    """
    offsets: list[int] = []
    at = 0
    kind, begin = "", 0
    try:
        for _, kind, value in environment.lex(source):
            begin = max(source.find(value, at), at)
            at = begin + len(value)
            if kind not in _NOT_PARSED:
                offsets.append(begin)
    except jinja2.TemplateSyntaxError as error:
        at += len(source[at:]) - len(source[at:].lstrip())
        return [*offsets, begin if kind == "comment_begin" else at], error.message
    return offsets, None


def begin_of(source: str, line: int | None) -> int | None:
    """Return the 1-based column at which a line's words begin."""
    lines = source.split("\n")
    if line is None or not 0 < line <= len(lines):
        return None
    words = lines[line - 1]
    return len(words) - len(words.lstrip()) + 1


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
