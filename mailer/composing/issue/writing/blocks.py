"""Blocks to lines of Markdown. Expects what `normal_blocks.normal_blocks` returns."""

import re
from collections.abc import Iterator, Sequence

from mailer.composing.issue.tree import (
    Block,
    Blocks,
    Button,
    Callout,
    CodeBlock,
    Comment,
    Emphasis,
    Image,
    Inlines,
    Link,
    ListBlock,
    Paragraph,
    Poll,
    Quote,
    RawMjml,
    Rule,
    Sponsor,
    Subheading,
    Table,
)
from mailer.composing.issue.writing.escaping import (
    escape_heading_end,
    escape_line_start,
    escape_text,
    write_address,
    write_comment,
)
from mailer.composing.issue.writing.inlines import write_line

_RULES = {"left": ":---", "right": "---:", "center": ":---:"}
_TICKS = re.compile(r"`{3,}")
_BULLETS, _STOPS = ("-", "*"), (".", ")")


def write_lines(blocks: Blocks, *, rule: str = "---") -> list[str]:
    """Return blocks as lines of Markdown, an empty line between two.

    Args:
        blocks: in their normal form.
        rule: how a thematic break is drawn.
    """
    lines: list[str] = []
    others = 0
    for before, block in zip((None, *blocks), blocks, strict=False):
        others = 1 - others if _would_join(before, block) else 0
        lines += [""] if lines else []
        lines += _block(block, rule, others)
    return lines


def _would_join(before: Block | None, block: Block) -> bool:
    """Whether two lists beside one another would be read as one, had they the same marks."""
    match before, block:
        case ListBlock(_, None), ListBlock(_, None):
            return True
        case ListBlock(_, int()), ListBlock(_, int()):
            return True
    return False


def _block(block: Block, rule: str, others: int) -> Iterator[str]:  # noqa: C901 - one case a kind
    match block:
        case Paragraph(children):
            yield from _lines_of(children)
        case Subheading(children, _, name):
            yield f"#### {write_heading(children, name=name)}"
        case Image():
            yield from write_image(block)
        case ListBlock():
            yield from _list(block, others)
        case Quote():
            yield from (f"> {line}" if line else ">" for line in _quoted(block))
        case CodeBlock(text, _, language):
            yield from _fenced(text, language)
        case RawMjml(text):
            yield from _fenced(text, "{=mjml}")
        case Table():
            yield from _table(block)
        case Rule():
            yield rule
        case Button(link, is_primary):
            yield f"{write_line((link,))}{{.button{'' if is_primary else ' .outline'}}}"
        case Comment(text):
            yield write_comment(text)
        case Callout() | Sponsor() | Poll():
            yield from _box(block)


def write_heading(words: Inlines, *, name: str = "", accent: str = "") -> str:
    """Return what stands behind the `#` of a heading, its anchor and accent included."""
    parts = [f"#{name}"] if name else []
    parts += [f"accent={accent}"] if accent else []
    attributes = f" {{{' '.join(parts)}}}" if parts else ""
    text = write_line(words)
    return f"{text if attributes else escape_heading_end(text)}{attributes}"


def write_image(image: Image) -> Iterator[str]:
    """Yield a picture's line, and that of its caption."""
    width = f"{{width={image.width}}}" if image.width else ""
    picture = (
        f"![{escape_text(image.alt, after=']', in_label=True)}]({write_address(image.src)}){width}"
    )
    yield f"[{picture}]({write_address(image.url)})" if image.url else picture
    if image.caption:
        yield from _lines_of((Emphasis(image.caption),))


def _lines_of(words: Inlines) -> Iterator[str]:
    """Yield words whose breaks end lines, none of which begins a block."""
    return (escape_line_start(line) for line in write_line(words).split("\n"))


def _list(block: ListBlock, others: int) -> Iterator[str]:
    is_loose = not all(map(_is_tight, block.entries))
    number = block.start
    bullet = _BULLETS[others]
    for at, entry in enumerate(block.entries):
        mark = bullet if number is None else f"{number + at}{_STOPS[others]}"
        lines = write_lines(entry, rule="---" if mark == "*" else "***")
        if not is_loose:
            lines = [line for line in lines if line] if len(entry) > 1 else lines
        yield from [""] if is_loose and at else []
        yield from _indented(f"{mark} ", lines)


def _is_tight(entry: Blocks) -> bool:
    """Whether an entry is one block, or a paragraph with a tight list right below it."""
    match entry:
        case (Paragraph(), ListBlock(entries, start)):
            return start in {None, 1} and all(map(_is_tight, entries))
        case (Paragraph() | Image() | Button(),):
            return True
    return False


def _indented(first: str, lines: Sequence[str]) -> Iterator[str]:
    indent = " " * len(first)
    for at, line in enumerate(lines):
        yield first + line if not at else indent + line if line else ""


def _quoted(block: Quote) -> list[str]:
    lines = write_lines(block.blocks, rule="***")
    if block.source:
        lines += ["", f"\u2014 {write_line(block.source)}"]
    return lines


def _fenced(text: str, info: str) -> Iterator[str]:
    longest = max((len(run) for run in _TICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    yield fence + info
    yield from text.split("\n") if text else ()
    yield fence


def _table(block: Table) -> Iterator[str]:
    yield _row(block.header)
    yield f"| {' | '.join(_RULES.get(align, '---') for align in block.aligns)} |"
    yield from map(_row, block.rows)


def _row(cells: tuple[Inlines, ...]) -> str:
    return f"| {' | '.join(write_line(cell, in_cell=True) for cell in cells)} |"


def _box(block: Callout | Sponsor | Poll) -> Iterator[str]:
    blocks: Blocks = block.blocks
    match block:
        case Callout(kind, title):
            opening: tuple[str, Inlines] = kind, title
        case Sponsor(name):
            opening = "sponsor", name
        case Poll(question, _, choices, line):
            opening = "poll", question
            blocks = (*blocks, _choices(choices, line))
    yield f"::: {opening[0]} {write_line(opening[1])}".rstrip(" ")
    yield from write_lines(blocks, rule="***")
    yield ":::"


def _choices(choices: tuple[Link, ...], line: int) -> ListBlock:
    return ListBlock(tuple((Paragraph((choice,), line),) for choice in choices), None, line)
