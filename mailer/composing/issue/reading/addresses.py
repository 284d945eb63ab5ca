"""Addresses of links and images, as far as a mail program can follow them."""

import re
from urllib.parse import unquote

from mailer.composing.issue.reading.inline_rules import NO_FIELD
from mailer.composing.issue.reading.merge import ADDRESS_FIELD
from mailer.composing.issue.reading.source import Source

LINK_SCHEMES = ("https:", "http:", "mailto:")
IMAGE_SCHEMES = ("https:", "http:")

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_ANCHOR = re.compile(r"#[A-Za-z][\w-]*")
_FIELD = "%7B%7B"
"""How markdown-it writes the braces of a merge field."""


def link_address(url: str, source: Source, line: int) -> str:
    """Return a link's address: a full one, an anchor, a merge field or empty.

    Raises:
        RenderError: it is something else.
    """
    field = ADDRESS_FIELD.fullmatch(unquote(url)) if _has_field(url, source) else None
    return f"{{{{{field[1]}}}}}" if field else _checked(url, LINK_SCHEMES, "a link", source, line)


def image_address(url: str, source: Source, line: int) -> str:
    """Return an image's address: a full one, a file's beside the issue or empty.

    Raises:
        RenderError: it is something else.
    """
    if not url or _SCHEME.match(url) or _FIELD in url:
        return _checked(url, IMAGE_SCHEMES, "an image", source, line)
    if url.startswith(("/", "\\", "#", "?")):
        raise source.error(
            f"an image is a full address (https://...) or a file beside the issue, not {url!r}",
            line=line,
            at=url,
        )
    return url


def _has_field(url: str, source: Source) -> bool:
    return _FIELD in url and "{{" in source.text


def _checked(url: str, schemes: tuple[str, ...], what: str, source: Source, line: int) -> str:
    if _has_field(url, source):
        raise source.error(NO_FIELD, line=line, at="{{")
    if url and not url.lower().startswith(schemes) and not _ANCHOR.fullmatch(url):
        written = unquote(url)
        raise source.error(
            f"{what} needs a full address ({' or '.join(schemes)}...), not {written!r}",
            line=line,
            at=written,
        )
    return url
