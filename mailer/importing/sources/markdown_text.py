"""Other people's Markdown to HTML: a page then, like any other."""

import re
from collections.abc import Iterator
from functools import lru_cache

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

_DEEPEST = 100
_ALONE = re.compile(r"^[ ]{0,3}(https?://[^\s<>]+)[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")
_TAGGED = re.compile(r"\]\(\s*(\{\{[^{}\n]{0,200}\}\}|\*\|[A-Z_:]+\|\*)\s*\)")
_QUOTES = re.compile(r"^([ ]{0,3}(?:> ?){20})(?:> ?)+", re.MULTILINE)


def markdown_to_html(text: str) -> str:
    """Return Markdown, HTML in it included, as HTML.

    An address alone on its line is a link, as in the tools that make embeds of it.
    """
    text = _QUOTES.sub(r"\1", text)
    text = "".join(_linked(text))
    text = _TAGGED.sub(_without_blanks, text)
    return str(_markdown().render(text))


def _linked(text: str) -> Iterator[str]:
    """Yield the lines of a text; in code nothing is a link."""
    fence = ""
    for line in text.splitlines(keepends=True):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        yield line if fence or mark else _ALONE.sub(r"<\1>", line)


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": True, "maxNesting": _DEEPEST})
    return md.enable(["table", "strikethrough"]).use(footnote_plugin)


def _without_blanks(match: re.Match[str]) -> str:
    """Return a link to a merge tag so that Markdown takes it for a link."""
    return f"]({''.join(match[1].split())})"
