"""Tags and words to a tree of blocks, in which each word knows its inline markup.

Inline elements are no nodes: as in the HTML standard they are a list of what is open, whatever
blocks begin or end meanwhile, and each word keeps the list as it was. So broken nesting costs no
words, and nothing is deeper than `DEEPEST`.
"""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from mailer.composing.html.elements import (
    BLOCKS,
    CELLS,
    CLOSES_P,
    ENDED_BY,
    HEADINGS,
    LASTING,
    TABLE,
    TABLE_PARTS,
    TRANSPARENT,
    VOID,
    WALLS,
)
from mailer.composing.html.nodes import Element, Mark, Marks, Text
from mailer.composing.html.tokens import RAW, Tag, Token, Words

DEEPEST = 120
"""Blocks inside blocks; what is deeper becomes a neighbour instead of a child."""

MOST_MARKS = 48


def build(tokens: Iterable[Token]) -> Element:
    """Return the root of a document's tree; its attributes are those of `html` and `body`."""
    builder = _Builder()
    for token in tokens:
        builder.take(token)
    return builder.finish()


class _Builder:
    def __init__(self) -> None:
        self.root = Element("body", {}, 1)
        self.stack = [self.root]
        self.marks: list[Mark] = []
        self.walls = [0]
        self.excess: dict[str, int] = {}
        self.open: Counter[str] = Counter()
        self.current: Marks | None = ()
        self.empty: list[Mark] = []

    def take(self, token: Token) -> None:
        """Add one token."""
        if isinstance(token, Words):
            self._append_text(token)
        elif token.is_end:
            self._end(token.name)
        else:
            self._start(token)

    # --- words ------------------------------------------------------------------------------

    def _snapshot(self) -> Marks:
        if self.current is None:
            self.current = tuple(self.marks)
        return self.current

    def _append_text(self, words: Words) -> None:
        marks = self._snapshot()
        if self.empty and not words.raw and words.text.strip():
            self._fill(marks)
        self.stack[-1].children.append(Text(words.text, marks, words.line))

    # --- tags -------------------------------------------------------------------------------

    def _start(self, tag: Tag) -> None:
        name = {"image": "img"}.get(tag.name, tag.name)
        if name in TRANSPARENT:
            self.root.attrs |= {
                key: tag.attrs[key] for key in tag.attrs if key not in self.root.attrs
            }
        elif name in VOID:
            if name == "hr":
                self._close({"p"})
            if name == "img":
                self._fill(self._snapshot())
            self._leaf(name, tag)
        elif name in BLOCKS:
            self._open_block(name, tag)
        else:
            self._open_mark(name, tag)

    def _leaf(self, name: str, tag: Tag) -> Element:
        element = Element(name, tag.attrs, tag.line, self._snapshot())
        self.stack[-1].children.append(element)
        return element

    def _open_block(self, name: str, tag: Tag) -> None:
        self._imply_ends(name)
        element = self._leaf(name, tag)
        if len(self.stack) >= DEEPEST:
            if name not in RAW:
                self.excess[name] = self.excess.get(name, 0) + 1
            return
        self.stack.append(element)
        self.open[name] += 1
        if name in CELLS:
            self.walls.append(len(self.marks))

    def _imply_ends(self, name: str) -> None:
        if name in CLOSES_P:
            self._close({"p"})
        if name in HEADINGS and self.stack[-1].tag in HEADINGS:
            self._pop_to(len(self.stack) - 1)
        elif name == "li":
            self._close({"li"}, walls=WALLS | {"ul", "ol", "menu", "dir"})
        elif name in {"dd", "dt"}:
            self._close({"dd", "dt"}, walls=WALLS | {"dl"})
        elif name in {"option", "optgroup"}:
            self._close({"option"}, walls=WALLS | {"select"})
        elif name in ENDED_BY:
            self._close(ENDED_BY[name], walls=frozenset({"table", "template"}))
            if name in {"tbody", "thead", "tfoot", "tr"}:
                self._close({"caption"}, walls=frozenset({"table"}))

    def _close(self, names: AbstractSet[str], *, walls: frozenset[str] = WALLS) -> bool:
        """Close the nearest of these elements, if one is open on this side of the walls."""
        if not any(self.open[name] for name in names):
            return False
        for at in range(len(self.stack) - 1, 0, -1):
            tag = self.stack[at].tag
            if tag in names:
                self._pop_to(at)
                return True
            if tag in walls:
                return False
        return False

    def _pop_to(self, at: int) -> None:
        for element in self.stack[at:]:
            self.open[element.tag] -= 1
            if element.tag in CELLS:
                del self.marks[self.walls.pop() :]
        del self.stack[at:]
        kept = [mark for mark in self.marks if mark.depth <= at or mark.tag in LASTING]
        if len(kept) < len(self.marks):
            self.marks = kept
        self.current = None

    def _open_mark(self, name: str, tag: Tag) -> None:
        if name == "a":
            self._end_mark("a")
        if len(self.marks) >= MOST_MARKS and name != "a":
            self.excess[name] = self.excess.get(name, 0) + 1
            return
        mark = Mark(name, tag.attrs, tag.line, len(self.stack))
        self.marks.append(mark)
        if name == "a":
            self.empty.append(mark)
        self.current = None

    def _end(self, name: str) -> None:
        if name in TRANSPARENT or name in VOID - {"br"}:
            return
        if name == "br":  # as browsers do
            self.stack[-1].children.append(Element("br", {}, 0, self._snapshot()))
        elif self.excess.get(name):
            self.excess[name] -= 1
        elif name in BLOCKS:
            if not self._end_block(name):
                self.stack[-1].children.append(Text(" ", self._snapshot(), 0))
        else:
            self._end_mark(name)

    def _end_block(self, name: str) -> bool:
        """Close a block; where none is open, the tag still stands between two words."""
        if name in HEADINGS:
            return self._close(set(HEADINGS))
        return self._close({name}, walls=TABLE if name in TABLE_PARTS else WALLS - {name})

    def _end_mark(self, name: str) -> None:
        """Close the newest inline element of this name on this side of the cell's wall."""
        for at in range(len(self.marks) - 1, self.walls[-1] - 1, -1):
            if self.marks[at].tag == name:
                mark = self.marks.pop(at)
                self.current = None
                if mark in self.empty:
                    self.empty.remove(mark)
                    self._append_link(mark)
                return

    def _append_link(self, mark: Mark) -> None:
        link = Element("a", mark.attrs, mark.line, self._snapshot())
        self.stack[-1].children.append(link)

    def finish(self) -> Element:
        """Return the root, with the links that never had any words at its end."""
        self._pop_to(1)
        self.marks, self.current = [], ()
        for mark in self.empty:
            self._append_link(mark)
        return self.root

    def _fill(self, marks: Marks) -> None:
        """Note that the innermost link has words."""
        inner = next((mark for mark in reversed(marks) if mark.tag == "a"), None)
        if inner in self.empty:
            self.empty.remove(inner)
