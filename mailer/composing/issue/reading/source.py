"""An author's file in memory: normalised text, and errors that say where in it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mailer.errors import RenderError


def not_utf_8(error: UnicodeDecodeError, path: Path) -> RenderError:
    """Return the error for the file `path`, which is not UTF-8, at its first such byte."""
    before = error.object[: error.start].decode("utf-8-sig")
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return RenderError(
        f"byte {error.start + 1} is not UTF-8: save it as UTF-8",
        path=path,
        line=len(lines),
        column=len(lines[-1]) + 1,
    )


@dataclass(frozen=True)
class Source:
    """The normalised text of the file `path`."""

    text: str
    path: Path

    @cached_property
    def lines(self) -> list[str]:
        """The file's lines; line 1 is at index 0."""
        return self.text.split("\n")

    def error(
        self, message: str, *, line: int | None = None, column: int | None = None, at: str = ""
    ) -> RenderError:
        """Return the error to raise.

        Where no column is given, it is where the words `at` stand, else where the line's begin.
        """
        if column is None and line:
            text = self.lines[line - 1] if line <= len(self.lines) else ""
            begin = len(text) - len(text.lstrip()) if text.strip() else 0
            column = (text.find(at) + 1 if at else 0) or begin + 1
        return RenderError(message, path=self.path, line=line, column=column)
