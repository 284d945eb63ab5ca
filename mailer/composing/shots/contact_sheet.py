"""The contact sheet: every view of an issue beside the others, as a page to be captured."""

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mailer.composing.preview.views import View
from mailer.platform.resources import resource_dir

SCALE = 1.5
"""Device pixels for each CSS pixel: small type in small pictures stays legible."""

MOST_HIGH = 1900
"""CSS pixels; longer views fade out there."""

_DESKTOP, _PHONE, _TEXT = 420, 236, 340
_GAP, _MARGIN, _BEZEL = 36, 60, 12


@dataclass(frozen=True, slots=True)
class Print:
    """A picture on the sheet.

    Args:
        view: what it shows.
        src: where the page finds it.
        size: width and height of the picture.
        note: said of it, such as how much has changed; may be empty.
    """

    view: View
    src: str
    size: tuple[int, int]
    note: str = ""


def sheet_width(prints: Sequence[Print]) -> int:
    """Return the width of the sheet in CSS pixels."""
    widths = [_width(each.view) + (_BEZEL if each.view.is_mobile else 0) for each in prints]
    return sum(widths) + _GAP * (len(widths) - 1) + 2 * _MARGIN


def sheet_html(prints: Sequence[Print], *, subject: str, file: str, facts: str) -> str:
    """Return the sheet as an HTML document."""
    environment = Environment(
        loader=FileSystemLoader(resource_dir("templates") / "preview"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    views = [
        {
            "title": each.view.title,
            "label": each.view.label,
            "note": each.note,
            "is_phone": each.view.is_mobile,
            "src": each.src,
            "width": _width(each.view),
            "height": round(each.size[1] * _width(each.view) / each.size[0]),
        }
        for each in prints
    ]
    return environment.get_template("contact_sheet.html").render(
        views=views, subject=subject, file=file, facts=facts, most_high=MOST_HIGH
    )


def _width(view: View) -> int:
    if view.part == "text":
        return _TEXT
    return _PHONE if view.is_mobile else _DESKTOP
