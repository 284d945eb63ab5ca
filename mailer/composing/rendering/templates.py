"""A theme's templates (Jinja2, autoescaped), and from a place in their output back to their lines.

A template may `{% extends %}`, `{% include %}` and `{% import %}` others of the theme's chain by
file name; `parent/NAME` is the one that a file of the same name hides.
"""

import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import jinja2
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup, escape

from mailer.composing.rendering.jinja_errors import begin_of, column_of, syntax_error
from mailer.composing.themes.theme import MJML_FILE, TEXT_FILE, Theme, ThemeFile
from mailer.errors import RenderError
from mailer.platform.resources import resource_dir

PARENT = "parent/"
_MARK = re.compile("\ue000(\\d+)\ue001")


def render(theme: Theme, name: str, values: Mapping[str, object]) -> str:
    """Return what the theme's template `name` makes of `values`; every value is escaped.

    Raises:
        RenderError: the template is wrong; with file and line.
    """
    return _render(_environment(theme, is_text=name == TEXT_FILE), theme, name, values)


def _render(
    environment: jinja2.Environment, theme: Theme, name: str, values: Mapping[str, object]
) -> str:
    if theme.template(name) is None:
        raise RenderError(
            f'the theme has no {name}: let it extend one that has, such as extends = "digest"',
            path=theme.folders[0],
        )
    try:
        return environment.get_template(name).render(values)
    except jinja2.TemplateSyntaxError as error:
        raise syntax_error(error, environment) from error
    except Exception as error:  # a template may raise anything
        raise _failed(error, theme) from error


_environments: dict[tuple[object, ...], jinja2.Environment] = {}
_MOST_ENVIRONMENTS = 16


def _environment(theme: Theme, *, is_text: bool) -> jinja2.Environment:
    """Return the environment of these very templates: they are compiled once."""
    key = (is_text, *(tuple(files.items()) for files in theme.templates))
    found = _environments.get(key)
    if found is None:
        if len(_environments) >= _MOST_ENVIRONMENTS:
            _environments.clear()
        found = _environments[key] = _make(theme, is_text=is_text)
    return found


def _make(
    theme: Theme, *, is_text: bool = False, extensions: tuple[type[Extension], ...] = ()
) -> jinja2.Environment:
    shipped = resource_dir("templates")
    files = (file for each in theme.templates for file in each.values())
    is_ours = all(file.path.is_relative_to(shipped) for file in files)
    kind = _ChainEnvironment if is_ours else _guarded()
    return kind(
        autoescape=not is_text,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=None if is_text else _finalize,
        loader=jinja2.FunctionLoader(_loader(theme)),
        extensions=extensions,
    )


class _ChainEnvironment(jinja2.Environment):
    """Finds `parent/NAME` from the level of the template that asks for it."""

    def join_path(self, template: str, parent: str) -> str:
        if not template.startswith(PARENT):
            return template
        level = int(parent.partition(":")[0]) if ":" in parent else 0
        return f"{level + 1}:{template.removeprefix(PARENT)}"


@lru_cache(maxsize=1)
def _guarded() -> type[_ChainEnvironment]:
    """Return the environment for templates of others: a theme may come from anybody.

    It lets them use values, but not reach Python through them; a compilation takes 10 % longer.
    """
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415 - 5 ms, and rarely needed

    class Guarded(_ChainEnvironment, SandboxedEnvironment):
        pass

    return Guarded


def _loader(theme: Theme) -> Callable[[str], tuple[str, str, Callable[[], bool]] | None]:
    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        level, colon, bare = name.partition(":")
        found = theme.template(bare if colon else name, level=int(level) if colon else 0)
        return (found[1].text, str(found[1].path), lambda: True) if found else None

    return load


def _finalize(value: object) -> object:
    r"""Escape a value, and write its backslashes as entities: `\u{` is then always mrml's doing."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return Markup(str(escape(value)).replace("\\", "&#92;"))  # noqa: S704 - just escaped
    return value


def _failed(error: Exception, theme: Theme) -> RenderError:
    """Return the error with the template's line: Jinja2 puts it into the traceback."""
    sources = {str(file.path): file.text for files in theme.templates for file in files.values()}
    path, line = str(theme.folders[0] / MJML_FILE), 1
    for frame, at in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename in sources:
            path, line = frame.f_code.co_filename, at
    source = sources.get(path, "")
    reason = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, jinja2.TemplateNotFound):
        reason = f"there is no template {reason!r}"
    return RenderError(
        f"the template failed: {reason}",
        path=Path(path),
        line=line,
        column=column_of(reason, source, line) or begin_of(source, line),
    )


# --- from a place in the output back to the template -----------------------------------------


@dataclass(frozen=True, slots=True)
class Origin:
    """A place in a template; line and column are 1-based."""

    path: Path
    line: int
    column: int


def find_origin(
    theme: Theme, name: str, values: Mapping[str, object], *, tag: int
) -> Origin | None:
    """Return where in the theme's files the `tag`-th `<` (from 0) of the output comes from.

    The templates run once more, with a mark before each `<` that they themselves write. A `<` that
    a value brought has the origin of the last one before it.
    """
    origins: list[Origin] = []
    environment = _make(theme, extensions=(_marker(origins, theme),))
    marked = _render(environment, theme, name, values)
    seen, last = -1, None
    for piece in re.finditer("\ue000(\\d+)\ue001<|<", marked):
        seen += 1
        last = origins[int(piece[1])] if piece[1] else last
        if seen == tag:
            break
    return last


def _marker(origins: list[Origin], theme: Theme) -> type[Extension]:
    """Return a Jinja2 extension that notes each `<` of a template in `origins` and marks it."""
    files = {str(file.path): file for each in theme.templates for file in each.values()}

    class Marker(Extension):
        def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
            file = files[stream.filename or ""]
            for token in stream:
                yield _marked(token, file, origins) if token.type == "data" else token

    return Marker


def _marked(token: Token, file: ThemeFile, origins: list[Origin]) -> Token:
    lines = file.text.split("\n")
    parts = token.value.split("<")
    text, line = parts[0], token.lineno + parts[0].count("\n")
    searched: dict[int, int] = {}
    for part in parts[1:]:
        words = "<" + part.split("\n", 1)[0]
        whole = lines[line - 1] if line <= len(lines) else ""
        column = whole.find(words[:40], searched.get(line, 0))
        searched[line] = column + 1
        origins.append(Origin(file.path, line, column + 1))
        text += f"\ue000{len(origins) - 1}\ue001<{part}"
        line += part.count("\n")
    return Token(token.lineno, token.type, text)
