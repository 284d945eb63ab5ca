"""Words to Markdown that reads back as these words, with no more backslashes than needed."""

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct

_MARKDOWN = MarkdownIt("commonmark")

_SPECIAL = re.compile(
    r"`"  # code
    r"|\*+|_+|~+"  # emphasis, what is struck out
    r"|\\"
    r"|\["  # links, pictures, footnotes
    r"|\]"
    r"|<(?=[A-Za-z/!?]|[^\s<>@]*(?:@|\Z))"  # addresses, comments, what looks like a tag
    r"|&(?=#?\w{1,40};)"  # entities
    r"|\{(?=\{|\s*[.#:]|\s*[A-Za-z][\w-]*=|\Z)"  # merge fields, attributes
    r"|!(?=\Z)"
)
_PLAIN_BRACKETS = re.compile(r"\[(?!\^)[^\[\]\\`*_~<&{!\n]*\](?![(\[:])")
"""Brackets that are no link's: nothing follows them that would make one of them."""
_WORD = re.compile(r"[^\W_]")
_START = re.compile(
    r"[-+](?=[ \t]|\Z)|#{1,6}(?=[ \t]|\Z)|>|:(?=::)|[-:|](?=[-:| \t]*\Z)|(?<=\d)[.)](?=[ \t]|\Z)"
)
_NUMBER = re.compile(r"\d{1,9}")
_LAST_HASHES = re.compile(r"(?:(?<=[ \t])|\A)#(?=#*\Z)")
_ENTITY = re.compile(r"&(?=#?\w{1,40};)")
_UNSAFE_IN_ADDRESS = re.compile(r"[\\<>()&]")
_BRACES = re.compile(r"%7B(?=%7B)", re.IGNORECASE)
_AUTOLINK = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,31}:[^<>\x00-\x20]*")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")
_COMMENT_END = re.compile(r"-(?=-)|^[->]+|[->]+$")


def escape_text(text: str, *, after: str = "", in_label: bool = False) -> str:
    """Return words as Markdown for the middle of a line.

    Args:
        text: one line of words.
        after: the first character of the Markdown that follows; empty at the line's end.
        in_label: whether they stand between the brackets of a link or picture.
    """
    if not _SPECIAL.search(text):
        return text

    def escaped(found: re.Match[str]) -> str:
        run = found[0]
        if not _is_special(found, text, after=after, in_label=in_label):
            return run
        return "".join(f"\\{char}" for char in run)

    return _SPECIAL.sub(escaped, text)


def _is_special(found: re.Match[str], text: str, *, after: str, in_label: bool) -> bool:  # noqa: PLR0911 - one return a kind
    begin, end = found.span()
    old, new = text[begin - 1 : begin], text[end : end + 1]
    match found[0][0]:
        case "*":
            return not (old == new == " ")
        case "_":
            return not (old == new == " " or (_WORD.match(old) and _WORD.match(new)))
        case "~":
            return len(found[0]) > 1 or not old or not new
        case "\\":
            return _escapes(text[end:] + after)
        case "[":
            return in_label or old == "!" or not _is_plain_bracket(text, begin, after)
        case "]":
            return in_label
        case "{":
            return bool(new) or after == "{"
        case "!":
            return after == "["
        case _:
            return True


def _escapes(rest: str) -> bool:
    """Whether a backslash before `rest` is no plain one; a blank at the end becomes an entity."""
    return not rest or isMdAsciiPunct(ord(rest[0])) or (len(rest) == 1 and rest.isspace())


def _is_plain_bracket(text: str, begin: int, after: str) -> bool:
    found = _PLAIN_BRACKETS.match(text, begin)
    if found is None:
        return False
    return found.end() < len(text) or after not in {"(", "[", ":", "{"}


def escape_line_start(line: str) -> str:
    """Return a line of Markdown of words so that it begins no list, heading, quote or box."""
    digits = _NUMBER.match(line)
    at = digits.end() if digits else 0
    return f"{line[:at]}\\{line[at:]}" if _START.match(line, at) else line


def escape_heading_end(text: str) -> str:
    """Return a heading's Markdown so that no `#` at its end is taken for the heading's own."""
    return _LAST_HASHES.sub(r"\\#", text)


@lru_cache(maxsize=4096)  # an issue asks several times for each of its links
def normal_address(url: str) -> str:
    """Return an address as it reads back from an issue: percent-encoded.

    Two braces after one another are spelled so that they are not taken for a merge field's.
    """
    if url.startswith("{{"):
        return url
    return _BRACES.sub("%7b", _MARKDOWN.normalizeLink(url.strip()))


def shown_address(url: str) -> str:
    """Return an address as the words of a link that has no others."""
    return _MARKDOWN.normalizeLinkText(url)


def write_address(url: str) -> str:
    """Return an address for the parentheses of a link or picture; see `normal_address`."""
    if url.startswith("{{"):
        return url
    depth = lowest = 0
    for char in url:
        depth += (char == "(") - (char == ")")
        lowest = min(lowest, depth)
    is_balanced = not depth and not lowest and "((" not in url

    def escaped(found: re.Match[str]) -> str:
        char = found[0]
        if (char in "()" and is_balanced) or (
            char == "&" and not _ENTITY.match(url, found.start())
        ):
            return char
        return f"\\{char}"

    return _UNSAFE_IN_ADDRESS.sub(escaped, url)


def autolink(url: str, words: str) -> str:
    """Return `<address>` if that alone is a link of these words to `url`; else nothing."""
    if url == f"mailto:{words}" and _EMAIL.fullmatch(words):
        return f"<{words}>"
    is_written_out = _AUTOLINK.fullmatch(url) and shown_address(url) == words
    return f"<{url}>" if is_written_out else ""


def write_comment(text: str) -> str:
    """Return a comment, which no reader sees; the words cannot end it."""
    words = " ".join(text.split())
    while "--" in words:
        words = words.replace("--", "- -")
    return f"<!-- {_COMMENT_END.sub('', words).strip()} -->"
