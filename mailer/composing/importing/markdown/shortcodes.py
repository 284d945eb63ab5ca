"""Shortcodes of Hugo, and Jekyll's names of its own site, in lines of Markdown."""

import re
from collections.abc import Callable

_CODE = re.compile(r"(`+[^`\n]*`+)")
_WHOLE = re.compile(
    r"\{\{(?:<(?P<a>(?:(?!>\}\}|\{\{)[^\n]){0,400})>|%(?P<b>(?:(?!%\}\}|\{\{)[^\n]){0,400})%)\}\}"
)
_VALUE = re.compile(
    r"(?<![\w-])(?P<name>[\w-]{1,40})="
    r"(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"']+))"
)
_OWN_SITE = re.compile(r"\{\{-?\s*site\.(?:base)?url\s*-?\}\}(?=/)")
_OWN_PATH = re.compile(
    r"\{\{-?\s*(?:\"(?P<double>[^\"{}\n]*)\"|'(?P<single>[^'{}\n]*)')\s*\|"
    r"\s*(?:relative_url|absolute_url|prepend:\s*site\.(?:base)?url)\s*-?\}\}"
)


def without_shortcodes(line: str, left_out: Callable[[str], None]) -> str:
    """Return a line of Markdown without shortcodes; those that show a picture become that.

    Args:
        line: not of a block of code.
        left_out: is told each one that is left out.
    """
    if "{{" not in line:
        return line
    pieces = _CODE.split(line)
    pieces[::2] = [_without(piece, left_out) for piece in pieces[::2]]
    return "".join(pieces)


def _without(text: str, left_out: Callable[[str], None]) -> str:
    text = _OWN_PATH.sub(lambda found: found["double"] or found["single"] or "", text)
    text = _OWN_SITE.sub("", text)
    return _WHOLE.sub(lambda found: _shown(found, left_out), text)


def _shown(found: re.Match[str], left_out: Callable[[str], None]) -> str:
    words = (found["a"] or found["b"] or "").strip()
    values = {
        each["name"]: each["double"] or each["single"] or each["bare"] or ""
        for each in _VALUE.finditer(words)
    }
    if words.split(maxsplit=1)[:1] in (["figure"], ["img"], ["image"]) and values.get("src"):
        caption = values.get("caption") or values.get("title") or ""
        title = f' "{caption}"' if caption and '"' not in caption else ""
        alt = re.sub(r"[\[\]]", "", values.get("alt", ""))
        return f"![{alt}](<{values['src']}>{title})"
    left_out(found[0])
    return ""
