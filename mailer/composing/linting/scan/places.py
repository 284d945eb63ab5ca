"""A file's text, and where in it an offset is."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

_LINE_END = re.compile(r"\r\n?")


def with_plain_line_ends(text: str) -> str:
    r"""Return `text` with `\n` line ends; nothing else changes, so columns stay the author's."""
    return _LINE_END.sub("\n", text)


@dataclass(frozen=True)
class SourceText:
    r"""The text of a file, with `\n` line ends."""

    text: str

    @cached_property
    def starts(self) -> list[int]:
        """The offset of each line; line 1 is at index 0."""
        found = [0]
        found += [match.end() for match in re.finditer("\n", self.text)]
        return found

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both 1-based."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line_range(self, line: int) -> tuple[int, int]:
        """Return the offsets between which line `line` stands, without its line end."""
        line = min(max(line, 1), len(self.starts))
        start = self.starts[line - 1]
        end = self.starts[line] - 1 if line < len(self.starts) else len(self.text)
        return start, end

    def line_text(self, line: int) -> str:
        """Return line `line`."""
        start, end = self.line_range(line)
        return self.text[start:end]
