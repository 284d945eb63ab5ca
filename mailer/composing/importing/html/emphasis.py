"""Runs of words to Markdown: links, emphasis that really emphasises, code, line breaks."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from markdown_it import MarkdownIt

from mailer.composing.importing.html.document import CODE, EMPHASIS, STRIKE, STRONG, Link, Run, Runs

_SPECIAL = re.compile(r"[\\`*\[\]<~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w*;|$)|!(?=\[)")
_BRACES = re.compile(
    r"\{(?=\{|$)|(?<=\{)\{|\A\{|\{(?=\s*(?:[.#:]\S|[A-Za-z][\w-]*=))"  # fields, attributes
)
_LINE_START = re.compile(r"[#>+=|:-]")
_NUMBER_START = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_MARKS = {STRONG: "**", EMPHASIS: "*", STRIKE: "~~"}
_TRICKY = re.compile(r"\*{3}|~{3}|\*_|_\*")
_REFERENCE = re.compile(r"&(?=#?\w+;)")
_PLAIN_URL = re.compile(r"https?://(?:[^\s<>%\[\]()\\`*!&{}]|&(?!#?\w+;))+")
_EDGE = "|"
"""Stands for the marks around words: punctuation, which marks of another kind may touch."""

_PEELED = ".,:;!?"


def escape_words(text: str) -> str:
    """Return words as Markdown that shows exactly them, wherever in a line they stand."""
    text = _SPECIAL.sub(lambda match: "\\" + match[0], text)
    return _BRACES.sub(r"\\{", text) if "{" in text else text


def escape_line_start(line: str) -> str:
    """Return a line of Markdown that begins no heading, list, quote or directive."""
    if _LINE_START.match(line):
        return "\\" + line
    number = _NUMBER_START.match(line)
    return f"{number[1]}\\{line[number.end(1) :]}" if number else line


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    styles: frozenset[str] = frozenset()


def inline(runs: Runs) -> str:
    """Return runs as Markdown; a line break of the author's own is a backslash and a newline."""
    for styles in (frozenset(_MARKS), frozenset({STRONG, STRIKE}), frozenset()):
        text = _rendered(runs, styles)
        if not _TRICKY.search(text) or _shows(text, runs):
            break
    lines = [escape_line_start(line.strip(" ")) for line in text.split("\n")]
    return "".join(_broken([line for line in lines if line]))


def _broken(lines: list[str]) -> Iterator[str]:
    """Yield lines and the breaks between them; a comment alone would end the paragraph."""
    for at, line in enumerate(lines):
        if at:
            is_comment = line.startswith("<!--") or lines[at - 1].startswith("<!--")
            yield " " if is_comment else "\\\n"
        yield line


def _rendered(runs: Runs, styles: frozenset[str]) -> str:
    kept = styles | {CODE}
    pieces = list(
        _pieces([r if r.styles <= kept else replace(r, styles=r.styles & kept) for r in runs])
    )
    return _emphasised(pieces, frozenset(), "", "")


@lru_cache(maxsize=1)
def _commonmark() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["strikethrough"])


def _shows(text: str, runs: Runs) -> bool:
    """Whether readers see no mark of emphasis as a character."""
    tokens = _commonmark().parseInline(text)[0].children or []
    shown = "".join(token.content for token in tokens if token.type in {"text", "code_inline"})
    return all(shown.count(mark) == sum(r.text.count(mark) for r in runs) for mark in "*~")


# --- pieces ---------------------------------------------------------------------------------


def _pieces(runs: Runs) -> Iterator[_Piece]:
    """Yield words, code, links, merge fields and breaks as Markdown, with their emphasis."""
    at = 0
    while at < len(runs):
        end = at + 1
        if runs[at].link is not None:
            while end < len(runs) and _continues(runs, at, end):
                end += 1
            yield from _link(runs[at:end], runs[at].link)
        elif CODE in runs[at].styles and not runs[at].markdown:
            while end < len(runs) and runs[end].link is None and CODE in runs[end].styles:
                end += 1
            yield from _code(runs[at:end])
        else:
            yield _plain(runs[at])
        at = end


def _continues(runs: Runs, at: int, end: int) -> bool:
    """Whether the run at `end` is of the same link, or a break or field amid its words."""
    if runs[end].link is runs[at].link:
        return True
    return runs[end].text == "\n" and end + 1 < len(runs) and runs[end + 1].link is runs[at].link


def _plain(run: Run) -> _Piece:
    if run.text == "\n" and not run.markdown:
        return _Piece("\n")
    text = run.text if run.markdown else escape_words(run.text)
    return _Piece(text, run.styles - {CODE})


def _code(runs: Runs) -> Iterator[_Piece]:
    text = "".join(run.text for run in runs).replace("\n", " ")
    styles = frozenset.intersection(*(run.styles for run in runs)) - {CODE}
    if text.startswith(" "):
        yield _Piece(" ")
    if text.strip():
        yield _Piece(_code_span(text.strip()), styles)
    if text.endswith(" ") and text.strip():
        yield _Piece(" ")


def _code_span(text: str) -> str:
    inside = {len(ticks) for ticks in re.findall(r"`+", text)}
    fence = "`" * next(count for count in range(1, len(text) + 2) if count not in inside)
    if len(fence) > 2:  # noqa: PLR2004 - at the beginning of a line it would open a block
        return escape_words(text)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _link(runs: Runs, link: Link | None) -> Iterator[_Piece]:
    url = link.url if link else ""
    text = "".join(run.text for run in runs if not run.markdown)
    has_words = bool(text.strip()) or any(run.markdown for run in runs)
    if text[:1].isspace():
        yield _Piece(" ")
    common = frozenset.intersection(*(run.styles for run in runs)) - {CODE}
    label = url if not has_words else text.strip()
    target = markdown_target(url)
    if label == url and _PLAIN_URL.fullmatch(url):
        yield _Piece(f"<{url}>", common)
    elif label == url and not any(run.markdown for run in runs):
        yield _Piece(f"[{escape_words(url)}]({target})", common)
    else:
        yield _Piece(f"[{_label(runs, common)}]({target})", common)
    if has_words and text[-1:].isspace():
        yield _Piece(" ")


def _label(runs: Runs, common: frozenset[str]) -> str:
    inner = [
        replace(run, link=None, styles=run.styles - common, text=run.text.replace("\n", " "))
        for run in runs
    ]
    return _emphasised(list(_pieces(inner)), frozenset(), "[", "]").strip()


def markdown_target(url: str) -> str:
    """Return an address so that it can stand in parentheses."""
    replaced = {"(": "%28", ")": "%29", "\\": "%5C", "{": "%7B", "}": "%7D", "`": "%60"}
    replaced |= {" ": "%20", "<": "%3C", ">": "%3E", '"': "%22"}
    url = re.sub(r"""[()\\{}`\s<>"]""", lambda match: replaced.get(match[0], "%20"), url)
    return _REFERENCE.sub("&amp;", url)


# --- emphasis -------------------------------------------------------------------------------


def _emphasised(pieces: list[_Piece], done: frozenset[str], before: str, after: str) -> str:
    """Return pieces with their marks; `before` and `after` are the characters around them."""
    out: list[str] = []
    at = 0
    while at < len(pieces):
        open_styles = pieces[at].styles - done
        if not open_styles:
            out.append(_guarded(pieces, at))
            at += 1
            continue
        style, end = _longest(pieces, at, open_styles)
        left = (out[-1][-1:] if out and out[-1] else before) or " "
        right = (pieces[end].text[:1] if end < len(pieces) else after) or " "
        inner = _emphasised(pieces[at:end], done | {style}, _EDGE, _EDGE)
        marked = _marked(inner, style, left, right)
        if marked is None:
            marked = _emphasised(pieces[at:end], done | {style}, left, right)
        out.append(marked)
        at = end
    return "".join(out)


def _guarded(pieces: list[_Piece], at: int) -> str:
    """Return a piece's text; a colon right behind a footnote's mark would make it the note."""
    text = pieces[at].text
    if text.endswith("!") and at + 1 < len(pieces) and pieces[at + 1].text.startswith("["):
        text = f"{text[:-1]}\\!"  # or the link would be a picture
    return "\\" + text if at and text[:1] == ":" and pieces[at - 1].text[:2] == "[^" else text


def _longest(pieces: list[_Piece], at: int, styles: frozenset[str]) -> tuple[str, int]:
    found = []
    for style in (STRONG, EMPHASIS, STRIKE):
        if style in styles:
            end = at
            while end < len(pieces) and style in pieces[end].styles:
                end += 1
            found.append((end, style))
    end, style = max(found, key=lambda pair: pair[0])
    return style, end


def _marked(inner: str, style: str, left: str, right: str) -> str | None:
    """Return words between marks of emphasis; None where marks would be read as characters.

    Blanks and, if need be, punctuation stay outside.
    """
    core = inner.strip(" ")
    if not core or "\n" in core:
        return None
    begin = inner[: len(inner) - len(inner.lstrip(" "))]
    end = inner[len(inner.rstrip(" ")) :]
    left, right = (begin or left)[-1:], (end or right)[:1]
    mark = _MARKS[style]
    if not _may_close(core, right):
        peeled = core.rstrip(_PEELED)
        core, end = (
            (peeled, core[len(peeled) :] + end) if not peeled.endswith("\\") else (core, end)
        )
        right = (end or right)[:1]
    if not core or not _may_open(core, left) or not _may_close(core, right) or left == mark[0]:
        return None
    return f"{begin}{mark}{core}{mark}{end}"


def _may_open(core: str, left: str) -> bool:
    return not _is_mark(core[0]) or left.isspace() or _is_mark(left, narrow=True)


def _may_close(core: str, right: str) -> bool:
    return not _is_mark(core[-1]) or right.isspace() or _is_mark(right, narrow=True)


def _is_mark(char: str, *, narrow: bool = False) -> bool:
    """Whether a character is punctuation; a symbol is in some versions of the rules only."""
    if not char:
        return False
    category = unicodedata.category(char)
    is_ascii = char.isascii() and not char.isalnum() and not char.isspace()
    return is_ascii or category[0] == "P" or (category[0] == "S" and not narrow)
