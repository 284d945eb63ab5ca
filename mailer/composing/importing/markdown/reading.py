"""Other people's Markdown to HTML, read as CommonMark: a page then, like any other.

With tables, footnotes and `~~` as everywhere, and with what site generators add: anchors and
attribute lists in braces, Liquid tags, web addresses without brackets.
"""

import re
from collections import Counter
from collections.abc import Iterator, MutableMapping
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from mailer.composing.importing.markdown.lines import EMBED, MarkdownText, without_tags
from mailer.composing.importing.model import Dropped, Finding
from mailer.composing.importing.text.lines import wrap_width
from mailer.composing.importing.text.links import URL, trim_url
from mailer.composing.importing.text.sentences import is_prose
from mailer.composing.issue.flanking import FlankingState
from mailer.composing.issue.reading.positions import TOO_MANY_BRACKETS, has_too_many_brackets
from mailer.errors import RenderError

_DEEPEST = 100
_HEADING = re.compile(r"^#{1,4} +\S", re.MULTILINE)
_INSIDE_TAG = re.compile(r"\{[{%][^}]*$")
_FENCED = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_FEWEST_HEADINGS = 2
_MARKUP = re.compile(
    r"^ {0,3}(?:```|~~~)|^ {0,3}!\[[^\]\n]*\]\(|^ *+\|?+ *+:?+-{3,}+:?+ *+\|"
    r"|(?<=\S)[^\S\n]++\*\*[^\s*][^*\n]*+\*\*|\*\*[^\s*][^*\n]*+\*\*[^\S\n]*+[^\s*]"
    r"|(?<![\w`])`[^`\n]+`(?![\w`])|\[[^\[\]\n]{1,200}+\]\((?:https?://|mailto:)[^\s()]",
    re.MULTILINE,
)
"""What only Markdown means: code, pictures, tables, links, words in bold amid a line."""
_ANCHOR = re.compile(r"</?a\b", re.IGNORECASE)
_TAGGED = re.compile(r"\]\(\s*(\{\{[^{}\n]{0,200}\}\}|\*\|[A-Z_:]+\|\*)\s*\)")
_QUOTES = re.compile(r"^([ ]{0,3}(?:> ?){20})(?:> ?)+", re.MULTILINE)
_BRACES = re.compile(r"\{:?[ \t]*(?:[.#]|[A-Za-z][\w-]*=)[^{}\n]*\}")
_LISTS = re.compile(r"\{:[ \t]*(?:[.#]|[A-Za-z][\w-]*=)[^{}\n]*\}|\{:(?::[A-Za-z]|/)[^{}\n]*\}")
"""Kramdown's attribute lists and extensions, anywhere in words."""
_HEADING_BRACES = re.compile(
    r"(?<![ \t])[ \t]*+(\{:?[ \t]*+(?:[.#]|[A-Za-z][\w-]*+=)[^{}\n]*+\})[ \t]*+\Z"
)
_ID = re.compile(r"#([A-Za-z][\w-]*)")
_REFERENCE = re.compile(r"\[([^\[\]\n]+)\]\[([^\[\]\n]*)\]")
_LONGEST_TITLE = 120


def markdown_to_html(text: str) -> str:
    """Return Markdown, HTML in it included, as HTML.

    Web addresses in it are links, as in the tools that it comes from.
    """
    return read_markdown(text).html


def read_markdown(text: str, *, first_line: int = 1, name: str = "") -> MarkdownText:
    """Return Markdown whose first line is line `first_line` of the file `name` as HTML."""
    read = MarkdownText()
    lines = without_tags(text, read, first_line)
    text = EMBED.sub(r"<\1>", _QUOTES.sub(r"\1", "\n".join(lines)))
    text = _TAGGED.sub(_without_blanks, text)
    env: dict[str, Any] = {"read": read, "first_line": first_line, "names": Counter()}
    env["path"] = Path(name) if name else None
    tokens = _markdown().parse(text, env)
    read.title = _title(tokens)
    read.html = _rendered(tokens, env)
    return read


def is_markdown(text: str) -> bool:
    """Whether a text is Markdown, not only headed like it."""
    return len(_HEADING.findall(text)) >= _FEWEST_HEADINGS and bool(_MARKUP.search(text))


def with_breaks(text: str) -> str:
    """Return Markdown whose lines end where its author ended them, but for lines that wrapped."""
    lines = text.splitlines()
    if wrap_width(lines) or _FENCED.search(text):
        return text
    ends = zip(lines, [*lines[1:], ""], strict=True)
    kept = (f"{line}  " if _is_broken(line, below) else line for line, below in ends)
    return "\n".join(kept) + "\n"


def _is_broken(line: str, below: str) -> bool:
    """Whether a line ends where its author ended it: none that goes on in a list's entry."""
    return bool(line.strip()) and not below.startswith(("  ", "\t"))


# --- markdown-it ----------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": True, "maxNesting": _DEEPEST})
    md.enable(["table", "strikethrough"]).use(footnote_plugin).use(deflist_plugin)
    md.core.ruler.at("inline", _inline)
    md.core.ruler.push("attributes", _take_attributes)
    md.core.ruler.push("references", _note_references)
    md.core.ruler.push("addresses", _link_addresses)
    return md


def _inline(state: StateCore) -> None:
    """Parse words as markdown-it does, but for where emphasis may begin and end.

    Raises:
        RenderError: a paragraph has too many opening brackets.
    """
    for token in state.tokens:
        if token.type == "inline":
            if has_too_many_brackets(token.content):
                line = (token.map or [0])[0] + state.env["first_line"]
                raise RenderError(TOO_MANY_BRACKETS, path=state.env["path"], line=line)
            token.children = []
            line = FlankingState(token.content, state.md, state.env, token.children)
            state.md.inline.tokenize(line)
            for rule in state.md.inline.ruler2.getRules(""):
                rule(line)


def _title(tokens: list[Token]) -> str:
    """Return the words of the only `h1`, or of a line in its place, if nothing stands above it."""
    heads = [token for token in tokens if token.type == "heading_open"]
    shown = [at for at, token in enumerate(tokens) if token.type != "html_block"]
    if not heads or not shown:
        return ""
    first = tokens[shown[0]]
    words = _plain(tokens[shown[0] + 1]) if first.type in {"heading_open", "paragraph_open"} else ""
    if first is heads[0]:
        is_title = first.tag == "h1" and sum(head.tag == "h1" for head in heads) == 1
    else:
        is_line = "\n" not in tokens[shown[0] + 1].content and len(words) <= _LONGEST_TITLE
        is_title = is_line and not is_prose(words) and "](" not in tokens[shown[0] + 1].content
    return words if is_title else ""


def _plain(token: Token) -> str:
    shown = [each for each in token.children or () if each.type != "html_inline"]
    words = (each.content or " " * (each.type == "softbreak") for each in shown)
    return " ".join("".join(words).split())


def _rendered(tokens: list[Token], env: dict[str, Any]) -> str:
    """Return the HTML of tokens, each outermost block on its own line of the source."""
    md = _markdown()
    ends = [at + 1 for at, token in enumerate(tokens) if token.level == 0 and token.nesting <= 0]
    parts: list[str] = []
    line = 1
    for begin, end in pairwise([0, *ends]):
        place = tokens[begin].map
        wanted = place[0] + env["first_line"] if place else line
        html = md.renderer.render(tokens[begin:end], md.options, env)
        html = html if "<pre" in html else re.sub(r">\n+(?=<)", ">", html)
        gap = "\n" * max(0, wanted - line)
        parts.append(gap + html)
        line += len(gap) + html.count("\n")
    return "".join(parts)


# --- braces ---------------------------------------------------------------------------------


def _take_attributes(state: StateCore) -> None:
    """Take attributes in braces out of the words; a heading's anchor is its own, or its words."""
    for opener, token in pairwise(state.tokens):
        if token.type != "inline" or not token.children:
            continue
        if opener.type == "heading_open":
            _name_heading(opener, token.children, state.env)
        line = (token.map or [0])[0] + state.env["first_line"]
        for before, text in pairwise(token.children):
            found = text.type == "text" and _BRACES.match(text.content)
            if found and before.type in {"link_close", "image", "code_inline"}:
                text.content = text.content[found.end() :]
                state.env["read"].dropped.append(Dropped(line, found[0], "a list of attributes"))
        for text in token.children:
            if text.type == "text" and "{:" in text.content:
                for found in _LISTS.finditer(text.content):
                    dropped = Dropped(line, found[0], "a list of attributes")
                    state.env["read"].dropped.append(dropped)
                text.content = _LISTS.sub("", text.content)


def _name_heading(opener: Token, children: list[Token], env: MutableMapping[str, Any]) -> None:
    last = children[-1]
    found = _HEADING_BRACES.search(last.content) if last.type == "text" else None
    name = _ID.search(found[1]) if found else None
    if found:
        last.content = last.content[: found.start()]
    words = "".join(child.content for child in children if child.type in {"text", "code_inline"})
    made = re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", words.strip().lower()))
    times = env["names"][made]
    env["names"][made] += 1
    made = f"{made}-{times}" if times else made
    if name or made:
        opener.attrs["id"] = name[1] if name else made


def _note_references(state: StateCore) -> None:
    """Note links to definitions that are nowhere."""
    for token in state.tokens:
        for child in token.children or ():
            found = _REFERENCE.search(child.content) if child.type == "text" else None
            while found:
                line = (token.map or [0])[0] + state.env["first_line"]
                label = found[2] or found[1]
                what = f"{found[0]} is a link to the definition [{label}], which is nowhere"
                remedy = f"write [{found[1]}](https://...)"
                finding = Finding("link_without_address", line, 0, what, remedy)
                state.env["read"].findings.append(finding)
                found = _REFERENCE.search(child.content, found.end())


# --- addresses ------------------------------------------------------------------------------


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
