"""Drawing a social card: a paper-coloured ground, an accent, a large serif title, name and date."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PIL import Image, ImageDraw, features

from mailer.archive.cards.card import ACCENT, Card
from mailer.archive.cards.fonts import Lettering, drawable
from mailer.archive.cards.setting import Piece, balanced, pieces_of, shortened, wrap

WIDTH, HEIGHT = 1200, 630
"""Pixels. Source: the ratio that Open Graph readers show uncropped, 1.91 to 1."""

_PAPER, _INK, _MUTED, _LINE = "#F3EFE7", "#1B1917", "#6B655B", "#D9D0BF"
_MARGIN = 88
_TITLE_WIDTH = WIDTH - 2 * _MARGIN
_TITLE_TOP, _TITLE_BOTTOM = 150, 508
_MOST_CHARACTERS = 400
_SIZES = range(112, 47, -4)
_LEADING = 1.1
_NAME_AT, _RULE_AT, _FOOT_AT = 98, 528, 566
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(frozen=True, slots=True)
class _Title:
    """A title after typesetting: its lines, typefaces and size."""

    lines: list[str]
    lettering: Lettering
    size: int


def draw_card(card: Card) -> bytes:
    """Return the card as PNG, `WIDTH` by `HEIGHT`; no character is ever drawn as an empty box."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(picture)
    accent = card.accent if _COLOUR.fullmatch(card.accent) else ACCENT
    pen.rectangle((0, 0, 17, HEIGHT), fill=accent)
    own = _set_title(card.title)
    if own is not None and card.publication != card.title:
        _draw_line(pen, card.publication, y=_NAME_AT, size=36, colour=accent)
    title = own or _set_title(card.publication)
    if title is not None:
        _draw_title(pen, title)
    pen.line((_MARGIN, _RULE_AT, WIDTH - _MARGIN, _RULE_AT), fill=_LINE, width=2)
    _draw_line(pen, card.date, y=_FOOT_AT, size=28, colour=_MUTED)
    _draw_line(pen, card.site, y=_FOOT_AT, size=28, colour=_MUTED, at_end=True)
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, format="PNG", optimize=True)
    return out.getvalue()


def _set_title(title: str) -> _Title | None:
    """Return the largest setting of `title` that fits; None if it cannot be drawn."""
    text, lettering = drawable(title[:_MOST_CHARACTERS])
    if lettering is None:
        return None
    pieces = pieces_of(text)
    for size in _SIZES:
        found = _at_size(pieces, lettering, size)
        if found is not None:
            return found
    return _cut_to_fit(pieces, lettering, _SIZES[-1])


def _at_size(pieces: list[Piece], lettering: Lettering, size: int) -> _Title | None:
    measure = _measure(lettering, size)
    if any(measure(piece.text) > _TITLE_WIDTH for piece in pieces):
        return None
    lines = wrap(pieces, _TITLE_WIDTH, measure)
    if len(lines) > min(_most_lines(size), _room(size)):
        return None
    return _Title(balanced(pieces, _TITLE_WIDTH, measure), lettering, size)


def _cut_to_fit(pieces: list[Piece], lettering: Lettering, size: int) -> _Title:
    measure = _measure(lettering, size)
    lines = wrap(pieces, _TITLE_WIDTH, measure)
    return _Title(shortened(lines, _room(size), _TITLE_WIDTH, measure), lettering, size)


def _measure(lettering: Lettering, size: int) -> Callable[[str], float]:
    return partial(lettering.width, size=size)


def _room(size: int) -> int:
    """Return how many lines fit the height."""
    return int((_TITLE_BOTTOM - _TITLE_TOP) / (size * _LEADING))


def _most_lines(size: int) -> int:
    """Return how many lines look well: large type in few."""
    return 2 if size > 92 else 3 if size > 72 else 5  # noqa: PLR2004 - by eye


def _draw_title(pen: ImageDraw.ImageDraw, title: _Title) -> None:
    step = title.size * _LEADING
    top = (_TITLE_TOP + _TITLE_BOTTOM - step * len(title.lines)) / 2
    reads_left = bool(_RIGHT_TO_LEFT.search("".join(title.lines)))
    for number, line in enumerate(title.lines):
        y = top + step * (number + 0.5)
        _write(pen, line, title.lettering, title.size, y=y, colour=_INK, reads_left=reads_left)


def _draw_line(  # noqa: PLR0913 - one line of type
    pen: ImageDraw.ImageDraw, words: str, *, y: float, size: int, colour: str, at_end: bool = False
) -> None:
    """Draw a short line, or nothing if it cannot be drawn."""
    text, lettering = drawable(words)
    if lettering is None:
        return
    [line, *_] = shortened([text], 1, _TITLE_WIDTH, _measure(lettering, size))
    reads_left = bool(_RIGHT_TO_LEFT.search(line))
    _write(pen, line, lettering, size, y=y, colour=colour, reads_left=reads_left, at_end=at_end)


def _write(  # noqa: PLR0913 - as above
    pen: ImageDraw.ImageDraw,
    line: str,
    lettering: Lettering,
    size: int,
    *,
    y: float,
    colour: str,
    reads_left: bool,
    at_end: bool = False,
) -> None:
    """Write `line`, its middle at `y`; runs of several fonts share one baseline."""
    width = lettering.width(line, size)
    left = WIDTH - _MARGIN - width if reads_left != at_end else _MARGIN
    x = left + width if reads_left else left
    baseline = y
    for number, (font, run) in enumerate(lettering.runs(line, size)):
        if number == 0:
            ascent, descent = font.getmetrics()
            baseline += (ascent - descent) / 2
        advance = font.getlength(run)
        x -= advance if reads_left else 0
        direction = ("rtl" if reads_left else "ltr") if features.check("raqm") else None
        pen.text((x, baseline), run, font=font, fill=colour, anchor="ls", direction=direction)
        x += 0 if reads_left else advance
