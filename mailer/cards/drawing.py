"""Drawing a social card: warm paper, an accent, the title in a large serif, name and date."""

import io
import re
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont, features

from mailer.cards.card import ACCENT, Card
from mailer.cards.fonts import Typeface, drawable
from mailer.cards.setting import Piece, balanced, pieces_of, shortened, wrap

WIDTH, HEIGHT = 1200, 630
"""Pixels. Source: what Open Graph readers show whole, 1.91 to 1."""

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
    """A title, set: its lines, the typeface and size."""

    lines: list[str]
    face: Typeface
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
    """Return the largest setting of `title` that fits; None where it cannot be drawn."""
    text, face = drawable(title[:_MOST_CHARACTERS])
    if face is None:
        return None
    pieces = pieces_of(text)
    for size in _SIZES:
        found = _at_size(pieces, face, size)
        if found is not None:
            return found
    return _cut_to_fit(pieces, face, _SIZES[-1])


def _at_size(pieces: list[Piece], face: Typeface, size: int) -> _Title | None:
    measure = face.at(size).getlength
    if any(measure(piece.text) > _TITLE_WIDTH for piece in pieces):
        return None
    lines = wrap(pieces, _TITLE_WIDTH, measure)
    if len(lines) > min(_most_lines(size), _room(size)):
        return None
    return _Title(balanced(pieces, _TITLE_WIDTH, measure), face, size)


def _cut_to_fit(pieces: list[Piece], face: Typeface, size: int) -> _Title:
    measure = face.at(size).getlength
    lines = wrap(pieces, _TITLE_WIDTH, measure)
    return _Title(shortened(lines, _room(size), _TITLE_WIDTH, measure), face, size)


def _room(size: int) -> int:
    """Return how many lines there is height for."""
    return int((_TITLE_BOTTOM - _TITLE_TOP) / (size * _LEADING))


def _most_lines(size: int) -> int:
    """Return how many lines look well: large type in few."""
    return 2 if size > 92 else 3 if size > 72 else 5  # noqa: PLR2004 - by eye


def _draw_title(pen: ImageDraw.ImageDraw, title: _Title) -> None:
    step = title.size * _LEADING
    top = (_TITLE_TOP + _TITLE_BOTTOM - step * len(title.lines)) / 2
    font = title.face.at(title.size)
    reads_left = bool(_RIGHT_TO_LEFT.search("".join(title.lines)))
    for number, line in enumerate(title.lines):
        _write(
            pen, line, font=font, y=top + step * (number + 0.5), colour=_INK, reads_left=reads_left
        )


def _draw_line(  # noqa: PLR0913 - one line of type
    pen: ImageDraw.ImageDraw, words: str, *, y: float, size: int, colour: str, at_end: bool = False
) -> None:
    """Draw a short line, or nothing where that cannot be."""
    text, face = drawable(words)
    if face is None:
        return
    font = face.at(size)
    [line, *_] = shortened([text], 1, _TITLE_WIDTH, font.getlength)
    reads_left = bool(_RIGHT_TO_LEFT.search(line))
    _write(pen, line, font=font, y=y, colour=colour, reads_left=reads_left, at_end=at_end)


def _write(  # noqa: PLR0913 - as above
    pen: ImageDraw.ImageDraw,
    line: str,
    *,
    font: ImageFont.FreeTypeFont,
    y: float,
    colour: str,
    reads_left: bool,
    at_end: bool = False,
) -> None:
    is_right = reads_left != at_end
    pen.text(
        (WIDTH - _MARGIN if is_right else _MARGIN, y),
        line,
        font=font,
        fill=colour,
        anchor="rm" if is_right else "lm",
        direction=("rtl" if reads_left else "ltr") if features.check("raqm") else None,
    )
