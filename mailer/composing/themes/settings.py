"""A theme's settings, merged from its `theme.toml` files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mailer.composing.themes.colour import legible, parse_colour
from mailer.composing.themes.words import Words

READABLE = 4.5
"""Contrast of small text to its background. Source: WCAG 2.2, 1.4.3."""


@dataclass(frozen=True, slots=True)
class Accent:
    """One section's colour on light and on dark paper."""

    light: str
    dark: str


@dataclass(frozen=True, slots=True)
class Logo:
    """The picture in the masthead.

    Args:
        src: a full address or a file beside `theme.toml`; empty for none.
        alt: what it says.
        width: CSS pixels.
        path: of the file.
        dark: the picture that takes its place in dark mode, likewise; empty for none.
        dark_path: of that one's file.
    """

    src: str = ""
    alt: str = ""
    width: int = 160
    path: Path | None = None
    dark: str = ""
    dark_path: Path | None = None

    @property
    def in_dark(self) -> "Logo":
        """The logo of dark mode."""
        return Logo(self.dark, self.alt, self.width, self.dark_path)

    @property
    def key(self) -> str:
        """Under which it stands among an issue's hosted pictures: none of those is named so."""
        return f"theme:{self.src}" if self.path else self.src


@dataclass(frozen=True, slots=True)
class SocialLink:
    """A link in the footer."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, eq=False)
class ThemeSettings:
    """The merged `theme.toml`; compared by identity, because it is read once.

    Args:
        label: the theme's name as people read it.
        description: one line.
        width: of the email, CSS pixels.
        gutter: between its edge and the text, CSS pixels.
        inset: what a box takes of its width for paddings and border, CSS pixels.
        align: where it stands in a wide window, `center` or `start`.
        contents_from: sections from which on they are listed; 0 for never by itself.
        light: colours by name.
        dark: the same names in dark mode.
        fonts: families by name, as CSS.
        accents: colours of the sections, in turn.
        logo: in the masthead.
        social: links in the footer.
        languages: what the theme itself says, by language tag in small letters.
    """

    label: str
    description: str
    width: int
    gutter: int
    inset: int
    align: str
    contents_from: int
    light: Mapping[str, str]
    dark: Mapping[str, str]
    fonts: Mapping[str, str]
    accents: tuple[Accent, ...]
    logo: Logo
    social: tuple[SocialLink, ...]
    languages: Mapping[str, Words]

    def words(self, language: str) -> Words:
        """Return the words of `language`, of its base language, or English."""
        table = self.languages
        base = language.lower().partition("-")[0]
        return table.get(language.lower()) or table.get(base) or table["en"]

    def accent(self, wish: str) -> Accent:
        """Return the colour that a section asks for: its number, or `#rrggbb` made legible."""
        if wish.startswith("#"):
            return self.both(wish)
        return self.accents[(int(wish) - 1) % len(self.accents)]

    def both(self, colour: str) -> Accent:
        """Return the nearest shades of `colour` that can be read on light and on dark paper."""
        grounds = self.light.get("card", "#FFFFFF"), self.dark.get("card", "#111111")
        return Accent(*(_legible(colour, ground) for ground in grounds))


def _legible(colour: str, ground: str) -> str:
    read, on = parse_colour(colour), parse_colour(ground)
    return legible(read, on=on, ratio=READABLE).hex if read and on else colour
