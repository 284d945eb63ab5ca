"""Other people's Markdown to HTML: a page then, like any other."""

import re
from collections.abc import Iterator
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from mailer.composing.importing.marks import URL, trim_url
from mailer.composing.importing.units import wrap_width

_DEEPEST = 100
_HEADING = re.compile(r"^#{1,4} +\S", re.MULTILINE)
_EMBED = re.compile(r"""\{%\s*[a-z]{1,20}\s+["']?(https?://[^\s"'%<>]{1,500})["']?\s*%\}""")
_INSIDE_TAG = re.compile(r"\{[{%][^}]*$")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_FEWEST_HEADINGS = 2
_MARKUP = re.compile(
    r"^ {0,3}(?:```|~~~)|^ {0,3}!\[[^\]\n]*\]\(|^ *\|? *:?-{3,}:? *\|"
    r"|\S[^*\n]*[^\S\n]\*\*[^\s*][^*\n]*\*\*|\*\*[^\s*][^*\n]*\*\*[^\S\n]*[^\s*]"
    r"|(?<![\w`])`[^`\n]+`(?![\w`])",
    re.MULTILINE,
)
"""What only Markdown means: code, pictures, tables, words in bold amid a line."""
_ANCHOR = re.compile(r"</?a\b", re.IGNORECASE)
_TAGGED = re.compile(r"\]\(\s*(\{\{[^{}\n]{0,200}\}\}|\*\|[A-Z_:]+\|\*)\s*\)")
_QUOTES = re.compile(r"^([ ]{0,3}(?:> ?){20})(?:> ?)+", re.MULTILINE)


def markdown_to_html(text: str) -> str:
    """Return Markdown, HTML in it included, as HTML.

    Web addresses in it are links, as in the tools that it comes from.
    """
    text = _EMBED.sub(r"<\1>", _QUOTES.sub(r"\1", text))
    text = _TAGGED.sub(_without_blanks, text)
    return str(_markdown().render(text))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": True, "maxNesting": _DEEPEST})
    md.enable(["table", "strikethrough"]).use(footnote_plugin)
    md.core.ruler.push("addresses", _link_addresses)
    return md


def is_markdown(text: str) -> bool:
    """Whether a text is Markdown, not only headed like it."""
    return len(_HEADING.findall(text)) >= _FEWEST_HEADINGS and bool(_MARKUP.search(text))


def with_breaks(text: str) -> str:
    """Return Markdown whose lines end where its author ended them, but for lines that wrapped."""
    lines = text.splitlines()
    if wrap_width(lines) or _FENCE.search(text):
        return text
    return "\n".join(f"{line}  " if line.strip() else line for line in lines) + "\n"


def _link_addresses(state: StateCore) -> None:
    """Make links of the web addresses in running words."""
    for block in state.tokens:
        if block.type == "inline" and block.children and "://" in block.content:
            block.children = list(_linked(block.children))


def _linked(tokens: list[Token]) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        is_link = token.type in {"link_open", "link_close"} or _ANCHOR.match(token.content)
        is_end = token.type == "link_close" or token.content.startswith("</")
        depth += (-1 if is_end else 1) if is_link else 0
        if token.type != "text" or depth or "://" not in token.content:
            yield token
            continue
        position = 0
        for match in URL.finditer(token.content):
            url = trim_url(match[0])
            if _INSIDE_TAG.search(token.content[: match.start()]):
                continue
            yield _text(token.content[position : match.start()])
            yield Token("link_open", "a", 1, attrs={"href": url})
            yield _text(url)
            yield Token("link_close", "a", -1)
            position = match.start() + len(url)
        yield _text(token.content[position:])


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _without_blanks(match: re.Match[str]) -> str:
    """Return a link to a merge tag so that Markdown takes it for a link."""
    return f"]({''.join(match[1].split())})"
