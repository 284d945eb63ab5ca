"""One `theme.toml`: its keys, and where in it an error is."""

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from mailer.errors import RenderError

SETTINGS_FILE = "theme.toml"

_BEFORE_VALUE = re.compile(r"\s*(?:[\w.\"'-]+\s*=\s*)?")
_KEYS = {
    "extends", "label", "description", "brand", "width", "gutter", "inset", "align",
    "contents_from", "light", "dark", "fonts", "accents", "logo", "social", "words",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """One `theme.toml`: where it is, what it says."""

    path: Path
    text: str

    def table(self) -> Mapping[str, Any]:
        """Return the parsed file, which nobody may change.

        Raises:
            RenderError: it is not TOML, or has a key that no theme knows.
        """
        return _table(self)

    def error(self, message: str, *keys: str) -> RenderError:
        """Return the error at the value of the last of `keys`, each set after the one before."""
        lines = self.text.split("\n")
        line = 0
        for key in keys:
            pattern = re.compile(
                rf"\s*(?:{re.escape(key)}|\"{re.escape(key)}\")\s*=|\s*\[+[\w.\"-]*\b{re.escape(key)}\b"
            )
            line = next(
                (at for at, words in enumerate(lines, 1) if at >= line and pattern.match(words)),
                line,
            )
        begin = _BEFORE_VALUE.match(lines[line - 1]) if line else None
        column = begin.end() + 1 if begin else 1
        return RenderError(message, path=self.path, line=line or 1, column=column)


@lru_cache(maxsize=32)
def _table(file: SettingsFile) -> Mapping[str, Any]:
    try:
        table = tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        lines = file.text.rstrip().split("\n")
        line, column = (int(found[1]), int(found[2])) if found else (len(lines), len(lines[-1]) + 1)
        reason = str(error).partition(" (at ")[0]
        raise RenderError(f"not TOML: {reason}", path=file.path, line=line, column=column) from None
    except RecursionError:
        raise RenderError("nested too deeply", path=file.path, line=1, column=1) from None
    for key in table.keys() - _KEYS:
        close = difflib.get_close_matches(key, _KEYS, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(sorted(_KEYS))}"
        raise file.error(f"unknown key {key!r}: {hint}", key)
    return table


def is_set(table: Mapping[str, Any], keys: Sequence[str]) -> bool:
    """Whether `keys`, each a table in the one before, lead to a value."""
    inner: Any = table
    for key in keys:
        if not isinstance(inner, dict) or key not in inner:
            return False
        inner = inner[key]
    return True
