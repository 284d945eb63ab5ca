"""Words in the one form in which our format can write them and reads them back."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from mailer.composing.issue.reading.source import normalise
from mailer.composing.issue.tree import (
    CodeSpan,
    Emphasis,
    Inline,
    Inlines,
    LineBreak,
    Link,
    MergeField,
    Strikethrough,
    Strong,
    Text,
)
from mailer.composing.issue.writing.escaping import normal_address, shown_address

_STYLES = (Emphasis, Strong, Strikethrough)
_BLANKS = re.compile(r" {2,}")
_NO_DEFAULT = re.compile(r"[{}\n]")


def normal_words(inlines: Iterable[Inline], *, breaks: bool = True) -> Inlines:
    """Return words as they read back: the same to a reader's eye.

    Blanks stand outside of emphasis and links, not in them, one at a time, and none at either end;
    neighbours of one style are joined; nothing is emphasised twice or linked within a link, and
    nothing is empty.

    Args:
        inlines: any words.
        breaks: whether the author's own line breaks may stand here; else they are blanks.
    """
    return _trimmed(_level(inlines, frozenset(), breaks=breaks))


def plain_line(text: str) -> str:
    """Return text on one line, without characters that nobody could see."""
    return re.sub(r"[\t\n]", " ", normalise(text))


def _level(inlines: Iterable[Inline], outer: frozenset[type], *, breaks: bool) -> Inlines:
    found: list[Inline] = []
    nodes = (each for node in inlines for each in _cleaned(node, outer, breaks=breaks))
    for is_text, run in groupby(nodes, key=lambda node: isinstance(node, Text)):
        for each in _one_text(run) if is_text else run:
            _append(found, each)
    return tuple(found)


def _one_text(run: Iterable[Inline]) -> Iterator[Inline]:
    text = "".join(node.text for node in run if isinstance(node, Text))
    yield Text(_BLANKS.sub(" ", text))


def _append(found: list[Inline], node: Inline) -> None:
    """Add a node; it is joined with a neighbour of its style."""
    last = found[-1] if found else None
    match last, node:
        case Text(before), Text(after):
            found[-1] = Text(_BLANKS.sub(" ", before + after))
        case CodeSpan(before), CodeSpan(after):
            found[-1] = CodeSpan(before + after)
        case LineBreak(), Text(after):
            if words := after.lstrip(" "):
                found.append(Text(words))
        case Text(before), LineBreak():
            found[-1:] = [Text(before.rstrip(" "))] if before.strip(" ") else []
            found.append(node)
        case ((Emphasis() | Strong() | Strikethrough()), _) if type(last) is type(node):
            joined: list[Inline] = list(last.children)
            for each in node.children:
                _append(joined, each)
            found[-1] = type(last)(tuple(joined))
        case _:
            found.append(node)


def _cleaned(node: Inline, outer: frozenset[type], *, breaks: bool) -> Iterator[Inline]:
    """Yield what a node is, and the blanks that stood in it before and after."""
    match node:
        case Text(text):
            if words := plain_line(text):
                yield Text(words)
        case CodeSpan(text):
            if code := plain_line(text):
                yield CodeSpan(code)
        case LineBreak():
            yield node if breaks else Text(" ")
        case MergeField():
            yield _normal_field(node)
        case Emphasis() | Strong() | Strikethrough():
            inner = _level(node.children, outer | {type(node)}, breaks=breaks)
            yield from inner if type(node) in outer else _around(inner, type(node))
        case Link():
            yield from _link(node, outer, breaks=breaks)
        case _:
            yield node


def _link(node: Link, outer: frozenset[type], *, breaks: bool) -> Iterator[Inline]:
    inner = _level(node.children, outer | {Link}, breaks=breaks)
    if Link in outer:
        yield from inner
        return
    url = normal_address(node.url)
    words = _trimmed(inner)
    if not words and url:
        yield replace(node, url=url, children=(Text(shown_address(url)),))
    yield from _around(inner, lambda children: replace(node, url=url, children=children))


def _around(inner: Inlines, wrap: type | object) -> Iterator[Inline]:
    """Yield words in what they are wrapped in, blanks at their ends outside of it."""
    words = _trimmed(inner)
    if not words:
        yield from inner
        return
    head, tail = _ends(inner)
    yield from head
    yield wrap(words)  # type: ignore[operator]
    yield from tail


def _ends(inner: Inlines) -> tuple[Inlines, Inlines]:
    """Return the blanks before and after the words."""
    return _blanks(inner), _blanks(inner[::-1], is_end=True)[::-1]


def _blanks(inner: Inlines, *, is_end: bool = False) -> Inlines:
    found: list[Inline] = []
    for node in inner:
        match node:
            case LineBreak():
                found.append(node)
            case Text(text):
                rest = text.rstrip(" ") if is_end else text.lstrip(" ")
                if len(rest) < len(text):
                    found.append(Text(" "))
                if rest:
                    break
            case _:
                break
    return tuple(found)


def _trimmed(inner: Inlines) -> Inlines:
    seen = [at for at, node in enumerate(inner) if not _is_blank(node)]
    nodes = list(inner[seen[0] : seen[-1] + 1]) if seen else []
    match nodes:
        case [Text(text), *_]:
            nodes[0] = Text(text.lstrip(" "))
    match nodes:
        case [*_, Text(text)]:
            nodes[-1] = Text(text.rstrip(" "))
    return tuple(nodes)


def _is_blank(node: Inline) -> bool:
    return isinstance(node, LineBreak) or (isinstance(node, Text) and not node.text.strip(" "))


def _normal_field(node: MergeField) -> MergeField:
    """Return a merge field whose default can be written between quotation marks."""
    if node.default is None:
        return node
    default = _NO_DEFAULT.sub(" ", plain_line(node.default))
    if '"' in default and "'" in default:
        default = default.replace('"', "\u201d")
    return replace(node, default=default)
