"""Code with its parts coloured: Pygments' tokens as a handful of classes for the theme's CSS.

A `<span>` with an inlined colour is all that mail programs need to understand. Seven classes, not
Pygments' seventy: each of them costs bytes at every word, and more colours do not help a reader.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import escape

if TYPE_CHECKING:
    from pygments.lexer import Lexer

LONGEST = 20_000
"""Characters of a block: what is longer stays plain, so that no lexer can take long."""

_CLASSES = (
    ("Comment.Preproc", "hp"),
    ("Comment", "hc"),
    ("Keyword.Type", "ht"),
    ("Keyword", "hk"),
    ("Operator.Word", "hk"),
    ("Literal.Number", "hn"),
    ("Literal", "hs"),
    ("Name.Function", "hf"),
    ("Name.Class", "hf"),
    ("Name.Decorator", "hp"),
    ("Name.Tag", "hk"),
    ("Name.Attribute", "hf"),
    ("Name.Builtin", "ht"),
    ("Generic.Inserted", "hs"),
    ("Generic.Deleted", "hd"),
    ("Generic.Heading", "hk"),
    ("Generic.Prompt", "hc"),
)


def highlighted(text: str, language: str) -> str:
    """Return `text` as HTML, coloured where `language` is known; every character stays."""
    lexer = _lexer(language) if language and len(text) <= LONGEST else None
    if lexer is None:
        return str(escape(text))
    parts = list(_runs(lexer, text))
    if "".join(words for _, words in parts) != text:  # a lexer that drops or adds something
        return str(escape(text))
    return "".join(_span(name, words) for name, words in parts)


@lru_cache(maxsize=64)
def _lexer(language: str) -> "Lexer | None":
    from pygments.lexers import get_lexer_by_name  # noqa: PLC0415 - 25 ms, for those who use it
    from pygments.util import ClassNotFound  # noqa: PLC0415

    try:
        lexer: Lexer = get_lexer_by_name(language.lower(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return lexer


def _runs(lexer: "Lexer", text: str) -> Iterator[tuple[str, str]]:
    """Yield neighbouring words of one class as one."""
    last, run = "", ""
    for kind, words in lexer.get_tokens(text):
        name = _class(str(kind)) if words.strip() else last
        if name != last and run:
            yield last, run
            run = ""
        last, run = name, run + words
    if run:
        yield last, run


@lru_cache(maxsize=512)
def _class(kind: str) -> str:
    name = kind.removeprefix("Token.")
    for begin, short in _CLASSES:
        if name == begin or name.startswith(f"{begin}."):
            return short
    return ""


def _span(name: str, words: str) -> str:
    text = str(escape(words))
    return f'<span class="{name}">{text}</span>' if name else text
