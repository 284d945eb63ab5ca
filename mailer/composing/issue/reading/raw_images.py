"""Picture files that raw MJML names: found, so that they are hosted, and replaced by where."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from urllib.parse import quote

from markupsafe import escape

from mailer.composing.issue.hosted_image import HostedImage
from mailer.composing.issue.reading.source import Source
from mailer.composing.issue.tree import Image

FILE_NAME = re.compile(r"(?![/\\#?~]|[A-Za-z][A-Za-z0-9+.-]*:)[^\s{}][^{}]*")
"""What can be a file beside the issue, rather than an address."""

_TAG = re.compile(r"<[a-zA-Z](?:[^<>\"]|\"[^\"]*\")*>")
_SOURCE = re.compile(r"(?P<name>(?<![\w-])(?:src|background-url)=\")(?P<file>[^\"]*)(?=\")")
_ALT = re.compile(r"(?<![\w-])alt=\"([^\"]*)\"")
_WIDTH = re.compile(r"(?<![\w-])width=\"(\d{1,4})(?:px)?\"")
_UNQUOTED = "/%!$&'()*+,;=@~"


def file_source(name: str) -> str:
    """Return a file's name as sources of pictures are written: percent-encoded."""
    return quote(name, safe=_UNQUOTED)


def images_in(text: str, *, line: int, source: Source) -> tuple[Image, ...]:
    """Return the pictures of a fragment that are files; it begins on `line` of the issue."""
    return tuple(_images(text, line, source))


def _images(text: str, first_line: int, source: Source) -> Iterator[Image]:
    for tag in _TAG.finditer(text):
        for found in _SOURCE.finditer(tag[0]):
            name = unescape(found["file"]).strip()
            if not FILE_NAME.fullmatch(name):
                continue
            line = first_line + text.count("\n", 0, tag.start() + found.start())
            whole = source.lines[line - 1] if line <= len(source.lines) else ""
            alt, width = _ALT.search(tag[0]), _WIDTH.search(tag[0])
            yield Image(
                src=file_source(name),
                alt=unescape(alt[1]) if alt else "",
                caption=(),
                url="",
                line=line,
                width=int(width[1]) if width and "src" in found["name"] else None,
                column=whole.find(found[0]) + len(found["name"]) + 1,
            )


def with_hosted(text: str, images: Mapping[str, HostedImage]) -> str:
    """Return a fragment in which hosted files have their addresses."""

    def address(found: re.Match[str]) -> str:
        hosted = images.get(file_source(unescape(found["file"]).strip()))
        return f"{found['name']}{escape(hosted.url)}" if hosted else found[0]

    return _TAG.sub(lambda tag: _SOURCE.sub(address, tag[0]), text)
