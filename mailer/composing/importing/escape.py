"""Text to Markdown that shows exactly that text."""

import re

from mailer.composing.importing.marks import MARKDOWN_LINK, URL, trim_url

_SPECIAL = re.compile(r"[\\`*\[\]<]|~(?=~)|(?<=~)~|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|!(?=\[)")
_BRACES = re.compile(r"\{{2,}|\{(?=\s*(?:[.#:]\S|[A-Za-z][\w-]*=))")
"""Of merge fields and attributes."""
_LINE_START = re.compile(r"[#>+=~-]")
_NUMBER_START = re.compile(r"(\d{1,9})([.)])(?=\s|$)")


def escape(text: str) -> str:
    """Return `text`, one line, as Markdown; its web addresses become links."""
    parts: list[str] = []
    position = 0
    for begin, end, markdown in _links(text):
        parts += [_escape_inside(text[position:begin]), markdown]
        position = end
    parts.append(_escape_inside(text[position:]))
    return _escape_start("".join(parts))


def escape_label(text: str) -> str:
    """Return `text` as the label of a link or a title in bold: Markdown without links in it."""
    return _escape_start(_escape_inside(text))


def link_target(url: str) -> str:
    """Return `url` so that it can stand in angle brackets or parentheses."""
    replaced = {"(": "%28", ")": "%29", "\\": "%5C", "{": "%7B", "}": "%7D", "`": "%60"}
    return re.sub(r"[()\\{}`]", lambda match: replaced[match[0]], url)


def _links(text: str) -> list[tuple[int, int, str]]:
    """Return where links stand in `text`, and their Markdown."""
    found = [
        (
            match.start(),
            match.end(),
            f"[{_escape_inside(match['label'])}]({link_target(match['url'])})",
        )
        for match in MARKDOWN_LINK.finditer(text)
        if match["label"].strip()
    ]
    taken = [range(begin, end) for begin, end, _ in found]
    for match in URL.finditer(text):
        url = trim_url(match[0])
        if any(match.start() in span for span in taken) or not is_address(url):
            continue
        found.append((match.start(), match.start() + len(url), f"<{link_target(url)}>"))
    return sorted(found)


def is_address(url: str) -> bool:
    """Whether `url` has a host after its scheme."""
    return re.match(r"https?://[^\s/?#]", url, re.IGNORECASE) is not None


def _escape_inside(text: str) -> str:
    text = _SPECIAL.sub(lambda match: "\\" + match[0], text)
    return _BRACES.sub(lambda match: "\\{" * len(match[0]), text)


def _escape_start(text: str) -> str:
    text = _NUMBER_START.sub(r"\1\\\2", text, count=1) if _NUMBER_START.match(text) else text
    return "\\" + text if _LINE_START.match(text) else text
