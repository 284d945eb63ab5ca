"""Words from elsewhere to Markdown that shows exactly these words.

Stricter than the importer's: an author's raw text may hold links and lists that are meant, a feed
is written by strangers. Nothing in it may become structure, a merge field, a block or HTML.
"""

import re

_SPECIAL = re.compile(
    r"[\\`*\[\]{]"  # code, emphasis, links, footnotes, merge fields, attributes
    r"|<(?=[a-zA-Z/!?])"  # addresses, tags, comments
    r"|~(?=~)|(?<=~)~"  # struck out
    r"|:(?=::)|(?<=:):(?=:)|(?<=::):"  # blocks
    r"|(?<![^\W_])_|_(?![^\W_])"  # emphasis, not snake_case
    r"|&(?=#?\w+;)"
    r"|!(?=\[)"
    r"|=(?==)|(?<==)="
)
_LINE_START = re.compile(r"[#>+=~:|-]")
_NUMBER_START = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_HEADING_END = re.compile(r"#(?=#*$)")
_BRACES_END = re.compile(r"\{([^{}]*)\}$")
_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u2800\u3164]+")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\U000e0000-\U000e007f]"
)
_UP_TO_HOST = re.compile(r"[a-zA-Z]+://[^/?#]*")
_ENTITY = re.compile(r"(&#?\w{1,40});")
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSAFE_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029()<>\\{}`\"^|]|\s")


def one_line(text: str) -> str:
    """Return `text` on one line, without characters that nobody sees or that turn text around."""
    return _SPACES.sub(" ", _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))).strip()


def escape(text: str) -> str:
    """Return one line of running text, such as a paragraph, as Markdown."""
    return _escape_start(escape_inside(one_line(text)))


def escape_heading(text: str) -> str:
    """Return what stands behind `## ` or `### `.

    Braces at its end become parentheses: a heading's attributes stand there.
    """
    words = _BRACES_END.sub(r"(\1)", one_line(text))
    return _escape_start(_HEADING_END.sub(lambda _: "\\#", escape_inside(words)))


def escape_inside(text: str) -> str:
    """Return `text` as Markdown for the middle of a line; blanks at its ends are kept."""
    return _SPECIAL.sub(lambda match: "\\" + match[0], text)


def link(text: str, url: str) -> str:
    """Return a link; `url` is absolute."""
    return f"[{escape_inside(one_line(text))}]({link_target(url)})"


def link_target(url: str) -> str:
    """Return `url` so that it can stand in parentheses or angle brackets, and ends there."""
    host = _UP_TO_HOST.match(url)
    end = host.end() if host else 0
    rest = url[end:].replace("[", "%5B").replace("]", "%5D")
    quoted = _UNSAFE_IN_ADDRESS.sub(lambda match: _percent(match[0]), url[:end] + rest)
    return _ENTITY.sub(r"\1%3B", quoted)  # else Markdown would read "&lt;" in it as "<"


def comment(text: str) -> str:
    """Return a comment, which is left out of the email; `text` cannot end it."""
    inside = one_line(text).replace("--", "- -").replace("--", "- -")
    return f"<!-- {inside.strip('->! ')} -->"


def _escape_start(text: str) -> str:
    text = _NUMBER_START.sub(r"\1\\\2", text, count=1) if _NUMBER_START.match(text) else text
    return "\\" + text if _LINE_START.match(text) else text


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))
