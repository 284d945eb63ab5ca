"""Runs of words, each of one style and link, and the nodes that they make."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias

from mailer.composing.importing.html.styles import CODE, EMPHASIS, STRIKE, STRONG
from mailer.composing.issue.reading.line_breaks import joins
from mailer.composing.issue.tree import (
    CodeSpan,
    Emphasis,
    Inline,
    Inlines,
    LineBreak,
    Link,
    Strikethrough,
    Strong,
    Text,
)

BLANKS = re.compile(r"[ \t\n\r\f\v\x1c-\x1f\x85\u2028\u2029]+")
_Style: TypeAlias = type[Strong | Emphasis | Strikethrough]
_WRAPPERS: dict[str, _Style] = {STRONG: Strong, EMPHASIS: Emphasis, STRIKE: Strikethrough}
_NODE = "\ufffc"
_GONE = "\0"
_NO_STYLES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Where a link leads; each link of the source is one of its own."""

    url: str
    is_button: bool
    line: int


@dataclass(slots=True)  # not frozen, which takes twice the time to make
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


# --- blanks ---------------------------------------------------------------------------------


def collapsed(runs: Iterable[Run]) -> list[Run]:
    """Return runs with each stretch of blanks as one space, none beside a line break.

    A line's end between Chinese or Japanese is nothing.
    """
    kept: list[Run] = []
    for run in without_line_ends(list(runs)):
        last = kept[-1] if kept else None
        if run.node is not None:
            if isinstance(run.node, LineBreak) and last:
                kept[-1] = replace(last, text=last.text.rstrip(" "))
            kept.append(run)
            continue
        text = BLANKS.sub(" ", run.text)
        if last is None or isinstance(last.node, LineBreak) or last.text.endswith(" "):
            text = text.removeprefix(" ")
        if not text:
            continue
        if last and last.node is None and (last.target, last.styles) == (run.target, run.styles):
            kept[-1] = Run(last.text + text, last.styles, last.target)
        else:
            kept.append(Run(text, run.styles, run.target))
    return kept


def without_line_ends(runs: list[Run]) -> list[Run]:
    """Return runs without the ends of lines between characters that no blanks part."""
    text = "".join(run.text if run.node is None else _NODE for run in runs)
    if text.isascii() or "\n" not in text:
        return runs
    marked = BLANKS.sub(lambda found: _marked(text, found), text)
    kept: list[Run] = []
    place = 0
    for run in runs:
        end = place + (len(run.text) if run.node is None else len(_NODE))
        words = marked[place:end].replace(_GONE, "")
        kept.append(replace(run, text=words) if run.node is None else run)
        place = end
    return kept


def _marked(text: str, blanks: re.Match[str]) -> str:
    """Return blanks, marked where they are a line's end amid words that no blanks part."""
    is_end = "\n" in blanks[0] and joins(text[blanks.start() - 1 : blanks.start()])
    is_amid = is_end and joins(text[blanks.end() : blanks.end() + 1])
    return _GONE * len(blanks[0]) if is_amid else blanks[0]


def trimmed(runs: list[Run]) -> list[Run]:
    """Return runs without blanks and line breaks at either end."""
    begin, end = 0, len(runs)
    while begin < end and _is_blank(runs[begin]):
        begin += 1
    while begin < end and _is_blank(runs[end - 1]):
        end -= 1
    kept = runs[begin:end]
    if kept and kept[0].text[:1].isspace():
        kept[0] = replace(kept[0], text=kept[0].text.lstrip())
    if kept and kept[-1].text[-1:].isspace():
        kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip())
    return kept


def _is_blank(run: Run) -> bool:
    return not run.text.strip() and (run.node is None or isinstance(run.node, LineBreak))


# --- runs to nodes --------------------------------------------------------------------------


@dataclass(slots=True)
class _Atom:
    node: Inline
    styles: frozenset[str]


def nested(runs: Sequence[Run]) -> Inlines:
    """Return runs as nodes: links around their words, emphasis as wide as it can be."""
    return _nested(list(_atoms(_with_breaks_in_links(runs))))


def _with_breaks_in_links(runs: Sequence[Run]) -> Iterator[Run]:
    """Yield runs; a break or blank amid the words of one link is a blank of that link."""
    if not any(run.target for run in runs):
        yield from runs
        return
    for at, run in enumerate(runs):
        before = runs[at - 1].target if at else None
        after = runs[at + 1].target if at + 1 < len(runs) else None
        is_amid = _is_blank(run) and before is not None and before is after
        yield Run(" ", target=before, styles=runs[at - 1].styles) if is_amid else run


def _atoms(runs: Iterable[Run]) -> Iterator[_Atom]:
    for target, group in groupby(runs, key=lambda run: run.target):
        linked = list(group)
        if target is not None:
            yield _link(linked, target)
            continue
        for is_code, same in groupby(linked, key=lambda run: CODE in run.styles):
            parts = list(same)
            yield from [_code(parts)] if is_code else map(_atom, parts)


def _atom(run: Run) -> _Atom:
    return _Atom(run.node or Text(run.text), run.styles)


def _code(runs: list[Run]) -> _Atom:
    text = "".join(run.text for run in runs)
    return _Atom(CodeSpan(text), _common(runs))


def _common(runs: list[Run]) -> frozenset[str]:
    return frozenset.intersection(*(run.styles for run in runs)) - {CODE}


def _link(runs: list[Run], target: Target) -> _Atom:
    common = _common(runs)
    inner = [Run(run.text, run.styles - common, None, run.node) for run in runs]
    return _Atom(Link(target.url, nested(inner), target.line), common)


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
        inner = [_Atom(atom.node, atom.styles - {style}) for atom in atoms[at : ends[style]]]
        found.append(_WRAPPERS[style](_nested(inner)))
        at = ends[style]
    return tuple(found)


def _end_of(style: str, atoms: list[_Atom], at: int) -> int:
    return next((n for n in range(at, len(atoms)) if style not in atoms[n].styles), len(atoms))
