"""A theme: a folder with an MJML template, the CSS that is inlined, colours and words."""

import datetime as dt
import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from mailer.errors import RenderError

MJML_FILE = "issue.mjml.j2"
CSS_FILE = "theme.css"
SETTINGS_FILE = "theme.toml"


@dataclass(frozen=True, slots=True)
class Accent:
    """One section's colour on light and on dark paper."""

    light: str
    dark: str


@dataclass(frozen=True, slots=True)
class Words:
    """What the theme itself says, in one language."""

    table: Mapping[str, Any]

    def __getitem__(self, name: str) -> str:
        return str(self.table[name])

    def counted(self, name: str, count: int) -> str:
        """Return `name` for `count` things."""
        return str(self.table[name][0 if count == 1 else 1]).format(count=count)

    def date(self, date: dt.date) -> str:
        """Return `date` as people write it."""
        return str(self.table["date"]).format(
            weekday=self.table["weekdays"][date.weekday()],
            month=self.table["months"][date.month - 1],
            day=date.day,
            year=date.year,
        )


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme's files, read."""

    path: Path
    mjml: str
    css: str
    accents: tuple[Accent, ...]
    languages: Mapping[str, Words]

    @property
    def inlined_css(self) -> str:
        """The rules for style attributes: the theme's, and `.a0`, `.a1`, ... for its accents."""
        accents = (f".a{at} {{ color: {each.light} }}" for at, each in enumerate(self.accents))
        return "\n".join((self.css, *accents))

    def words(self, language: str) -> Words:
        """Return the words of `language`, of its base language, or English."""
        table = self.languages
        base = language.lower().partition("-")[0]
        return table.get(language.lower()) or table.get(base) or table["en"]


def find_theme(name: str, *, roots: Sequence[Path]) -> Path:
    """Return the folder of theme `name` in the first of `roots` that has it.

    Raises:
        RenderError: none has.
    """
    for root in roots:
        if (root / name / MJML_FILE).is_file():
            return root / name
    known = sorted({file.parent.name for root in roots for file in root.glob(f"*/{MJML_FILE}")})
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(known) or 'none'}"
    raise RenderError(f"there is no theme {name!r}: {hint}")


def load_theme(theme_dir: Path) -> Theme:
    """Return the theme in `theme_dir`, as its files are now.

    Raises:
        RenderError: a file is missing or broken.
    """
    settings = _settings(_read(theme_dir / SETTINGS_FILE), theme_dir / SETTINGS_FILE)
    return Theme(
        path=theme_dir,
        mjml=_read(theme_dir / MJML_FILE),
        css=_read(theme_dir / CSS_FILE),
        accents=settings[0],
        languages=settings[1],
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except FileNotFoundError:
        raise RenderError("the theme lacks this file", path=path) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RenderError(f"the theme's file cannot be read: {error}", path=path) from None


@lru_cache(maxsize=16)
def _settings(text: str, path: Path) -> tuple[tuple[Accent, ...], Mapping[str, Words]]:
    try:
        table = tomllib.loads(text)
        accents = tuple(Accent(each["light"], each["dark"]) for each in table["accents"])
        words = {tag.lower(): Words(each) for tag, each in table["words"].items()}
    except tomllib.TOMLDecodeError as error:
        raise RenderError(f"not TOML: {error}", path=path) from None
    except (KeyError, TypeError, AttributeError) as error:
        raise RenderError(
            f"accents or [words.en] is missing or wrong: {error}", path=path
        ) from None
    if not accents or "en" not in words:
        raise RenderError("a theme needs at least one accent, and English words", path=path)
    return accents, words
