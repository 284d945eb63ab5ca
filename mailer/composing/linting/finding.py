"""A finding: what a linter has to say about one place of an issue or a theme."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """How bad it is. An error would break in an inbox or must not go out; see docs/lint.md."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    Args:
        code: of the rule, words joined by dashes, such as `image-alt-missing`; never reused.
        severity: how bad it is.
        message: what is wrong, one line that can stand alone.
        path: the file: the issue, or a file of its theme.
        line: 1-based; 1 where the whole file is meant.
        column: 1-based, in characters.
        text: the offending words as they stand in the file; empty where the whole file is meant.
        why: what a reader would suffer, with the source where a rule comes from one.
        fix: what to do.
        facts: figures behind it, for machines.
    """

    code: str
    severity: Severity
    message: str
    path: Path
    line: int
    column: int = 1
    text: str = ""
    why: str = ""
    fix: str = ""
    facts: Mapping[str, str | int | float] | None = None
