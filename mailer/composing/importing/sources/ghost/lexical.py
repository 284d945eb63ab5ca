"""Lexical, the editor format of Ghost 5 and later, to HTML."""

from collections.abc import Iterator
from html import escape
from typing import Any

from mailer.composing.importing.sources.ghost.cards import card_to_html
from mailer.composing.importing.sources.records import read_json

_DEEPEST = 60
_FORMATS = ((1, "strong"), (2, "em"), (4, "s"), (16, "code"), (32, "sub"), (64, "sup"))
_TAGS = {
    "paragraph": "p",
    "quote": "blockquote",
    "extended-quote": "blockquote",
    "aside": "blockquote",
    "listitem": "li",
    "root": "div",
}


def lexical_to_html(text: str) -> str:
    """Return a document as HTML.

    Raises:
        RenderError: it is not JSON.
    """
    value = read_json(text, name="lexical")
    root = value.get("root") if isinstance(value, dict) else None
    return "".join(_node(root, 0)) if isinstance(root, dict) else ""


def _node(node: dict[str, Any], depth: int) -> Iterator[str]:
    kind = str(node.get("type", ""))
    if kind in {"text", "extended-text"}:
        yield _words(node)
    elif kind == "linebreak":
        yield "<br>"
    elif kind == "tab":
        yield " "
    elif isinstance(node.get("children"), list):
        yield from _parent(node, kind, depth)
    else:
        yield card_to_html(kind, node)


def _parent(node: dict[str, Any], kind: str, depth: int) -> Iterator[str]:
    begin, end = _frame(node, kind)
    yield begin
    children = [child for child in node["children"] if isinstance(child, dict)]
    for child in _nested(children) if kind == "list" else children:
        if depth < _DEEPEST:
            yield from _node(child, depth + 1)
    yield end


def _nested(entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the entries of a list; one that is only a list belongs to the entry before it."""
    before: dict[str, Any] | None = None
    for entry in entries:
        inner = entry.get("children")
        is_list = isinstance(inner, list) and [_kind(child) for child in inner] == ["list"]
        if before is not None and is_list:
            before = {**before, "children": [*before["children"], *(inner or [])]}
            continue
        if before is not None:
            yield before
        before = entry if isinstance(inner, list) else {**entry, "children": []}
    if before is not None:
        yield before


def _kind(node: object) -> str:
    return str(node.get("type", "")) if isinstance(node, dict) else ""


def _frame(node: dict[str, Any], kind: str) -> tuple[str, str]:
    if kind in {"link", "autolink"}:
        return f'<a href="{escape(str(node.get("url", "")))}">', "</a>"
    tag = _TAGS.get(kind, "p")
    if "heading" in kind:
        tag = str(node.get("tag", "h2"))
        tag = tag if tag in {"h1", "h2", "h3", "h4", "h5", "h6"} else "h2"
    elif kind == "list":
        tag = "ol" if node.get("listType") == "number" else "ul"
    return f"<{tag}>", f"</{tag}>"


def _words(node: dict[str, Any]) -> str:
    html = escape(str(node.get("text", "")))
    bits = node.get("format")
    for bit, tag in _FORMATS:
        if isinstance(bits, int) and bits & bit:
            html = f"<{tag}>{html}</{tag}>"
    return html
