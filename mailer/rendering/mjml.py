"""The theme's template to MJML (Jinja2, autoescaped), and MJML to HTML (mrml)."""

import re
import traceback
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape
from mjml import mjml2html

from mailer.errors import RenderError
from mailer.rendering.mjml_rules import Fault, first_fault
from mailer.rendering.theme import MJML_FILE, Theme

_TAG = re.compile(r"<[a-zA-Z][^<>\"]*(?:\"[^\"]*\"[^<>\"]*)+>")
_UNSAFE = re.compile(r"[^\x20-\x7e]|\\")
_DEBUG_ESCAPE = re.compile(r"\\u\{[0-9a-f]+\}")
_POSITION = re.compile(r"at position (\d+)(?::(\d+))?")


def render_template(theme: Theme, values: Mapping[str, object]) -> str:
    """Return the theme's MJML, with every value escaped and safe for mrml.

    Raises:
        RenderError: the template is wrong; with its line.
    """
    template = _template(theme.mjml, theme.path / MJML_FILE)
    try:
        rendered = template.render(values)
    except jinja2.TemplateError as error:
        raise _template_error(error, theme) from error
    except (TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise _template_error(error, theme) from error
    return entities_in_attributes(rendered)


def to_html(mjml: str, *, theme: Theme, values: Mapping[str, object]) -> str:
    """Return the HTML of `mjml`, which `render_template` made from `theme` and `values`.

    Raises:
        RenderError: the MJML is refused; with the template's line and column where they are known.
    """
    if fault := first_fault(mjml):
        raise _at_origin(fault, theme=theme, values=values)
    try:
        html: str = mjml2html(mjml, fonts={})
    except ValueError as error:
        raise _at_origin(_fault(error, mjml), theme=theme, values=values) from error
    if found := _DEBUG_ESCAPE.search(html):
        raise RenderError(
            f"a character came out as {found[0]}: write it as a numeric entity in attributes",
            path=theme.path / MJML_FILE,
        )
    return html


def entities_in_attributes(mjml: str) -> str:
    r"""Return `mjml` with all but printable ASCII in attributes as numeric entities.

    mrml writes attributes with Rust's Debug formatting: a no-break space would come out as the
    six characters `\u{a0}`.
    """
    return _TAG.sub(lambda tag: entities(tag[0]) if _UNSAFE.search(tag[0]) else tag[0], mjml)


def entities(text: str) -> str:
    """Return `text` with all but printable ASCII as numeric entities; newlines become spaces."""
    return _UNSAFE.sub(lambda found: _entity(found[0]), text)


def _entity(character: str) -> str:
    return " " if character in "\n\t" else f"&#{ord(character)};"


@lru_cache(maxsize=16)
def _template(source: str, path: Path) -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
        loader=jinja2.FunctionLoader(lambda _name: (source, str(path), lambda: True)),
    )
    try:
        return environment.get_template(path.name)
    except jinja2.TemplateSyntaxError as error:
        raise RenderError(str(error.message), path=path, line=error.lineno) from error


def _finalize(value: object) -> object:
    r"""Escape a value, and write its backslashes as entities: `\u{` is then always mrml's doing."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return Markup(str(escape(value)).replace("\\", "&#92;"))  # noqa: S704 - just escaped
    return value


def _template_error(error: Exception, theme: Theme) -> RenderError:
    """Return the error with the template's line: Jinja2 puts it into the traceback."""
    path = theme.path / MJML_FILE
    frames = traceback.extract_tb(error.__traceback__)
    line = next((frame.lineno for frame in reversed(frames) if frame.filename == str(path)), None)
    return RenderError(f"the template failed: {error}", path=path, line=line)


# --- from a position in the MJML back to the template ---------------------------------------


def _fault(error: ValueError, mjml: str) -> Fault:
    """Return mrml's error, whose position is a byte offset, with a character offset."""
    message = str(error)
    found = _POSITION.search(message)
    if not found:
        return Fault(f"mrml refused the MJML: {message}", len(mjml))
    offset = len(mjml.encode()[: int(found[1])].decode(errors="ignore"))
    return Fault(f"mrml refused the MJML: {message[: found.start()].strip()}", offset)


def _at_origin(fault: Fault, *, theme: Theme, values: Mapping[str, object]) -> RenderError:
    """Return the error with the line and column of the template that wrote the faulty place.

    The template runs once more, piece by piece: each piece knows the line that it begins on.
    """
    pieces = list(_pieces(theme, values))
    plain = "".join(text for _, text in pieces)
    offset = _before_entities(plain, fault.offset)
    line = _line(pieces, offset)
    line, column = _exact(theme.mjml, plain[offset:].split("\n", 1)[0], near=line)
    return RenderError(fault.message, path=theme.path / MJML_FILE, line=line, column=column)


def _pieces(theme: Theme, values: Mapping[str, object]) -> Iterator[tuple[int, str]]:
    template = _template(theme.mjml, theme.path / MJML_FILE)
    running: Any = template.root_render_func(template.new_context(dict(values)))
    for text in running:
        yield template.get_corresponding_lineno(running.gi_frame.f_lineno), text


def _before_entities(plain: str, offset: int) -> int:
    """Return where `offset` of the text with entities in its attributes was without them."""
    grown = 0
    for tag in _TAG.finditer(plain):
        if tag.start() + grown >= offset:
            break
        grown += len(entities(tag[0])) - len(tag[0])
    return max(0, min(offset - grown, len(plain)))


def _line(pieces: list[tuple[int, str]], offset: int) -> int:
    """Return the template's line near `offset`: Jinja2 knows no line of text between its tags."""
    line = 1
    for begins, text in pieces:
        line = begins
        if offset < len(text):
            return line + text.count("\n", 0, offset)
        offset -= len(text)
    return line


def _exact(template: str, words: str, *, near: int) -> tuple[int, int | None]:
    """Return the line and column closest to line `near` where `words` begin in the template."""
    lines = template.split("\n")
    for length in (60, 40, 24, 12):
        found = [at for at, line in enumerate(lines, 1) if words[:length] in line]
        if found and words.strip():
            line = min(found, key=lambda at: abs(at - near))
            return line, lines[line - 1].find(words[:length]) + 1
    return near, None
