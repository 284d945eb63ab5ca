"""Mobiledoc, the editor format of Ghost 1 to 4, to HTML."""

from collections.abc import Iterator
from html import escape
from typing import Any

from mailer.composing.importing.sources.ghost.cards import card_to_html
from mailer.composing.importing.sources.records import read_json

_MARKUP, _IMAGE, _LIST, _CARD = 1, 2, 3, 10
_INLINE = frozenset(["a", "strong", "b", "em", "i", "s", "del", "code", "sub", "sup", "u", "mark"])
_BLOCKS = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "aside", "ul", "ol"])


def mobiledoc_to_html(text: str) -> str:
    """Return a document as HTML; what is not as the format says is left out.

    Raises:
        RenderError: it is not JSON.
    """
    value = read_json(text, name="mobiledoc")
    return "".join(_Reader(value).sections()) if isinstance(value, dict) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


class _Reader:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.markups = _list(document.get("markups"))
        self.atoms = _list(document.get("atoms"))
        self.cards = _list(document.get("cards"))

    def sections(self) -> Iterator[str]:
        for section in _list(self.document.get("sections")):
            yield from self._section(_list(section))

    def _section(self, section: list[Any]) -> Iterator[str]:
        match section:
            case [1, str(tag), list(markers), *_]:
                name = tag if tag in _BLOCKS else "p"
                yield f"<{name}>{self._markers(markers)}</{name}>"
            case [2, str(src), *_]:
                yield f'<img src="{escape(src)}">'
            case [3, str(tag), list(items), *_]:
                name = tag if tag in {"ul", "ol"} else "ul"
                inner = "".join(f"<li>{self._markers(_list(item))}</li>" for item in items)
                yield f"<{name}>{inner}</{name}>"
            case [10, int(index), *_]:
                yield self._card(index)

    def _card(self, index: int) -> str:
        match self.cards[index : index + 1] if index >= 0 else []:
            case [[str(kind), payload, *_]]:
                return card_to_html(kind, payload)
        return ""

    def _markers(self, markers: list[Any]) -> str:
        """Return words; a marker says which markups open before it and how many close after it."""
        parts: list[str] = []
        opened: list[str] = []
        for marker in markers:
            match marker:
                case [int(kind), list(opens), int(closes), value, *_]:
                    parts += [self._open(index, opened) for index in opens]
                    is_text = isinstance(value, str)
                    parts.append(escape(value) if is_text else self._atom(kind, value))
                    parts += [f"</{opened.pop()}>" for _ in range(min(closes, len(opened)))]
        parts += [f"</{tag}>" for tag in reversed(opened)]
        return "".join(parts)

    def _open(self, index: object, opened: list[str]) -> str:
        markup = self.markups[index : index + 1] if isinstance(index, int) and index >= 0 else []
        match markup:
            case [["a", ["href", str(href), *_], *_]]:
                opened.append("a")
                return f'<a href="{escape(href)}">'
            case [[str(tag), *_]] if tag in _INLINE:
                opened.append(tag)
                return f"<{tag}>"
        opened.append("span")
        return "<span>"

    def _atom(self, kind: int, index: object) -> str:
        atom = (
            self.atoms[index : index + 1]
            if kind == 1 and isinstance(index, int) and index >= 0
            else []
        )
        match atom:
            case [["soft-return", *_]]:
                return "<br>"
            case [[_, str(text), *_]]:
                return escape(text)
        return ""
