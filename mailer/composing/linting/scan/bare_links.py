"""Bare addresses in the text, which many mail programs turn into links."""

import re
from collections.abc import Iterator

from markdown_it.common.utils import unescapeAll

from mailer.composing.linting.scan.spans import LinkKind, LinkSpan, Spans, Target

_BARE = re.compile(r"(?<![\w@/.<\"'=])(?<!\]\()(?:https?://|www\.)[^\s<>\[\]\"'`|]+", re.IGNORECASE)
_TRAILING = ".,;:!?"


def bare_links(prose: str, found: Spans) -> Iterator[LinkSpan]:
    """Yield the addresses in `prose` that no link or image that was `found` covers."""
    covered = bytearray(len(prose) + 1)
    taken = [(span.start, span.end) for span in found.links]
    taken += [(span.start, span.end) for span in found.images]
    for start, end in taken:
        covered[start:end] = b"\x01" * (end - start)
    for match in _BARE.finditer(prose):
        if not covered[match.start()]:
            written = _trimmed(match[0])
            target = Target(unescapeAll(written), match.start(), match.start() + len(written))
            yield LinkSpan(LinkKind.BARE, written, target, target.start, target.end)


def _trimmed(url: str) -> str:
    """Return a bare address without the sentence's own marks at its end."""
    while url:
        if url[-1] in _TRAILING + "*_~" or (url[-1] == ")" and url.count(")") > url.count("(")):
            url = url[:-1]
        else:
            break
    return url
