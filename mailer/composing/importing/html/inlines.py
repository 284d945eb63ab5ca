"""Running words of a page to the words of an issue: links, emphasis, code, merge fields, marks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from mailer.composing.html import Element, Mark, Marks, Node
from mailer.composing.html import Text as Characters
from mailer.composing.importing.html.footnotes import Footnotes
from mailer.composing.importing.html.merge_tags import is_ghost_tag, split_tags
from mailer.composing.importing.html.record import Record
from mailer.composing.importing.html.runs import BLANKS, Run, Target, collapsed, nested, trimmed
from mailer.composing.importing.html.styles import (
    CODE,
    is_button,
    styles_of,
)
from mailer.composing.importing.words import picture_key
from mailer.composing.issue.tree import (
    FootnoteMark,
    Inlines,
    LineBreak,
)

_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_SCRIPT = re.compile("javascript:", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[-+]?[0-9n]{1,6}\s*")
_WORDS_BEFORE = 4


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph's words; `is_button` where they are one link that is drawn as a button."""

    children: Inlines
    is_button: bool = False


@dataclass(slots=True)
class InlineReader:
    """Reads words; each link of the source is one `Target`, wherever its words stand."""

    record: Record
    footnotes: Footnotes
    targets: dict[Mark, Target | None] = field(default_factory=dict)
    styles: dict[Marks, frozenset[str]] = field(default_factory=dict)
    marked: set[Mark] = field(default_factory=set)
    used: set[int] = field(default_factory=set)
    noted: set[str] = field(default_factory=set)

    def words(self, nodes: Iterable[Node]) -> Words:
        """Return the words in nodes; blanks are collapsed, pictures are their descriptions."""
        runs = trimmed(collapsed(run for node in nodes for run in self._of(node)))
        targets = {run.target for run in runs}
        only = next(iter(targets)) if len(targets) == 1 else None
        button = bool(only and only.is_button) and all(run.node is None for run in runs)
        return Words(nested(runs), button)

    def _of(self, node: Node) -> Iterator[Run]:
        if isinstance(node, Characters):
            yield from self._text(node)
        elif node.tag == "br":
            yield Run(node=LineBreak())
        elif node.tag in {"a", "area"}:
            yield from self._empty_link(node)
        elif node.tag == "img":
            target = self._target(node.marks)
            alt = BLANKS.sub(" ", node.attrs.get("alt", ""))
            if alt.strip() or target:
                self.record.pictures.append((picture_key(node), ""))
            else:
                self.record.drop(node, "a small picture that says nothing")
            yield Run(target.url if target and not alt.strip() else alt, target=target)

    def _text(self, node: Characters) -> Iterator[Run]:
        anchor = _anchor(node.marks)
        number = self.footnotes.number_of(anchor) if anchor else 0
        if anchor and number:
            self.record.replaced.append((node.text, f"[^{number}]"))
            if anchor not in self.marked:
                self.marked.add(anchor)
                self.used.add(number)
                self.record.note_links.append(anchor.attrs["href"].strip())
                yield Run(node=FootnoteMark(number))
            return
        styles = self._styles(node.marks)
        text = _raised(node.text, node.marks)
        target = self._target(node.marks) if node.text.strip() else None
        if not self.record.has_merge_tags or (CODE in styles and not is_ghost_tag(text)):
            yield from _apart(text, styles, target)
        else:
            yield from self._tagged(text, styles, target, node.line)

    def _tagged(
        self, text: str, styles: frozenset[str], target: Target | None, line: int
    ) -> Iterator[Run]:
        before = ""
        for part in split_tags(text):
            if not part.is_tag:
                before = " ".join(part.text.split()[-_WORDS_BEFORE:])
                yield Run(part.text, styles, target)
                continue
            self.record.replaced.append((part.text, part.written))
            styles -= {CODE}
            if part.field is None:
                place = f" (after {before!r})" if before else ""
                what = f"the merge tag {part.text} is not known here{place}"
                self.record.todo("unknown_merge_tag", line, what, "write what it stood for")
                if target and text.strip() == part.text:
                    yield Run(target.url, styles, target)
                continue
            if part.assumed:
                what = f"the merge tag {part.text} has no default in the source"
                remedy = 'check the "friend" that those get who have no name'
                self.record.note("merge_field_default", line, what, remedy)
            yield Run(styles=styles, target=target, node=part.field)

    def _styles(self, marks: Marks) -> frozenset[str]:
        if marks not in self.styles:
            self.styles[marks] = styles_of(marks)
        return self.styles[marks]

    # --- links ------------------------------------------------------------------------------

    def _target(self, marks: Marks) -> Target | None:
        anchor = _anchor(marks)
        if anchor is None:
            return None
        if anchor not in self.targets:
            url = self._resolved(anchor.attrs.get("href", ""), anchor.line)
            target = Target(url, is_button(anchor), anchor.line) if url else None
            self.targets[anchor] = target
        return self.targets[anchor]

    def _resolved(self, href: str, line: int) -> str:
        """Return where a link leads; note one that cannot stand in an issue: its words do."""
        if not href.strip():
            return ""
        address = self.record.resolver.link(href)
        if address.url:
            self.record.note_tracker(address.url, line)
            return address.url
        if name := self.record.places.get(address.fragment):
            return f"#{name}"
        self.record.unplaced.append(href.strip())
        self._note_unplaced(href, line, address.why)
        return ""

    def _note_unplaced(self, href: str, line: int, why: str) -> None:
        """Note a link that cannot stand, each address once; what only scripts do, once for all."""
        shown = unquote(" ".join(href.split())[:120])
        if _SCRIPT.match(shown):
            shown = "javascript:"
        if shown not in self.noted:
            self.noted.add(shown)
            self.record.note(
                "link_not_placed", line, f"the link to {shown!r} is words only: {why}",
                "give its words an address, if readers need one",
            )  # fmt: skip

    def _empty_link(self, node: Element) -> Iterator[Run]:
        """Yield the address of a link without words."""
        href = node.attrs.get("href", "")
        if self.footnotes.is_known(href):
            self.record.note_links.append(href.strip())
            return
        if url := self._resolved(href, node.line):
            names = ("title", "aria-label", "alt")
            label = next((node.attrs[name] for name in names if node.attrs.get(name)), "")
            target = Target(url, is_button=False, line=node.line)
            yield from (Run(" "), Run(label.strip() or url, target=target), Run(" "))


def _apart(text: str, styles: frozenset[str], target: Target | None) -> Iterator[Run]:
    """Yield words as a run; blanks at the ends of code stand outside of it."""
    if CODE not in styles:
        yield Run(text, styles, target)
        return
    blank = Run(" ", target=target)
    yield from [blank] if text[:1].isspace() else []
    yield Run(text.strip(), styles, target)
    yield from [blank] if text[-1:].isspace() else []


def _anchor(marks: Marks) -> Mark | None:
    return next((m for m in reversed(marks) if m.tag == "a" and "href" in m.attrs), None)


def _raised(text: str, marks: Marks) -> str:
    """Return numbers above and below the line in characters of their own: 10⁶ is not 106."""
    if not marks or not _NUMBER.fullmatch(text):
        return text
    tags = {mark.tag for mark in marks}
    if "sup" in tags:
        return text.translate(_RAISED)
    return text.translate(_LOWERED) if "sub" in tags else text
