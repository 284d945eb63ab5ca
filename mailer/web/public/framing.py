"""Framing: an email's HTML as a page of the archive. Head and bars are inserted; the rest is kept.

The email is a whole document, made by MJML; places are found by its tags, outside of comments
(which hold markup for Outlook), styles and titles.
"""

import re

_TOKENS = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<raw>style|script|title|textarea)\b[^<>]*+>.*?(?:</(?P=raw)\s*+>|\Z)"
    r"|(?P<head><head\b[^<>]*+>)"
    r"|(?P<head_end></head\s*>)"
    r"|(?P<body><body\b(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*>)"
    r"|(?P<body_end></body\s*>)",
    re.IGNORECASE | re.DOTALL,
)
_MAIN_HEADING = re.compile(r"<(/?)h1\b", re.IGNORECASE)
_PROLOGUE = re.compile(r"\s*(?:<!doctype[^>]*>\s*)?(?:<html\b[^>]*>\s*)?", re.IGNORECASE)


def frame(html: str, *, head: str, top: str, bottom: str) -> str:
    """Return `html` with markup inserted at three positions.

    Args:
        html: a document, or a part of one.
        head: goes to the end of its head.
        top: goes before everything that is shown.
        bottom: goes after it.
    """
    places = _places(html)
    pieces = [(places["head_end"], head), (places["body"], top), (places["body_end"], bottom)]
    out: list[str] = []
    at = 0
    for place, piece in pieces:
        out += [html[at:place], piece]
        at = place
    return "".join([*out, html[at:]])


def below_title(html: str) -> str:
    """Return `html` with its main heading one level lower: the page's title is above it."""
    return _MAIN_HEADING.sub(r"<\1h2", html)


def _places(html: str) -> dict[str, int]:
    """Return where the head ends, the body begins and the body ends; in this order."""
    found: dict[str, int] = {}
    for token in _TOKENS.finditer(html):
        match token.lastgroup:
            case "head_end":
                found.setdefault("head_end", token.start())
            case "head":
                found.setdefault("head", token.end())
            case "body":
                found.setdefault("body", token.end())
            case "body_end":
                found["body_end"] = token.start()
    prologue = _PROLOGUE.match(html)
    start = prologue.end() if prologue else 0
    head_end = found.get("head_end", found.get("head", start))
    body = max(head_end, found.get("body", head_end))
    return {
        "head_end": head_end,
        "body": body,
        "body_end": max(body, found.get("body_end", len(html))),
    }
