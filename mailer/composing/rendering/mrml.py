"""MJML to HTML by mrml, and what has to be done around it."""

import re

from markupsafe import Markup
from mjml import mjml2html

from mailer.composing.rendering.mjml_rules import Fault

_TAG = re.compile(r"<[a-zA-Z][^<>\"]*(?:\"[^\"]*\"[^<>\"]*)+>")
_UNSAFE = re.compile(r"[^\x20-\x7e]|\\")
_DEBUG_ESCAPE = re.compile(r"\\u\{[0-9a-f]+\}")
_POSITION = re.compile(r"at position (\d+)(?::(\d+))?")


class MrmlError(ValueError):
    """mrml refuses the document or gets it wrong; `.fault` says where."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def to_html(mjml: str) -> str:
    """Return the HTML that mrml makes of `mjml`.

    Raises:
        MrmlError: it makes none, or a character came out as Rust's Debug formatting writes it.
    """
    try:
        html: str = mjml2html(mjml, fonts={})
    except ValueError as error:
        raise MrmlError(_fault(error, mjml)) from None
    if found := _DEBUG_ESCAPE.search(html):
        message = f"a character came out as {found[0]}: write it as a numeric entity in attributes"
        raise MrmlError(Fault(message, 0))
    return html


def mrml_fault(mjml: str) -> Fault | None:
    """Return what mrml has against `mjml`; None where it takes it."""
    try:
        to_html(entities_in_attributes(mjml))
    except MrmlError as error:
        return error.fault
    return None


def _fault(error: ValueError, mjml: str) -> Fault:
    """Return mrml's error, whose position is a byte offset, with a character offset."""
    message = str(error)
    found = _POSITION.search(message)
    if not found:
        return Fault(f"mrml refused the MJML: {message}", len(mjml))
    offset = len(mjml.encode()[: int(found[1])].decode(errors="ignore"))
    return Fault(f"mrml refused the MJML: {message[: found.start()].strip()}", offset)


def entities_in_attributes(mjml: str) -> str:
    r"""Return `mjml` with all but printable ASCII in attributes as numeric entities.

    mrml writes attributes with Rust's Debug formatting: a no-break space would come out as the
    six characters `\u{a0}`.
    """
    return _TAG.sub(lambda tag: entities(tag[0]) if _UNSAFE.search(tag[0]) else tag[0], mjml)


def entities(text: str) -> str:
    """Return `text` with all but printable ASCII as numeric entities; newlines become spaces."""
    return _UNSAFE.sub(lambda found: _entity(found[0]), text)


def safe_markup(text: str) -> Markup:
    """Return escaped text as `entities` writes it."""
    return Markup(entities(str(Markup.escape(text))))  # noqa: S704 - just escaped


def _entity(character: str) -> str:
    return " " if character in "\n\t" else f"&#{ord(character)};"
