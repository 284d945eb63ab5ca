"""Themes: which there are, a new one, and what is wrong with one."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.themes import Specimen, check_theme
from mailer.composing.linting.themes.chain import chain_of, is_base
from mailer.composing.rendering import Theme, find_theme, list_themes
from mailer.composing.rendering.templates import PARENT
from mailer.composing.themes.roots import theme_roots
from mailer.composing.themes.settings_file import SETTINGS_FILE
from mailer.composing.themes.theme import BASE, ThemeFile
from mailer.composing.theming.new_theme import full_settings, overriding_settings
from mailer.config import Settings
from mailer.errors import NotFoundError, RenderError
from mailer.platform.files import write_new_folder
from mailer.platform.resources import resource_dir
from subscribers.errors import Datum

DEFAULT = "digest"
"""The theme that new ones build on."""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class ThemeEntry:
    """A theme as a list shows it.

    Args:
        name: as issues ask for it.
        label: as people read it; empty where the theme is broken.
        description: one line.
        origin: `shipped`, `workspace`, or `overridden`: shipped, with files of the workspace.
        extends: the theme that it builds on; empty where that is the base.
        files: those of the workspace.
        problem: why it cannot be used; empty where it can.
        problem_code: of that error.
        problem_data: of that error.
    """

    name: str
    label: str
    description: str
    origin: str
    extends: str
    files: tuple[str, ...]
    problem: str = ""
    problem_code: str = ""
    problem_data: Mapping[str, Datum] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ThemeReport:
    """What a check has found."""

    name: str
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        """Findings with which no issue should go out."""
        return sum(each.severity is Severity.ERROR for each in self.findings)


def describe_themes(settings: Settings) -> list[ThemeEntry]:
    """Return every theme, in order of name; broken ones say so."""
    roots = theme_roots(settings)
    return [_entry(name, roots) for name in list_themes(roots)]


def check_themes(names: Sequence[str], settings: Settings) -> list[ThemeReport]:
    """Return what is wrong with the themes `names`; with all of them where none is named.

    Raises:
        NotFoundError: there is no theme of a name.
    """
    roots = theme_roots(settings)
    known = list_themes(roots)
    if unknown := [name for name in names if name not in known]:
        raise NotFoundError(
            f"there is no theme {unknown[0]!r}: there are {', '.join(known)}",
            code="theme-unknown",
            theme=unknown[0],
            known=known,
        )
    path = resource_dir("examples") / "specimen.md"
    specimen = Specimen(path, path.read_text(encoding="utf-8"))
    return [
        ThemeReport(name, tuple(check_theme(name, roots=roots, specimen=specimen)))
        for name in dict.fromkeys(names or known)
    ]


def new_theme(name: str, settings: Settings, *, parent: str, is_full: bool) -> list[Path]:
    """Write `templates/email/NAME/` to the workspace; return its files.

    Args:
        name: of the new theme; that of a shipped one overrides it.
        settings: of the workspace.
        parent: the theme to build on; `digest` where it is empty.
        is_full: copy all files of the parent, instead of only saying what may be changed.

    Raises:
        RenderError: the name cannot be one, the folder is there already, or the parent is not there
            or broken.
    """
    if not _NAME.fullmatch(name) or name == BASE:
        raise RenderError(
            f"{name!r} cannot be a theme's name: small letters, digits, single dashes; not 'base'"
        )
    workspace, shipped = theme_roots(settings)
    folder = workspace / name
    if folder.exists():
        raise RenderError("is there already; nothing was written", path=folder)
    is_override = (shipped / name / SETTINGS_FILE).is_file()
    if is_override and parent not in {"", name}:
        raise RenderError(
            f"{name!r} is a shipped theme, which this would override",
            code="theme-shipped",
            theme=name,
        )
    if parent == BASE:
        raise RenderError("'base' has no layout to build on", code="theme-without-layout")
    theme = find_theme(name if is_override else parent or DEFAULT, roots=[workspace, shipped])
    if is_full:
        files = {SETTINGS_FILE: full_settings(theme, name, words=_words(theme)), **_copied(theme)}
        return _write(folder, files, logos=_logos(theme))
    return _write(folder, {SETTINGS_FILE: overriding_settings(theme, name)})


def _entry(name: str, roots: Sequence[Path]) -> ThemeEntry:
    workspace, shipped = roots
    own = workspace / name
    files = sorted(path.name for path in own.iterdir() if path.is_file()) if own.is_dir() else []
    is_shipped = (shipped / name / SETTINGS_FILE).is_file()
    origin = "overridden" if files and is_shipped else "shipped" if is_shipped else "workspace"
    try:
        theme = find_theme(name, roots=roots)
    except RenderError as error:
        problem = (str(error), error.code, error.data)
        return ThemeEntry(name, "", "", origin, "", tuple(files), *problem)
    parents = [folder.name for folder in theme.folders if folder.name not in {name, BASE}]
    found = theme.settings
    extends = parents[0] if parents else ""
    return ThemeEntry(name, found.label, found.description, origin, extends, tuple(files))


def _copied(theme: Theme) -> dict[str, str]:
    """Return the text of each file that the theme is made of, by name."""
    files = {file.path.name: file for level in reversed(theme.templates) for file in level.values()}
    if built := next((file for file in files.values() if PARENT in file.text), None):
        raise RenderError(
            f"builds on the file that it hides ({PARENT}{built.path.name}), so a copy cannot stand"
            " alone",
            path=built.path,
            code="theme-not-standalone",
        )
    return {name: file.text for name, file in (*files.items(), *_sheets(theme))}


def _sheets(theme: Theme) -> list[tuple[str, ThemeFile]]:
    return [(sheet.path.name, sheet) for sheet in theme.sheets]


def _words(theme: Theme) -> dict[str, dict[str, Any]]:
    """Return the words that the theme does not have from the base, by language."""
    found: dict[str, dict[str, Any]] = {}
    for file in reversed(chain_of(theme).files):
        if not is_base(file.path):
            for language, words in file.table().get("words", {}).items():
                found.setdefault(language, {}).update(words)
    return found


def _logos(theme: Theme) -> list[Path]:
    logo = theme.settings.logo
    return [path for path in (logo.path, logo.dark_path) if path]


def _write(folder: Path, files: dict[str, str], *, logos: Iterable[Path] = ()) -> list[Path]:
    """Write a folder that is there whole or not at all."""
    contents = {name: text.encode() for name, text in files.items()}
    contents |= {logo.name: logo.read_bytes() for logo in logos if logo.is_file()}
    write_new_folder(folder, contents)
    return sorted(folder.iterdir(), key=lambda path: (path.name != SETTINGS_FILE, path))
