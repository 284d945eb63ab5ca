"""The HTML of a message as some mail clients treat it: darkened, without pictures, as Outlook.

Approximations, by what is known of these clients; only tags and styles are changed, never words.
"""

import re
from collections.abc import Callable

from mailer.composing.themes.colour import Colour, parse_colour
from mailer.message.viewing import for_scheme, into_head

_TAG = re.compile(r"<[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_STYLE_SHEET = re.compile(r"(<style\b[^<>]*+>)(.*?)(</style\s*+>|\Z)", re.IGNORECASE | re.DOTALL)
_STYLE = re.compile(r"(?<=\sstyle=)(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_GROUND_ATTRIBUTE = re.compile(r"(\sbgcolor=)([\"'])([^\"']*)\2", re.IGNORECASE)
_COLOURED = re.compile(
    r"(?<![\w-])((?:background|border)(?:-[a-z-]+)?|color|text-decoration(?:-color)?)(\s*:)([^;{}]*)"
)
_COLOUR = re.compile(r"#[0-9A-Fa-f]{3,8}\b|\b(?:rgb|hsl)a?\([^()]*\)|\b(?:white|black)\b")
_BRIGHTEST_TEXT, _DARKEST_GROUND = 150, 205
"""Of 255: text below the one and grounds above the other are turned over; mid tones stay.

Source: Chromium's automatic dark theme, `foreground_lightness_threshold` and
`background_lightness_threshold`; Gmail's apps treat both alike, as far as is known.
"""
_DARKEST = 18
_CANVAS = "<style>html{background:#121212;color:#E8E8E8}</style>"

_PICTURE_SOURCE = re.compile(r"\s(?:src|srcset|background)=(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE)

_NOT_OUTLOOK = re.compile(
    r"<!--\[if !mso\b[^\]<>]*+\]><!--+>.*?(?:<!--<!\[endif\]-->|\Z)", re.DOTALL
)
_CONDITION = re.compile(r"<!--\[if ([^\]<>]*+)\]>(.*?)(?:<!\[endif\]-->|\Z)", re.DOTALL)
_XML = re.compile(r"<xml>.*?(?:</xml>|\Z)", re.DOTALL)
_MEDIA_SHEET = re.compile(
    r"<style\b[^<>]*+>(?:(?!</?style|@media).)*@media.*?(?:</style\s*+>|\Z)", re.DOTALL
)
_UNKNOWN = re.compile(
    r"(?<![\w-])(?:border-radius|max-width|box-shadow|text-shadow|opacity)\s*:[^;\"']*;?"
)
_PADDING = re.compile(r"(?<![\w-])padding(?:-[a-z]+)?\s*:[^;\"']*;?")
_OWN_PADDING = "mso-padding-alt"


def forced_dark(html: str) -> str:
    """Return the message where a client darkens it by itself, such as Gmail's on Android."""
    light = for_scheme(html, "light")
    sheets = _STYLE_SHEET.sub(
        lambda found: found[1] + _darkened(found[2]) + found[3],
        light,
    )
    return into_head(_in_tags(sheets, _darkened_tag), _CANVAS)


def without_pictures(html: str) -> str:
    """Return the message where a client holds back its pictures."""
    return _in_tags(html, lambda tag: _PICTURE_SOURCE.sub("", tag))


def for_outlook(html: str) -> str:
    """Return the message's structure in Outlook on Windows: its tables, without what it ignores."""
    shown = _CONDITION.sub(
        lambda found: found[2] if _holds(found[1]) else "", _NOT_OUTLOOK.sub("", html)
    )
    return _in_tags(_MEDIA_SHEET.sub("", _XML.sub("", shown)), _outlook_tag)


def _in_tags(html: str, change: Callable[[str], str]) -> str:
    return _TAG.sub(lambda found: change(found[0]), html)


def _holds(condition: str) -> bool:
    """Tell whether a condition is true in Outlook 2016 and later."""
    return "mso" in condition and "!" not in condition and not re.search(r"\blte? mso", condition)


def _outlook_tag(tag: str) -> str:
    if tag.startswith("<img"):
        return tag
    takes_padding = tag.startswith(("<td", "<th"))

    def known(found: re.Match[str]) -> str:
        style = _UNKNOWN.sub("", found[0])
        if _OWN_PADDING in style and takes_padding:
            return _PADDING.sub("", style).replace(_OWN_PADDING, "padding")
        return style if takes_padding else _PADDING.sub("", style)

    return _STYLE.sub(known, tag)


def _darkened_tag(tag: str) -> str:
    tag = _STYLE.sub(lambda found: _darkened(found[0]), tag)
    return _GROUND_ATTRIBUTE.sub(
        lambda found: f"{found[1]}{found[2]}{_colours(found[3], is_ground=True)}{found[2]}", tag
    )


def _darkened(css: str) -> str:
    return _COLOURED.sub(
        lambda found: (
            found[1]
            + found[2]
            + _colours(found[3], is_ground=found[1].startswith(("background", "border")))
        ),
        css,
    )


def _colours(value: str, *, is_ground: bool) -> str:
    return _COLOUR.sub(lambda found: _turned(found[0], is_ground=is_ground), value)


def _turned(written: str, *, is_ground: bool) -> str:
    named = {"white": "#FFFFFF", "black": "#000000"}
    colour = parse_colour(named.get(written, written))
    if colour is None or colour.alpha < 1:
        return written
    bright = (colour.red * 299 + colour.green * 587 + colour.blue * 114) / 1000
    is_kept = bright <= _DARKEST_GROUND if is_ground else bright >= _BRIGHTEST_TEXT
    return written if is_kept else _inverted(colour).hex


def _inverted(colour: Colour) -> Colour:
    """Return the colour with its lightness turned over, as colourful as it was."""
    channels = (colour.red, colour.green, colour.blue)
    lightness = (max(channels) + min(channels)) / 2
    by = max(_DARKEST, 255 - lightness) - lightness
    return Colour(*(min(255, max(0, round(channel + by))) for channel in channels))
