"""Rule: the HTML's size as Gmail counts it, and what takes the most of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailer.composing.linting.compat.options import CompatOptions
from mailer.composing.linting.compat.wording import shortened
from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule
from mailer.message.compiled import UNSUBSCRIBE_URL

CLIPPED = Rule(
    "size-clipped",
    Severity.WARNING,
    "HTML so large that Gmail cuts it off",
    "Gmail cuts off what comes after about 102,000 bytes of HTML: the end of the issue, and the"
    " unsubscribe link with it, hide behind a link.",
    "Leave something out, or link to the rest on the web.",
)
RULES = (CLIPPED,)

GMAIL_CLIP_BYTES = 102_000
_MOST = 3

_LINE = re.compile(r'(?<!\s)\s++data-line="(\d{1,8})"')
_HREF = re.compile(r"(<a\b[^<>]*?\shref=)\"(https?://[^\"]*)\"", re.IGNORECASE)
_HEADING = re.compile(
    r"<(h[1-4])\b([^<>]*+)>([^<]*+(?:<(?!/?h[1-4]\b)[^<]*+)*)</\1>", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>")
_BODY = re.compile(r"<body\b", re.IGNORECASE)
_TABLE = re.compile(r"<(?:table|h[1-4])\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the message.

    Args:
        name: its heading's words.
        line: in the author's file.
        size_bytes: of its HTML as it goes out.
        begin: bytes before it.
        level: of its heading; 0 for what stands before the first.
    """

    name: str
    line: int
    size_bytes: int
    begin: int
    level: int


@dataclass(frozen=True, slots=True)
class Size:
    """What the HTML weighs as it goes out, and its parts in order.

    Args:
        total_bytes: tokens filled, links as tracked.
        links: number of links that are counted.
        added_bytes: what tracking adds to the links as they are.
        parts: they make up the whole.
    """

    total_bytes: int
    links: int
    added_bytes: int
    parts: tuple[Part, ...]


def check_size(html: str, *, path: Path, options: CompatOptions) -> list[Finding]:
    """Return a finding where the HTML nears or passes what Gmail shows; else none.

    Args:
        html: the message as compiled, with tokens; `data-line` is not counted.
        path: the author's file.
        options: thresholds, and how long links and merge values are when it goes out.
    """
    sent, _ = _tracked(_filled(html, options), options.tracked_link_bytes)
    if len(sent.encode("utf-8", "replace")) < options.size_warn_bytes:
        return []
    size = measure(html, options)
    if size.total_bytes < options.size_warn_bytes:
        return []
    is_clipped = size.total_bytes >= options.size_error_bytes
    clipped_at = _part_at(size, GMAIL_CLIP_BYTES)
    heaviest = _heaviest(size)
    at = clipped_at if clipped_at and clipped_at.line > 1 else heaviest[0] if heaviest else None
    return [
        Finding(
            code=CLIPPED.code,
            severity=Severity.ERROR if is_clipped else Severity.WARNING,
            message=_message(size, clipped_at, options),
            path=path,
            line=at.line if at else 1,
            text=shortened(at.name) if at else "",
            why=CLIPPED.why,
            fix=_fix(size, heaviest, options),
            facts=_facts(size, clipped_at, heaviest),
        )
    ]


def measure(html: str, options: CompatOptions) -> Size:
    """Return what `html` weighs when it goes out."""
    filled = _filled(html, options)
    sent, links = _tracked(filled, options.tracked_link_bytes)
    parts = tuple(_parts(sent))
    total = sum(part.size_bytes for part in parts)
    plain = len(_LINE.sub("", filled).encode("utf-8", "replace"))
    return Size(total, links, total - plain, parts)


def _filled(html: str, options: CompatOptions) -> str:
    for slot in options.slots:
        is_link = slot.field == UNSUBSCRIBE_URL
        length = options.unsubscribe_url_bytes if is_link else options.field_bytes
        html = html.replace(slot.token, ("https://" if is_link else "").ljust(length, "x"))
    return html


def _tracked(html: str, length: int) -> tuple[str, int]:
    """Return `html` with links as long as a provider that counts clicks makes them."""
    links = len(_HREF.findall(html))
    if not length:
        return html, links
    tracked = "https://".ljust(length, "x")
    return _HREF.sub(lambda found: f'{found[1]}"{tracked}"', html), links


def _parts(html: str) -> Iterator[Part]:
    """Yield the message in parts that begin with a heading, each as many bytes as go out."""
    body = found.start() if (found := _BODY.search(html)) else 0
    yield Part("what the theme writes into the head", 1, _weight(html[:body]), 0, 0)
    begins = [(body, "what stands before the first heading", 1, 0), *_headings(html, body)]
    before = _weight(html[:body])
    for at, (begin, name, line, level) in enumerate(begins):
        end = begins[at + 1][0] if at + 1 < len(begins) else len(html)
        size = _weight(html[begin:end])
        yield Part(name, line, size, before, level)
        before += size


def _headings(html: str, body: int) -> Iterator[tuple[int, str, int, int]]:
    line, seen = 1, body
    for found in _HEADING.finditer(html, body):
        for place in _LINE.finditer(html, seen, found.end()):
            line = int(place[1])
        seen = found.end()
        name = " ".join(_TAG.sub(" ", found[3]).split())
        yield found.start(), name, line, int(found[1][1])


def _weight(html: str) -> int:
    return len(_LINE.sub("", html).encode("utf-8", "replace"))


def _part_at(size: Size, offset: int) -> Part | None:
    """Return the part in which the byte `offset` is; None where the message ends before."""
    parts = [part for part in size.parts if part.begin <= offset < part.begin + part.size_bytes]
    return parts[0] if parts else None


def _heaviest(size: Size) -> list[Part]:
    written = [part for part in size.parts if part.level > 1]
    return sorted(written, key=lambda part: -part.size_bytes)[:_MOST]


def _message(size: Size, clipped_at: Part | None, options: CompatOptions) -> str:
    words = f"{size.total_bytes:,} bytes of HTML"
    if options.tracked_link_bytes:
        words += f" with {size.links:,} tracked links"
    if clipped_at is None:
        return f"{words}: Gmail cuts off what comes after about {GMAIL_CLIP_BYTES:,}"
    name = shortened(clipped_at.name)
    return f"{words}: Gmail cuts it off at about {GMAIL_CLIP_BYTES:,}, in {name!r}"


def _fix(size: Size, heaviest: list[Part], options: CompatOptions) -> str:
    over = size.total_bytes - options.size_warn_bytes + 1
    words = [f"Cut {over:,} bytes"]
    items = [part for part in size.parts if part.level > 2]  # noqa: PLR2004 - below sections
    if issues := -(-size.total_bytes // options.size_warn_bytes):
        middle = sorted(part.size_bytes for part in items)[len(items) // 2] if items else 0
        if middle:
            words.append(f"that is about {-(-over // middle):,} of {len(items):,} items")
        if issues > 2:  # noqa: PLR2004 - where cutting is no help any more
            words.append(f"or make {issues:,} issues of it")
    if heaviest:
        named = ", ".join(
            f"{shortened(part.name)!r} in line {part.line} ({part.size_bytes:,})"
            for part in heaviest
        )
        words.append(f"the largest parts are {named}")
    if size.added_bytes > size.total_bytes // 5:
        words.append(f"tracked links add {size.added_bytes:,}: turn click tracking off")
    return f"{'; '.join(words)}."


def _facts(
    size: Size, clipped_at: Part | None, heaviest: list[Part]
) -> dict[str, str | int | float]:
    facts: dict[str, str | int | float] = {
        "bytes": size.total_bytes,
        "links": size.links,
        "tracking_bytes": size.added_bytes,
        "clip_line": clipped_at.line if clipped_at else 0,
        "head_bytes": size.parts[0].size_bytes,
    }
    for at, part in enumerate(heaviest, 1):
        facts[f"largest_{at}"] = part.name
        facts[f"largest_{at}_line"] = part.line
        facts[f"largest_{at}_bytes"] = part.size_bytes
    return facts
