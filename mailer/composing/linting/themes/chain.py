"""The files that a theme is made of, asked where a value is set."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule
from mailer.composing.rendering import Theme
from mailer.composing.themes.settings_file import SETTINGS_FILE, SettingsFile, is_set
from mailer.composing.themes.theme import BASE


@dataclass(frozen=True, slots=True)
class Location:
    """A line of one of the files; `rank` counts from the most specific file, 0."""

    path: Path
    line: int
    rank: int


@dataclass(frozen=True, slots=True)
class Chain:
    """A theme with its `theme.toml` files as they are written, the most specific first."""

    theme: Theme
    files: tuple[SettingsFile, ...]

    def table(self, key: str) -> Mapping[str, Any]:
        """Return a table of all files, merged."""
        merged: dict[str, Any] = {}
        for file in reversed(self.files):
            merged.update(file.table().get(key, {}))
        return merged

    def place(self, *keys: str, owned: bool = False) -> Location | None:
        """Return where the most specific file sets a value; None where none does.

        Args:
            keys: such as `dark`, `ink`.
            owned: leave out the base, from which every theme starts.
        """
        for rank, file in enumerate(self.files):
            if owned and is_base(file.path):
                break
            if is_set(file.table(), keys):
                return Location(file.path, file.error("", *keys).line or 1, rank)
        return None

    def markup(self, words: re.Pattern[str]) -> Location:
        """Return where a template has `words` first; else the beginning of the layout."""
        found = [
            Location(file.path, file.text.count("\n", 0, match.start()) + 1, rank)
            for rank, level in enumerate(self.theme.templates)
            for file in level.values()
            if (match := words.search(file.text))
        ]
        _, layout = self.theme.template("issue.mjml.j2") or (0, None)
        return found[0] if found else Location(layout.path if layout else self.files[0].path, 1, 0)

    @property
    def template_text(self) -> str:
        """All templates, one after another."""
        return "\n".join(file.text for level in self.theme.templates for file in level.values())

    @property
    def css(self) -> str:
        """All sheets, one after another."""
        return "\n".join(sheet.text for sheet in self.theme.sheets)


def chain_of(theme: Theme) -> Chain:
    """Return the chain of `theme`; its `theme.toml` files are read anew."""
    paths = [folder / SETTINGS_FILE for folder in theme.folders]
    files = [
        SettingsFile(path, path.read_text(encoding="utf-8").replace("\r\n", "\n"))
        for path in paths
        if path.is_file()
    ]
    return Chain(theme, tuple(files))


def is_base(path: Path) -> bool:
    """Return whether a file is one that every theme starts from."""
    return path.parent.name == BASE


def finding(  # noqa: PLR0913 - what a finding says
    rule: Rule,
    message: str,
    place: Location,
    *,
    fix: str = "",
    text: str = "",
    severity: Severity | None = None,
    facts: Mapping[str, str | int | float] | None = None,
) -> Finding:
    """Return a finding of `rule` at `place`."""
    return Finding(
        rule.code,
        severity or rule.severity,
        message,
        place.path,
        place.line,
        text=text,
        why=rule.why,
        fix=fix or rule.fix,
        facts=facts,
    )
