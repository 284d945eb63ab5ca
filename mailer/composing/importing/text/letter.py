"""Plain text as people type it into a mail, to HTML: paragraphs, lists, quotes, addresses."""

import re
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

from mailer.composing.importing.text.lines import wrap_width
from mailer.composing.importing.text.links import URL, trim_url
from mailer.composing.importing.text.marks import is_ruler
from mailer.composing.importing.text.sentences import ends_sentence

_TAB_COLUMNS = 4
_ENTRY = re.compile(r"(?P<indent> *)(?P<mark>[-*+•·]|\d{1,3}[.)])[ ]+(?=\S)")
_QUOTED = re.compile(r"[ ]{0,3}>[ ]?")
_HEADED = re.compile(r"(?P<marks>#{1,6})[ ]++(?P<words>\S.*)")
_UNDERLINE = re.compile(r"(?:={3,}|-{3,})")
_NAME = re.compile(r"(?=.*[^\W\d_]{4})[^\W\d_].*[^.,;:!?…-]")
_LONGEST_NAME, _FEWEST_NAMES = 60, 2
_LONGEST_TITLE = 100
_WIDEST = 82
_FULL_LINE = 55
_NEARLY_FULL = 0.8
_DEEPEST = 20


def text_to_html(text: str) -> str:
    """Return plain text as HTML; lines that were only wrapped are joined."""
    lines = [line.expandtabs(_TAB_COLUMNS).rstrip() for line in re.split(r"\r\n|\n|\r", text)]
    names = sum(map(_is_name, ["", *lines], lines, [*lines[1:], ""]))
    return "\n".join(_Reader(lines, _width(lines), has_names=names >= _FEWEST_NAMES).blocks())


def _is_name(above: str, line: str, below: str) -> bool:
    """Whether a line on its own is in capitals, as the names of a plain mail's sections are."""
    is_alone = not (above.strip() or below.strip() or line.startswith(" "))
    is_short = len(line) <= _LONGEST_NAME and not URL.search(line)
    return is_alone and is_short and line.isupper() and bool(_NAME.fullmatch(line))


def _width(lines: list[str]) -> int:
    """Return the column at which the lines were wrapped; 0 where each line ends as it should."""
    if found := wrap_width(lines):
        return found
    longest = max((len(line) for line in lines if not URL.search(line)), default=0)
    return longest if _FULL_LINE <= longest <= _WIDEST else 0


@dataclass(slots=True)
class _Reader:
    lines: list[str]
    width: int
    depth: int = 0
    has_names: bool = False
    at: int = 0
    found: list[str] = field(default_factory=list)

    def blocks(self) -> list[str]:
        """Return the HTML of all blocks."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip():
                self.at += 1
            elif is_ruler(line):
                self.found.append("<hr>")
                self.at += 1
            elif _QUOTED.match(line) and self.depth < _DEEPEST:
                self._quote()
            elif _ENTRY.match(line):
                self._list()
            else:
                self._words()
        return self.found

    def _quote(self) -> None:
        inner = []
        while self.at < len(self.lines) and (mark := _QUOTED.match(self.lines[self.at])):
            inner.append(self.lines[self.at][mark.end() :])
            self.at += 1
        html = "\n".join(_Reader(inner, self.width, self.depth + 1).blocks())
        self.found.append(f"<blockquote>{html}</blockquote>")

    def _list(self) -> None:
        """Take the entries of a list, each with the lines below it that are set in."""
        first = _ENTRY.match(self.lines[self.at])
        number = first["mark"][:-1] if first and first["mark"][0].isdigit() else ""
        entries: list[list[str]] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            mark = _ENTRY.match(line)
            if mark and mark["mark"][0].isdigit() == bool(number):
                entries.append([line[mark.end() :]])
            elif entries and line.strip() and not mark and self._goes_on(line):
                entries[-1].append(line.strip())
            elif line.strip() or not self._has_entry_below(number):
                break
            self.at += 1
        inner = "".join(f"<li>{self._joined(entry)}</li>" for entry in entries)
        tag = "ol" if number else "ul"
        start = f' start="{number}"' if number else ""
        self.found.append(f"<{tag}{start}>{inner}</{tag}>")

    def _goes_on(self, line: str) -> bool:
        """Whether a line belongs to the entry above it: set in, or what did not fit there."""
        before = self.lines[self.at - 1]
        return bool(before.strip()) and (line.startswith(" ") or self._is_full(before, line))

    def _has_entry_below(self, number: str) -> bool:
        """Whether the list goes on after blank lines."""
        below = next((line for line in self.lines[self.at :] if line.strip()), "")
        mark = _ENTRY.match(below)
        return mark is not None and mark["mark"][0].isdigit() == bool(number)

    def _words(self) -> None:
        """Take a paragraph, or a heading that is marked as one."""
        begin = self.at
        while self.at < len(self.lines) and self._is_words(begin):
            self.at += 1
        lines = self.lines[begin : self.at]
        below = self.lines[self.at] if self.at < len(self.lines) else ""
        head = _HEADED.fullmatch(lines[0])
        if len(lines) == 1 and head:
            words = head["words"][0] + head["words"][1:].rstrip("#").rstrip(" ")
            self.found.append(f"<h{len(head['marks'])}>{_linked(words)}</h{len(head['marks'])}>")
        elif len(lines) == 1 and _UNDERLINE.fullmatch(below) and len(lines[0]) <= _LONGEST_TITLE:
            self.at += 1
            level = 1 if below[0] == "=" else 2
            self.found.append(f"<h{level}>{_linked(lines[0].strip())}</h{level}>")
        elif self.has_names and _is_name("", lines[0], below) and len(lines) == 1:
            self.found.append(f"<h2>{_linked(lines[0].strip())}</h2>")
        else:
            self.found.append(f"<p>{self._joined(lines)}</p>")

    def _is_words(self, begin: int) -> bool:
        """Whether a line belongs to the paragraph that begins at another."""
        line = self.lines[self.at]
        if self.at == begin:
            return True
        if not line.strip() or is_ruler(line) or _HEADED.fullmatch(self.lines[begin]):
            return False
        return not (_QUOTED.match(line) or _ENTRY.match(line) or _HEADED.fullmatch(line))

    def _joined(self, lines: list[str]) -> str:
        """Return lines as one paragraph, broken only where its author broke it."""
        parts = [_linked(lines[0].strip())]
        for before, line in pairwise(lines):
            parts.append(" " if self._is_full(before, line) else "<br>")
            parts.append(_linked(line.strip()))
        return "".join(parts)

    def _is_full(self, before: str, line: str) -> bool:
        """Whether a line ends where the next one's first word did not fit."""
        if not self.width or URL.fullmatch(before.strip()) or URL.fullmatch(line.strip()):
            return False
        first = line.split(maxsplit=1)[0]
        is_near = len(before) > _NEARLY_FULL * self.width and not ends_sentence(before)
        return is_near or len(before) + 1 + len(first) > self.width


def _linked(text: str) -> str:
    """Return words as HTML, the web addresses in them as links."""
    parts = []
    position = 0
    for match in URL.finditer(text):
        url = trim_url(match[0])
        parts += [
            escape(text[position : match.start()]),
            f'<a href="{escape(url)}">{escape(url)}</a>',
        ]
        position = match.start() + len(url)
    return "".join(parts) + escape(text[position:])
