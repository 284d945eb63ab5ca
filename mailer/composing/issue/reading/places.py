"""Where in the author's file a piece of inline text stands."""

from dataclasses import dataclass

from mailer.composing.issue.reading.source import Source


@dataclass(frozen=True, slots=True)
class Places:
    """The text of one block, without the marks of quotes and lists before its lines.

    Args:
        text: as markdown-it gives it to its inline rules.
        line: of the file, on which it begins.
        source: the file.
    """

    text: str
    line: int
    source: Source

    def at(self, offset: int) -> tuple[int, int]:
        """Return the line and column, both 1-based, of the character at `offset`."""
        begins = self.text.rfind("\n", 0, offset) + 1
        ends = self.text.find("\n", offset)
        words = self.text[begins : len(self.text) if ends < 0 else ends]
        line = self.line + self.text.count("\n", 0, offset)
        if line > len(self.source.lines):
            return line, 1
        whole = self.source.lines[line - 1]
        within = offset - begins
        if (start := whole.find(words)) >= 0:
            return line, start + within + 1
        # a table's cell: its backslashes before bars are gone
        return line, max(whole.find(words[within : within + 12]), 0) + 1
