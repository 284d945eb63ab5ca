"""An issue's values to MJML by the theme's template, and that to HTML; errors say where."""

import re
from collections.abc import Callable, Mapping

from markupsafe import Markup

from mailer.composing.rendering import templates
from mailer.composing.rendering.mjml_rules import Fault, all_faults
from mailer.composing.rendering.mrml import MrmlError, entities_in_attributes, mrml_fault, to_html
from mailer.composing.themes.theme import MJML_FILE, Theme
from mailer.errors import RenderError

_ATTRIBUTE = re.compile(r"[\w:-]+(?=\s*=)")
_TAG = re.compile(r"<[\w-]+(?:[^<>\"]|\"[^\"]*\")*")
STYLES = "STYLES_OF_THE_THEME"


def render_html(
    theme: Theme,
    values: Mapping[str, object],
    *,
    finish: Callable[[str], tuple[str, Markup]],
) -> str:
    """Return the HTML that the theme's template makes of `values`.

    Args:
        theme: whose template.
        values: for the template; `styles` is added.
        finish: gets the MJML; returns it with raw fragments set, and the styles for its head.

    Raises:
        RenderError: the template or its MJML is wrong; with file, line and column.
    """
    values = {**values, "styles": STYLES}
    rendered = entities_in_attributes(templates.render(theme, MJML_FILE, values))
    if faults := all_faults(rendered):
        errors = [_at_origin(each, rendered, theme=theme, values=values) for each in faults]
        raise RenderError.of(list({str(each): each for each in errors}.values()))
    if STYLES not in rendered:
        raise _without_styles(theme)
    document, styles = finish(rendered)
    try:
        return to_html(document.replace(STYLES, styles))
    except MrmlError as error:
        fault = mrml_fault(rendered.replace(STYLES, "")) or error.fault
        raise _at_origin(fault, rendered, theme=theme, values=values) from None


def _at_origin(
    fault: Fault, rendered: str, *, theme: Theme, values: Mapping[str, object]
) -> RenderError:
    """Return the error with the place of the template that wrote the faulty tag."""
    tag = max(rendered.count("<", 0, fault.offset + 1) - 1, 0)
    origin = templates.find_origin(theme, MJML_FILE, values, tag=tag)
    if origin is None:  # pragma: no cover - every template writes a tag
        return RenderError(fault.message, path=theme.folders[0] / MJML_FILE)
    line, column = _within(theme, origin, rendered[fault.offset :])
    return RenderError(fault.message, path=origin.path, line=line, column=column)


def _within(theme: Theme, origin: templates.Origin, rest: str) -> tuple[int, int]:
    """Return where in its tag, which begins at `origin`, a faulty attribute stands."""
    text = next(
        file.text
        for level in theme.templates
        for file in level.values()
        if file.path == origin.path
    )
    begin = sum(map(len, text.splitlines(keepends=True)[: origin.line - 1])) + origin.column - 1
    name = _ATTRIBUTE.match(rest)
    tag = _TAG.match(text, begin)
    found = re.compile(rf"(?<=\s){name[0]}(?=[\s=])").search(tag[0]) if name and tag else None
    if not found:
        return origin.line, origin.column
    before = text[: begin + found.start()]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _without_styles(theme: Theme) -> RenderError:
    found = theme.template(MJML_FILE)
    text = found[1].text if found else ""
    before = text[: max(text.find("<mj-head"), 0)]
    return RenderError(
        "the template lacks {{ styles }} in <mj-head>",
        path=found[1].path if found else theme.folders[0] / MJML_FILE,
        line=before.count("\n") + 1,
        column=len(before) - before.rfind("\n"),
    )
