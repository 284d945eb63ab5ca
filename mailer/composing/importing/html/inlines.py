"""Running words: a stretch of text with its markup, to runs of one style each."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from mailer.composing.importing.html.document import CODE, Link, Run, Runs
from mailer.composing.importing.html.footnotes import Footnotes
from mailer.composing.importing.html.gathering import Gathering
from mailer.composing.importing.html.merge_tags import is_ghost_tag, split_tags
from mailer.composing.importing.html.styles import is_button, styles_of
from mailer.platform.html.tree import Element, Mark, Marks, Node, Text

_BLANKS = re.compile(r"[ \t\n\r\f\v\x1c-\x1f\x85\u2028\u2029]+")
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_SCRIPT = re.compile("javascript:", re.IGNORECASE)
_NUMBER = re.compile(r"\s*[-+]?[0-9n]{1,6}\s*")


@dataclass(slots=True)
class Inlines:
    """Reads words into runs; each link of the source is one `Link`, wherever its words stand."""

    gathering: Gathering
    footnotes: Footnotes
    links: dict[Mark, Link | None] = field(default_factory=dict)
    styles: dict[Marks, frozenset[str]] = field(default_factory=dict)
    marked: set[Mark] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    noted: set[str] = field(default_factory=set)

    def runs(self, nodes: Iterable[Node]) -> Runs:
        """Return the runs of words and line breaks; blanks are collapsed, pictures are words."""
        return _collapsed(run for node in nodes for run in self._of(node))

    def _of(self, node: Node) -> Iterator[Run]:
        if isinstance(node, Text):
            yield from self._text(node)
        elif node.tag == "br":
            yield Run("\n")
        elif node.tag in {"a", "area"}:
            yield from self._empty_link(node)
        elif node.tag == "img":
            link = self._link(node.marks)
            alt = _BLANKS.sub(" ", node.attrs.get("alt", ""))
            if link and not alt.strip():
                alt = link.url
            yield Run(alt, frozenset(), link)

    def _text(self, node: Text) -> Iterator[Run]:
        anchor = _anchor(node.marks)
        label = self.footnotes.label_of(anchor) if anchor else ""
        if anchor and label:
            self.gathering.replaced.append((node.text, f"[^{label}]"))
            if anchor not in self.marked:
                self.marked.add(anchor)
                self.used.add(label)
                self.gathering.note_links.append(anchor.attrs["href"].strip())
                yield Run(f"[^{label}]", markdown=True)
            return
        styles = self._styles(node.marks)
        text = _raised(node.text, node.marks)
        link = self._link(node.marks)
        if not self.gathering.has_merge_tags or (CODE in styles and not is_ghost_tag(text)):
            yield Run(text, styles, link)
        else:
            yield from self._tagged(text, styles, link, node.line)

    def _tagged(
        self, text: str, styles: frozenset[str], link: Link | None, line: int
    ) -> Iterator[Run]:
        for part in split_tags(text):
            if not part.is_tag:
                yield Run(part.text, styles, link)
                continue
            self.gathering.replaced.append((part.text, part.field))
            styles -= {CODE}
            if part.field:
                self._note_assumed(part.text, line, assumed=part.assumed)
                yield Run(part.field, styles, link, markdown=True)
            else:
                what = f"the merge tag {part.text} is not known here"
                todo = self.gathering.todo(
                    "unknown_merge_tag", line, what, "write what it stood for"
                )
                yield Run(todo.text, frozenset(), None, markdown=True)

    def _note_assumed(self, tag: str, line: int, *, assumed: bool) -> None:
        if assumed:
            self.gathering.note(
                "merge_field_default", line, f"the merge tag {tag} has no default in the source",
                'check the "friend" that those get who have no name',
            )  # fmt: skip

    def _styles(self, marks: Marks) -> frozenset[str]:
        if marks not in self.styles:
            self.styles[marks] = styles_of(marks)
        return self.styles[marks]

    # --- links ------------------------------------------------------------------------------

    def _link(self, marks: Marks) -> Link | None:
        anchor = _anchor(marks)
        if anchor is None:
            return None
        if anchor not in self.links:
            link = self._resolved(anchor.attrs.get("href", ""), anchor.line)
            self.links[anchor] = replace(link, is_button=is_button(anchor)) if link else None
        return self.links[anchor]

    def _resolved(self, href: str, line: int) -> Link | None:
        """Return a link, or note that it cannot stand in an issue; its words do."""
        if not href.strip():
            return None
        address = self.gathering.resolver.link(href)
        if address.url:
            self.gathering.note_tracker(address.url, line)
            return Link(address.url)
        if address.fragment in self.gathering.anchors.values():
            return Link(f"#{address.fragment}")
        self.gathering.unplaced.append(href.strip())
        self._note_unplaced(href, line, address.why)
        return None

    def _note_unplaced(self, href: str, line: int, why: str) -> None:
        """Note a link that cannot stand, each address once; what only scripts do, once for all."""
        shown = unquote(" ".join(href.split())[:120])
        if _SCRIPT.match(shown):
            shown = "javascript:"
        if shown not in self.noted:
            self.noted.add(shown)
            self.gathering.note(
                "link_not_placed", line, f"the link to {shown!r} is words only: {why}",
                "give its words an address, if readers need one",
            )  # fmt: skip

    def _empty_link(self, node: Element) -> Iterator[Run]:
        """Yield the address of a link without words."""
        href = node.attrs.get("href", "")
        if self.footnotes.is_known(href):
            self.gathering.note_links.append(href.strip())
            return
        link = self._resolved(href, node.line)
        if link:
            names = ("title", "aria-label", "alt")
            label = next((node.attrs[name] for name in names if node.attrs.get(name)), "")
            yield Run(" ")
            yield Run(label.strip() or link.url, frozenset(), link)
            yield Run(" ")


def _anchor(marks: Marks) -> Mark | None:
    for mark in reversed(marks):
        if mark.tag == "a" and "href" in mark.attrs:
            return mark
    return None


def _raised(text: str, marks: Marks) -> str:
    """Return numbers above and below the line in characters of their own: 10⁶ is not 106."""
    if not marks or not _NUMBER.fullmatch(text):
        return text
    tags = {mark.tag for mark in marks}
    if "sup" in tags:
        return text.translate(_RAISED)
    return text.translate(_LOWERED) if "sub" in tags else text


def _collapsed(runs: Iterable[Run]) -> Runs:
    """Return runs with each stretch of blanks as one space, none beside a line break."""
    kept: Runs = []
    for run in runs:
        if run.markdown or run.text == "\n":
            if run.text == "\n" and kept and not kept[-1].markdown:
                kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip(" "))
            kept.append(run)
            continue
        text = _BLANKS.sub(" ", run.text)
        before = kept[-1].text if kept else "\n"
        if text.startswith(" ") and before.endswith(("\n", " ")):
            text = text[1:]
        if not text:
            continue
        last = kept[-1] if kept else None
        if last and last.link is run.link and last.styles == run.styles and _joins(last):
            kept[-1] = Run(last.text + text, last.styles, last.link)
        else:
            kept.append(run if text == run.text else Run(text, run.styles, run.link))
    return kept


def _joins(run: Run) -> bool:
    return not run.markdown and run.text != "\n"


def trimmed(runs: Runs) -> Runs:
    """Return runs without blanks and line breaks at either end."""
    kept = list(runs)
    while kept and not kept[0].markdown and not kept[0].text.strip():
        kept.pop(0)
    while kept and not kept[-1].markdown and not kept[-1].text.strip():
        kept.pop()
    if kept and kept[0].text[:1].isspace() and not kept[0].markdown:
        kept[0] = replace(kept[0], text=kept[0].text.lstrip())
    if kept and kept[-1].text[-1:].isspace() and not kept[-1].markdown:
        kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip())
    return kept
