"""Rules: text that does not stand out from what lies behind it, in each scheme."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailer.composing.linting.compat.document import Run
from mailer.composing.linting.compat.inspection import Inspection
from mailer.composing.linting.compat.locating import beginning, where
from mailer.composing.linting.compat.look import Look
from mailer.composing.linting.compat.media import BARE, DARK, LIGHT, View
from mailer.composing.linting.compat.wording import counted, shortened
from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule
from mailer.composing.themes.colour import (
    LARGE_TEXT_RATIO,
    TEXT_RATIO,
    Colour,
    contrast,
    legible,
    parse_colour,
)

CONTRAST = Rule(
    "contrast-low",
    Severity.WARNING,
    "text with too little contrast to its background",
    "Readers with weak eyes, in sunlight or on poor screens cannot read it. Below 3 hardly anybody"
    " can. Source: WCAG 2.2, 1.4.3.",
    "Choose a colour further from the background's.",
)
RULES = (CONTRAST,)

_LARGE, _LARGE_BOLD = 24.0, 18.66
"""Pixels of large text. Source: WCAG 2.2, "large scale": 18 pt, or 14 pt in bold."""

_WORST = 3.0
_WHEN = {
    LIGHT: "Take",
    DARK: "Take, in the theme's rules for dark mode,",
    BARE: "Take, in the element's own style,",
}


@dataclass(slots=True)
class _Pair:
    """Two colours that stand on each other, and the first text where they do."""

    run: Run
    look: Look
    count: int


def check(inspection: Inspection) -> Iterator[Finding]:
    """Yield one finding for each pair of colours in each view where it is not legible."""
    told: set[object] = set()
    for view in (LIGHT, DARK, BARE):
        for pair in _faint(inspection, view):
            key = (pair.look.colour, pair.look.background, _wanted(pair.look))
            if key not in told:
                told.add(key)
                yield _finding(inspection, pair, view)


def _faint(inspection: Inspection, view: View) -> Iterator[_Pair]:
    found: dict[object, _Pair] = {}
    for text, look in inspection.visible(view):
        wanted = _wanted(look)
        if contrast(look.colour, look.background) >= wanted:
            continue
        key = (look.colour, look.background, wanted)
        if key in found:
            found[key].count += text.count
        else:
            found[key] = _Pair(text.run, look, text.count)
    yield from found.values()


def _wanted(look: Look) -> float:
    large = look.size >= (_LARGE_BOLD if look.is_bold else _LARGE)
    return LARGE_TEXT_RATIO if large else TEXT_RATIO


def _finding(inspection: Inspection, pair: _Pair, view: View) -> Finding:
    look, wanted = pair.look, _wanted(pair.look)
    ratio = int(contrast(look.colour, look.background) * 100) / 100
    better = legible(look.colour, on=look.background, ratio=wanted)
    front, back = _name(look.colour, look.colour_from), look.background.hex
    static = "" if view is not DARK else _static_words(inspection, pair)
    where = {LIGHT: "", DARK: " in dark mode", BARE: " where styles are stripped"}[view]
    return inspection.finding(
        CONTRAST,
        f"the text {shortened(pair.run.text)!r}{counted(pair.count)} in {front} on {back} has a"
        f" contrast of {ratio:g}{where}: {wanted:g} is needed",
        at=pair.run,
        words=static or look.colour_from,
        also=(look.colour_from, *_spellings(look.colour_from), *_spellings(look.background_from)),
        severity=Severity.ERROR if ratio < _WORST else Severity.WARNING,
        fix=_fix(inspection, pair, view, better),
        facts={
            "text": front,
            "background": back,
            "ratio": ratio,
            "wanted": wanted,
            "view": view.name,
            "count": pair.count,
            "better": better.hex,
            "issue_line": pair.run.line,
        },
    )


def _fix(inspection: Inspection, pair: _Pair, view: View, better: Colour) -> str:
    look = pair.look
    if view is DARK and look.colour_from and pair.run.element.is_authored:
        light = inspection.look(pair.run.element, LIGHT)
        if light.colour == look.colour and light.background != look.background:
            return (
                "Give the colour's element or section a background, too: then both stay in dark"
                " mode; or leave the colour out."
            )
    share = f"{contrast(better, look.background):.1f}"
    return f"{_WHEN[view]} {better.hex}, which has {share} on {look.background.hex}."


def _static_words(inspection: Inspection, pair: _Pair) -> str:
    """Return the words of a template whose colour stays in dark mode: it lacks a class there."""
    element, words = pair.run.element, beginning(pair.run.text)
    if element.is_authored or inspection.look(element, LIGHT).colour != pair.look.colour:
        return ""
    files = inspection.options.theme_files.items()
    templates = [text for path, text in files if path.suffix == ".j2"]
    return words if any(where(text, words, near=1) for text in templates) else ""


def _spellings(written: str) -> tuple[str, ...]:
    """Return the ways in which a file may write the colour that the compiled style has."""
    colour = parse_colour(written)
    if colour is None or colour.alpha < 1:
        return (written,)
    pairs = [colour.hex[at : at + 2] for at in (1, 3, 5)]
    short = "#" + "".join(pair[0] for pair in pairs)
    is_short = all(pair[0] == pair[1] for pair in pairs)
    return (written, colour.hex, short) if is_short else (written, colour.hex)


def _name(colour: Colour, written: str) -> str:
    """Return the colour as seen, and as written where that differs."""
    name = written.strip()
    return colour.hex if not name or name.upper() == colour.hex else f"{colour.hex} ({name})"
