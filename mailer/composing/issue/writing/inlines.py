"""Words, and what is done to them, to a line of Markdown.

Expects what `normal.normal_inlines` returns.
"""

from dataclasses import dataclass, field

from mailer.composing.issue.fields import BARRED_FIELD
from mailer.composing.issue.flanking import flanks, is_mark
from mailer.composing.issue.tree import (
    CodeSpan,
    Emphasis,
    FootnoteMark,
    Inline,
    Inlines,
    LineBreak,
    Link,
    MergeField,
    Strikethrough,
    Strong,
    Text,
)
from mailer.composing.issue.writing.escaping import autolink, escape_text, write_address

SEPARATOR = "<!-- -->"
"""A comment of no words: parts marks from words where they would not be read as marks."""

_SIZES: dict[type, int] = {Emphasis: 1, Strong: 2}


def write_line(inlines: Inlines, *, in_cell: bool = False) -> str:
    """Return words as Markdown; a break of the author's own is a backslash and a new line."""
    text = _Line().take_all(inlines).finish()
    return _barred(text) if in_cell else text


def _barred(text: str) -> str:
    """Return a table's cell: bars part cells, but for those of merge fields."""
    parts, position = [], 0
    for found in BARRED_FIELD.finditer(text):
        parts += [text[position : found.start()].replace("|", "\\|"), found[0]]
        position = found.end()
    return "".join([*parts, text[position:].replace("|", "\\|")])


@dataclass(slots=True)
class _Line:
    """Markdown as far as it is written.

    Args:
        before: the character before it.
        styles: what it stands in.
        in_label: whether in the brackets of a link.
        is_alone: whether it holds one node only.
        parts: the Markdown.
        open_end: the character before closing marks that were written last; empty where none were.
        closed: the mark of these.
    """

    before: str = " "
    styles: frozenset[type] = frozenset()
    in_label: bool = False
    is_alone: bool = False
    parts: list[str] = field(default_factory=list)
    open_end: str = ""
    closed: str = ""

    def take_all(self, inlines: Inlines) -> "_Line":
        for at, node in enumerate(inlines):
            self._take(node, inlines[at + 1 : at + 2])
        return self

    def finish(self, after: str = " ") -> str:
        """Return the Markdown, which `after` follows; blanks at its ends are spelled out."""
        self._close(after)
        text = "".join(self.parts)
        if text[:1].isspace() and text[0] != "\n":
            text = _entity(text[0]) + text[1:]
        if text[-1:].isspace() and text[-1] != "\n":
            text = text[:-1] + _entity(text[-1])
        return text

    @property
    def _last(self) -> str:
        return self.parts[-1][-1] if self.parts else self.before

    def _close(self, after: str) -> None:
        """Part closing marks from what follows, if they would not close before it."""
        if not self.open_end:
            return
        closes = _may_close(self.closed, self.open_end, after)
        self.open_end = ""
        if not closes:
            self.parts.append(SEPARATOR)

    def _add(self, text: str) -> None:
        if text:
            self._close(text[0])
            self.parts.append(text)

    def _take(self, node: object, following: Inlines) -> None:
        match node:
            case Text(text):
                self._add(self._words(text, following))
            case CodeSpan(text):
                self._add(write_code_span(text))
            case LineBreak():
                self._add("\\\n")
            case MergeField():
                self._add(write_field(node))
            case FootnoteMark(number):
                self._add(f"[^{number}]")
            case Link(url, children):
                self._add(self._link(url, children))
            case Strikethrough(children):
                self._wrap("~~", children, Strikethrough)
            case Emphasis(children) | Strong(children):
                self._emphasise(type(node), children)

    def _words(self, text: str, following: Inlines) -> str:
        after = _first_character(following[0]) if following else ""
        words = escape_text(text, after=after, in_label=self.in_label)
        follows_mark = self.parts and self.parts[-1].startswith("[^")
        return f"\\{words}" if follows_mark and words.startswith(":") else words

    def _link(self, url: str, children: Inlines) -> str:
        match children:
            case (Text(words),) if short := autolink(url, words):
                return short
        label = _Line("[", self.styles, in_label=True).take_all(children)
        return f"[{label.finish(']')}]({write_address(url)})"

    # --- emphasis ---------------------------------------------------------------------------

    def _emphasise(self, kind: type, children: Inlines) -> None:
        is_nested = bool(self.styles & _SIZES.keys())
        mark = "_" if is_nested and not self._may_nest(kind, children) else "*"
        self._wrap(mark * _SIZES[kind], children, kind)

    def _may_nest(self, kind: type, children: Inlines) -> bool:
        """Whether stars within stars are read as meant: they must not close what is open."""
        if self.before == "*" and not self.parts:
            return not (self.is_alone and kind is Emphasis)
        left, right = flanks(self._last, self._inside("*", children, kind)[0])
        return left and not right and not self.open_end

    def _wrap(self, marks: str, children: Inlines, kind: type) -> None:
        mark = marks[0]
        inside = self._inside(mark, children, kind)
        if self.open_end and self.closed == mark:
            self.open_end = ""
            self.parts.append(SEPARATOR)
        self._close(mark)
        if not _may_open(mark, self._last, inside.lstrip(mark)[0]):
            self.parts.append(SEPARATOR)
        self.parts += [marks, inside, marks]
        self.open_end, self.closed = inside.rstrip(mark)[-1], mark

    def _inside(self, mark: str, children: Inlines, kind: type) -> str:
        line = _Line(mark, self.styles | {kind}, self.in_label, len(children) == 1)
        return line.take_all(children).finish(mark)


def _may_open(mark: str, before: str, after: str) -> bool:
    left, right = flanks(before, after)
    return left and (mark != "_" or not right or is_mark(before))


def _may_close(mark: str, before: str, after: str) -> bool:
    left, right = flanks(before, after)
    return right and (mark != "_" or not left or is_mark(after))


def _entity(blank: str) -> str:
    return "&nbsp;" if blank == "\xa0" else f"&#{ord(blank)};"


_FIRST: dict[type, str] = {
    Link: "[",
    FootnoteMark: "[",
    LineBreak: "\\",
    MergeField: "{",
    CodeSpan: "`",
    Strikethrough: "~",
}


def _first_character(node: Inline) -> str:
    """Return the character that the Markdown of a node begins with."""
    return node.text[0] if isinstance(node, Text) else _FIRST.get(type(node), "*")


def write_field(field_: MergeField) -> str:
    """Return a merge field as written."""
    if field_.default is None:
        return f"{{{{ {field_.field} }}}}"
    quote = "'" if '"' in field_.default else '"'
    return f"{{{{ {field_.field} | default: {quote}{field_.default}{quote} }}}}"


def write_code_span(text: str) -> str:
    """Return a code span."""
    runs = {len(run) for run in "".join(c if c == "`" else " " for c in text).split()}
    ticks = "`" * next(length for length in range(1, len(text) + 2) if length not in runs)
    is_padded = text.startswith("`") or text.endswith("`")
    is_padded |= text[0] == text[-1] == " " and bool(text.strip(" "))
    return f"{ticks} {text} {ticks}" if is_padded else f"{ticks}{text}{ticks}"
