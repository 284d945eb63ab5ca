"""Running words of a page to the words of an issue: links, emphasis, code, merge fields, marks."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from urllib.parse import unquote

from mailer.composing.importing.html.footnotes import Footnotes
from mailer.composing.importing.html.merge_tags import is_ghost_tag, split_tags
from mailer.composing.importing.html.record import Record
from mailer.composing.importing.html.styles import (
    CODE,
    EMPHASIS,
    STRIKE,
    STRONG,
    is_button,
    styles_of,
)
from mailer.composing.issue.tree import (
    CodeSpan,
    Emphasis,
    FootnoteMark,
    Inline,
    Inlines,
    LineBreak,
    Link,
    Strikethrough,
    Strong,
    Text,
)
from mailer.platform.html import Element, Mark, Marks, Node
from mailer.platform.html import Text as Characters

_BLANKS = re.compile(r"[ \t\n\r\f\v\x1c-\x1f\x85\u2028\u2029]+")
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_SCRIPT = re.compile("javascript:", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[-+]?[0-9n]{1,6}\s*")
_WRAPPERS = {STRONG: Strong, EMPHASIS: Emphasis, STRIKE: Strikethrough}
_WORDS_BEFORE = 4
_NO_STYLES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Where a link leads; each link of the source is one of its own."""

    url: str
    is_button: bool
    line: int


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one style, or a node that is none of words, such as a merge field.

    Args:
        text: characters; empty where `node` is given.
        styles: of `STRONG`, `EMPHASIS`, `STRIKE`, `CODE`.
        target: of the link that it stands in.
        node: a line break, merge field or footnote mark.
    """

    text: str = ""
    styles: frozenset[str] = _NO_STYLES
    target: Target | None = None
    node: Inline | None = None


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
        runs = _trimmed(_collapsed(run for node in nodes for run in self._of(node)))
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
            alt = _BLANKS.sub(" ", node.attrs.get("alt", ""))
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
        target = self._target(node.marks)
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
        if address.fragment in self.record.anchors.values():
            return f"#{address.fragment}"
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
    words = text.strip() if CODE in styles else text
    yield Run(" " if words is not text and text[:1].isspace() else "", target=target)
    yield Run(words, styles, target)
    yield Run(" " if words is not text and text[-1:].isspace() else "", target=target)


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


# --- blanks ---------------------------------------------------------------------------------


def _collapsed(runs: Iterable[Run]) -> list[Run]:
    """Return runs with each stretch of blanks as one space, none beside a line break."""
    kept: list[Run] = []
    for run in runs:
        last = kept[-1] if kept else None
        if run.node is not None:
            if isinstance(run.node, LineBreak) and last:
                kept[-1] = replace(last, text=last.text.rstrip(" "))
            kept.append(run)
            continue
        text = _BLANKS.sub(" ", run.text)
        if last is None or isinstance(last.node, LineBreak) or last.text.endswith(" "):
            text = text.removeprefix(" ")
        if not text:
            continue
        if last and last.node is None and (last.target, last.styles) == (run.target, run.styles):
            kept[-1] = replace(last, text=last.text + text)
        else:
            kept.append(replace(run, text=text))
    return kept


def _trimmed(runs: list[Run]) -> list[Run]:
    """Return runs without blanks and line breaks at either end."""
    begin, end = 0, len(runs)
    while begin < end and _is_blank(runs[begin]):
        begin += 1
    while begin < end and _is_blank(runs[end - 1]):
        end -= 1
    kept = runs[begin:end]
    if kept:
        kept[0] = replace(kept[0], text=kept[0].text.lstrip())
        kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip())
    return kept


def _is_blank(run: Run) -> bool:
    return not run.text.strip() and (run.node is None or isinstance(run.node, LineBreak))


# --- runs to nodes --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Atom:
    node: Inline
    styles: frozenset[str]


def nested(runs: Sequence[Run]) -> Inlines:
    """Return runs as nodes: links around their words, emphasis as wide as it can be."""
    return _nested(list(_atoms(_with_breaks_in_links(runs))))


def _with_breaks_in_links(runs: Sequence[Run]) -> Iterator[Run]:
    """Yield runs; a break amid the words of one link is a blank of that link."""
    for at, run in enumerate(runs):
        before = runs[at - 1].target if at else None
        after = runs[at + 1].target if at + 1 < len(runs) else None
        is_amid = isinstance(run.node, LineBreak) and before is not None and before is after
        yield Run(" ", target=before, styles=runs[at - 1].styles) if is_amid else run


def _atoms(runs: Iterable[Run]) -> Iterator[_Atom]:
    for target, group in groupby(runs, key=lambda run: run.target):
        if target is not None:
            yield _link(list(group), target)
            continue
        for is_code, same in groupby(group, key=lambda run: CODE in run.styles):
            yield from [_code(list(same))] if is_code else map(_atom, same)


def _atom(run: Run) -> _Atom:
    return _Atom(run.node or Text(run.text), run.styles)


def _code(runs: list[Run]) -> _Atom:
    text = "".join(run.text for run in runs)
    return _Atom(CodeSpan(text), _common(runs))


def _common(runs: list[Run]) -> frozenset[str]:
    return frozenset.intersection(*(run.styles for run in runs)) - {CODE}


def _link(runs: list[Run], target: Target) -> _Atom:
    common = _common(runs)
    inner = [replace(run, target=None, styles=run.styles - common) for run in runs]
    has_words = any(run.node is not None or run.text.strip() for run in runs)
    children = nested(inner) if has_words else (Text(target.url),)
    return _Atom(Link(target.url, children, target.line), common)


def _nested(atoms: list[_Atom]) -> Inlines:
    """Return atoms in their emphasis, which holds as many of them as it can."""
    found: list[Inline] = []
    at = 0
    while at < len(atoms):
        if not atoms[at].styles:
            found.append(atoms[at].node)
            at += 1
            continue
        ends = {
            style: _end_of(style, atoms, at) for style in _WRAPPERS if style in atoms[at].styles
        }
        style = max(ends, key=ends.__getitem__)
        inner = [replace(atom, styles=atom.styles - {style}) for atom in atoms[at : ends[style]]]
        found.append(_WRAPPERS[style](_nested(inner)))
        at = ends[style]
    return tuple(found)


def _end_of(style: str, atoms: list[_Atom], at: int) -> int:
    return next((n for n in range(at, len(atoms)) if style not in atoms[n].styles), len(atoms))
