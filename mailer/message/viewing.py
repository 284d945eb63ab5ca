"""The HTML of a message as clients show it: in a dark scheme, without its styles, in a frame."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

Scheme = Literal["auto", "light", "dark"]

_SCHEME_QUERY = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)
_STYLE = re.compile(r"<style\b[^<>]*+>.*?(?:</style\s*+>|\Z)", re.IGNORECASE | re.DOTALL)
_STYLE_LINK = re.compile(r"<link\b(?=[^<>]*\bstylesheet\b)[^<>]*+>", re.IGNORECASE)
_MEDIA = re.compile(r"\bmedia\s*=\s*(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_HEAD = re.compile(r"<head\b[^<>]*+>", re.IGNORECASE)
_IMAGE_SOURCE = re.compile(r"(<img\b[^<>]*?\bsrc\s*+=\s*+)(\"[^\"]*+\"|'[^']*+')", re.IGNORECASE)


def for_frame(html: str, scheme: Scheme) -> str:
    """Return the message's HTML for the frame: links open outside, the scheme is as asked.

    A frame cannot be told a colour scheme without a script, so the queries for it in the
    message's own styles are answered here.
    """
    return into_head(for_scheme(html, scheme), '<base target="_blank">')


def for_scheme(html: str, scheme: Scheme) -> str:
    """Return the HTML as it looks where a person prefers `scheme`, whatever this machine prefers.

    Only styles and `media` attributes are changed, never words that speak of such a query.
    """
    if scheme == "auto":
        return html

    def answered(found: re.Match[str]) -> str:
        return _SCHEME_QUERY.sub(
            lambda query: "(min-width:0)" if query[1].lower() == scheme else "(max-width:0)",
            found[0],
        )

    html = _MEDIA.sub(answered, _STYLE.sub(answered, html))
    return into_head(html, f"<style>:root{{color-scheme:{scheme} only!important}}</style>")


def without_styles(html: str) -> str:
    """Return the HTML as clients show it that remove every style sheet from a message."""
    return _STYLE_LINK.sub("", _STYLE.sub("", html))


def into_head(html: str, addition: str) -> str:
    """Return the HTML with `addition` at the start of its head, else of the document."""
    head = _HEAD.search(html)
    return html[: head.end()] + addition + html[head.end() :] if head else addition + html


def image_sources(html: str) -> Iterator[str]:
    """Yield the address of each picture, as written in the HTML, without its quotes."""
    return (found[2][1:-1] for found in _IMAGE_SOURCE.finditer(html))


def with_sources(html: str, addresses: Mapping[str, str]) -> str:
    """Return the HTML with pictures elsewhere.

    Args:
        html: a document.
        addresses: new ones by those that stand in the HTML now, both as attributes have them.
    """
    return _IMAGE_SOURCE.sub(
        lambda found: f'{found[1]}"{addresses.get(found[2][1:-1], found[2][1:-1])}"', html
    )
