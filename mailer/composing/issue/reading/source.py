"""An author's file in memory: normalised text, and errors that say where in it."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mailer.errors import RenderError

_SPACE_LIKE = re.compile("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def normalise(text: str) -> str:
    r"""Return `text` with `\n` line ends and without characters that no reader could see.

    HTML parsers stop at a NUL, YAML refuses control characters and mrml misreads CRLF, so none of
    them gets that far. Other line separators become spaces: an editor would not count them as
    lines.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", _SPACE_LIKE.sub(" ", text)))


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
