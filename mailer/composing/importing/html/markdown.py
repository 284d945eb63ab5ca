"""A document to the lines of an issue file."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from mailer.composing.importing.html.document import (
    EMPHASIS,
    STRONG,
    Block,
    Blocks,
    Callout,
    Code,
    Comment,
    Footnote,
    Heading,
    Image,
    ListBlock,
    Paragraph,
    Quote,
    Rule,
    Run,
    Runs,
    Table,
    text_of_runs,
)
from mailer.composing.importing.html.emphasis import escape_words, inline, markdown_target

_SECTION, _ITEM, _SMALL = 2, 3, 4
_NBSP = "&nbsp;"
_FENCES = re.compile(r"`{3,}")
_UNCLEAN_INFO = re.compile(r"[^\w+#.-]")


@dataclass(slots=True)
class BodyWriter:
    """Writes blocks as lines of Markdown.

    Args:
        levels: heading level in the issue by that in the source.
    """

    levels: dict[int, int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    after_item: bool = False
    bullets: tuple[str, str] = ("", "")

    def write(self, blocks: Blocks) -> None:
        """Add blocks, each after an empty line."""
        for block in blocks:
            found = list(self._top(block))
            if found:
                self.lines += ["", *found]

    def _top(self, block: Block) -> Iterator[str]:
        if isinstance(block, Heading):
            yield from self._heading(block)
            return
        lines = list(self.block(block, top=True))
        if self.after_item and isinstance(block, Paragraph) and _reads_as_title(block):
            lines[-1] += _NBSP
        if not isinstance(block, Image | Comment):
            self.after_item = False
        yield from lines

    def _heading(self, block: Heading) -> Iterator[str]:
        level = self.levels.get(block.level, _SMALL)
        text = heading_text(block.runs)
        if text:
            self.after_item = level == _ITEM
            name = f" {{#{block.name}}}" if block.name else ""
            yield f"{'#' * level} {text}{name}"

    # --- blocks, wherever they stand --------------------------------------------------------

    def block(self, block: Block, *, top: bool = False) -> Iterator[str]:
        """Yield the lines of a block."""
        match block:
            case Paragraph():
                yield from _paragraph(block)
            case Heading(_, runs):
                yield f"#### {heading_text(runs)}"
            case Code():
                yield from _code(block)
            case Table():
                yield from _table(block)
            case Image():
                yield from _image(block)
            case Rule():
                yield "---" if top else "***"
            case Comment(text):
                yield text
            case _:
                yield from self._outer(block)

    def _outer(self, block: Block) -> Iterator[str]:
        """Yield the lines of a block that holds others."""
        match block:
            case ListBlock():
                yield from self._list(block)
            case Quote(blocks):
                yield from (f"> {line}".rstrip() for line in self._nested(blocks))
            case Callout(title, blocks):
                yield f"::: note {one_line(title)}".rstrip()
                yield from self._nested(blocks)
                yield ":::"
            case Footnote(label, blocks):
                yield from _indented(f"[^{label}]: ", list(self._nested(blocks)), "    ")

    def _nested(self, blocks: Blocks, *, is_tight: bool = False) -> Iterator[str]:
        is_first = True
        for block in blocks:
            lines = list(self.block(block))
            if lines and any(lines):
                yield from [] if is_first or is_tight else [""]
                yield from lines
                is_first = False

    def _list(self, block: ListBlock) -> Iterator[str]:
        """Yield a list; one right after another list has other marks, or they would be one."""
        is_loose = any(len(entry) > 1 and not _is_tight(entry) for entry in block.entries)
        bullet, stop = self._marks(block)
        number = block.start
        is_first = True
        for entry in block.entries:
            lines = list(self._nested(entry, is_tight=not is_loose))
            if not any(lines):
                continue
            mark = bullet if number is None else f"{number}{stop}"
            number = None if number is None else number + 1
            yield from [""] if is_loose and not is_first else []
            yield from _indented(f"{mark} ", lines, " " * (len(mark) + 1))
            is_first = False

    def _marks(self, block: ListBlock) -> tuple[str, str]:
        last = next((line for line in reversed(self.lines) if line), "")
        kind = r"\s*(?:> ?)*- " if block.start is None else r"\s*(?:> ?)*\d+\. "
        is_other = re.match(kind, last) is not None or last.startswith(("  ", "    "))
        return ("*", ")") if is_other else ("-", ".")


def _paragraph(block: Paragraph) -> Iterator[str]:
    comments, runs = _parted(block.runs)
    text = inline(runs)
    yield from comments if text else comments[:-1]
    if not text:
        return
    yield from f"{text}{{.button}}".split("\n") if block.button else text.split("\n")


def _parted(runs: Runs) -> tuple[list[str], Runs]:
    """Part a paragraph from the comments at its head, which would hide all to the next one."""
    comments: list[str] = []
    rest = list(runs)
    while rest and (_is_comment(rest[0]) or not rest[0].text.strip()):
        run = rest.pop(0)
        comments += [run.text, ""] if _is_comment(run) else []
    return comments, rest


def _is_comment(run: Run) -> bool:
    return run.markdown and run.text.startswith("<!--")


def _is_tight(entry: Blocks) -> bool:
    """Whether an entry is a paragraph with a list right below it."""
    lists = [block for block in entry[1:] if isinstance(block, ListBlock)]
    return len(entry) == 2 and len(lists) == 1 and lists[0].start in {None, 1}  # noqa: PLR2004


def _indented(first: str, lines: list[str], rest: str) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield (first + line).rstrip() if not number else (rest + line if line else "")


def _reads_as_title(block: Paragraph) -> bool:
    """Whether the format would take a paragraph below an item's heading for its title."""
    if block.button:
        return False
    links = {run.link for run in block.runs}
    is_link = len(links) == 1 and None not in links
    return is_link or all(STRONG in run.styles or run.text == "\n" for run in block.runs)


def heading_text(runs: Runs) -> str:
    """Return a heading's Markdown: one line, without emphasis of the whole."""
    words = [run for run in runs if run.markdown or run.text.strip()]
    if all(STRONG in run.styles for run in words):
        runs = [replace(run, styles=run.styles - {STRONG}) for run in runs]
    text = one_line(runs)
    if text.endswith("#"):
        return f"{text[:-1]}\\#"
    return f"{text}{_NBSP}" if text.endswith("}") and not text.endswith("}}") else text


def one_line(runs: Runs) -> str:
    """Return runs as one line of Markdown."""
    flat = [run if run.markdown else replace(run, text=run.text.replace("\n", " ")) for run in runs]
    return inline(flat)


def _code(block: Code) -> Iterator[str]:
    longest = max((len(ticks) for ticks in _FENCES.findall(block.text)), default=2)
    fence = "`" * max(3, longest + 1)
    yield fence + _UNCLEAN_INFO.sub("", block.language)[:40]
    yield from re.split(r"\r\n|\n|\r", block.text)
    yield fence


def _table(block: Table) -> Iterator[str]:
    rules = {"left": ":---", "right": "---:", "center": ":---:"}
    yield _row(block.header)
    yield f"| {' | '.join(rules.get(align, '---') for align in block.aligns)} |"
    for row in block.rows:
        yield _row(row)


def _row(cells: list[Runs]) -> str:
    return f"| {' | '.join(one_line(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _image(block: Image) -> Iterator[str]:
    width = f"{{width={block.width}}}" if block.width else ""
    image = f"![{escape_words(block.alt)}]({markdown_target(block.src)}){width}"
    yield f"[{image}]({markdown_target(block.link.url)})" if block.link else image
    caption = [replace(run, styles=run.styles - {EMPHASIS, STRONG}) for run in block.caption]
    if text := one_line(caption):
        yield f"*{text}*"


def heading_levels(blocks: Blocks) -> dict[int, int]:
    """Return the issue's heading levels by those of the source, whose first may be any.

    The uppermost that is used becomes a section, the next an item, the rest small headings.
    """
    used = sorted({block.level for block in blocks if isinstance(block, Heading)})
    return {level: min(_SECTION + at, _SMALL) for at, level in enumerate(used)}


def quoted(text: str) -> str:
    """Return a value for the front matter, in which nothing is a merge field."""
    while "{{" in text:
        text = text.replace("{{", "{ {")
    return json.dumps(text, ensure_ascii=False)


def plain(runs: Runs) -> str:
    """Return the words of runs."""
    return text_of_runs(runs)
