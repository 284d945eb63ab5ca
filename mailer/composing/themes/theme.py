"""A theme: a chain of folders with MJML, text, CSS and settings, the most specific first.

A workspace's `templates/email/<theme>/` stands before the shipped folder of the same name, both
before the theme that `theme.toml` says it extends, and `base` last. Of a file, the first in the
chain counts; of `theme.toml`, each value.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mailer.composing.issue.reading.source import not_utf_8
from mailer.composing.themes.settings import ThemeSettings
from mailer.composing.themes.settings_file import SETTINGS_FILE, SettingsFile
from mailer.composing.themes.toml import read_settings
from mailer.errors import RenderError

MJML_FILE = "issue.mjml.j2"
TEXT_FILE = "issue.txt.j2"
CSS_FILES = ("blocks.css", "theme.css", "custom.css")
BASE = "base"

_TEMPLATES = "*.j2"


@dataclass(frozen=True, slots=True)
class ThemeFile:
    """A file of a theme, read; its line ends are LF."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme's files, read.

    Args:
        name: of its folder.
        folders: where its files are looked for, in order.
        settings: merged.
        templates: of each folder, its templates by file name.
        sheets: `blocks.css`, `theme.css` and `custom.css`, as far as they are there; the last one
            on top.
    """

    name: str
    folders: tuple[Path, ...]
    settings: ThemeSettings
    templates: tuple[Mapping[str, ThemeFile], ...]
    sheets: tuple[ThemeFile, ...]

    @property
    def column_width(self) -> int:
        """CSS pixels between the gutters."""
        return self.settings.width - 2 * self.settings.gutter

    def template(self, name: str, *, level: int = 0) -> tuple[int, ThemeFile] | None:
        """Return the template `name` and its level: of the first folder from `level` on."""
        for at, files in enumerate(self.templates[level:], start=level):
            if name in files:
                return at, files[name]
        return None


def find_theme(name: str, *, roots: Sequence[Path]) -> Theme:
    """Return the theme `name`, as its files are now.

    Args:
        name: of a folder.
        roots: folders that hold themes: the workspace's before the shipped ones.

    Raises:
        RenderError: there is none, or a file of it is missing or broken.
    """
    files: list[SettingsFile] = []
    folders: list[Path] = []
    seen: list[str] = []
    following = name
    while following:
        own = _folders(following, roots)
        if following in seen:
            raise files[-1].error(
                f"a theme cannot extend itself: {' -> '.join([*seen, name])}", "extends"
            )
        if not own or name == BASE:
            raise _unknown(following, roots, files)
        seen.append(following)
        folders += own
        files += [SettingsFile(path, text) for path, text in map(_settings_text, own) if text]
        following = _parent(following, files)
    return Theme(
        name=name,
        folders=tuple(folders),
        settings=_settings(tuple(files)),
        templates=tuple(map(_templates, folders)),
        sheets=tuple(filter(None, (_first(folders, file) for file in CSS_FILES))),
    )


def list_themes(roots: Sequence[Path]) -> list[str]:
    """Return the names of all themes, in order; `base` is none."""
    found = {
        folder.name
        for root in roots
        for folder in root.glob("[!.]*")
        if (folder / SETTINGS_FILE).is_file() and folder.name != BASE
    }
    return sorted(found)


def _folders(name: str, roots: Sequence[Path]) -> list[Path]:
    known = any((root / name / SETTINGS_FILE).is_file() for root in roots)
    return [root / name for root in roots if known and (root / name).is_dir()]


def _unknown(name: str, roots: Sequence[Path], files: Sequence[SettingsFile]) -> RenderError:
    known = list_themes(roots)
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(known) or 'none'}"
    message = f"there is no theme {name!r}: {hint}"
    asking = next((file for file in files if file.table().get("extends") == name), None)
    return asking.error(message, "extends") if asking else RenderError(message)


def _parent(name: str, files: Sequence[SettingsFile]) -> str:
    """Return the theme that `name`, whose files are the last ones, extends."""
    for file in files:
        if file.path.parent.name == name:
            parent = file.table().get("extends")
            if parent is not None:
                if not isinstance(parent, str):
                    raise file.error("'extends' must be a theme's name", "extends")
                return parent
    return "" if name == BASE else BASE


def _settings_text(folder: Path) -> tuple[Path, str]:
    path = folder / SETTINGS_FILE
    return path, _read(path) if path.is_file() else ""


def _templates(folder: Path) -> Mapping[str, ThemeFile]:
    return {path.name: ThemeFile(path, _read(path)) for path in sorted(folder.glob(_TEMPLATES))}


def _first(folders: Sequence[Path], name: str) -> ThemeFile | None:
    path = next((folder / name for folder in folders if (folder / name).is_file()), None)
    return ThemeFile(path, _read(path)) if path else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise not_utf_8(error, path) from None
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise RenderError(f"the theme's file cannot be read: {reason}", path=path) from None


@lru_cache(maxsize=16)
def _settings(files: tuple[SettingsFile, ...]) -> ThemeSettings:
    return read_settings(files)
