"""What looks like Markdown and is none, boxes with nothing in them, readers who get nothing."""

import re
from collections.abc import Iterator

from mailer.composing.issue.reading.parser import parse
from mailer.composing.issue.reading.source import Source, normalise
from mailer.composing.issue.tree import (
    Block,
    Callout,
    Issue,
    ListBlock,
    Paragraph,
    Quote,
    Section,
    Sponsor,
    Table,
    Text,
    blocks_of,
    nodes_in,
    plain_text,
)
from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.rule import Check, Hit, Rule

RULES = (
    Rule(
        "markup-shown",
        Severity.WARNING,
        "marks of Markdown that were not recognised",
        "Readers see the marks as they were typed.",
        'Write it as docs/issue-format.md, "Text", says; to show a mark as such, write \\ before'
        " it.",
    ),
    Rule(
        "code-unclosed",
        Severity.WARNING,
        "code that does not end",
        "Readers see what follows as code, with its marks.",
        "End it with a line of the same marks as its first; around code that has such lines, put"
        " longer ones.",
    ),
    Rule(
        "part-empty",
        Severity.WARNING,
        "an empty box, quote or list entry",
        "Readers see an empty frame, or a bullet without text.",
        "Fill it, or take it out.",
    ),
    Rule(
        "variant-empty",
        Severity.ERROR,
        "no content outside the `:::only` parts",
        "Whoever gets none of these parts, and the web archive, gets an issue without text.",
        "Say something to everybody, or name a segment when sending and allow this here.",
    ),
)

_TOUCH = "it must touch the words, and not stand between a mark and a letter"
_UNDERLINE = re.compile(r"[ \t>]*={3,}[ \t]*")
_DASHES = re.compile(r"[ \t>]*+\|?+(?:[ \t]*+:?+-++:?+[ \t]*+\|)+(?:[ \t]*+:?+-++:?+[ \t]*+)?")
_GLUED = re.compile(r"[ \t>]*\#{2,6}(?=[^\s\#])")
_ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]", re.IGNORECASE)
_FENCE = re.compile(
    r"(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*(?P<mark>`{3,}+|~{3,}+)[ \t]*+(?P<info>[^`\n]*+)$"
)
_STARS = re.compile(
    r"(?<![*\w])\*\*[^*\s][^*]{0,11}|[^*]{0,11}[^*\s\d]\*\*(?![*\w])|\*\* [^*]{1,80} \*\*"
)


def check_lines(lintable: Lintable) -> Iterator[Hit]:
    """Look for headings and tables that were not made."""
    if not lintable.issue:
        return
    document = lintable.document
    tables = {each.line for each in blocks_of(lintable.issue) if isinstance(each, Table)}
    for begin, end in document.paragraphs:
        at = begin
        for line in document.masked.prose[begin:end].split("\n"):
            message = _line(line, is_first=at == begin)
            number = document.source.place(at)[0]
            if message and not (_DASHES.fullmatch(line) and number - 1 in tables):
                start = at + len(line) - len(line.lstrip(" \t>"))
                yield Hit("markup-shown", message, start, at + len(line.rstrip()))
            at += len(line) + 1


def check_code(lintable: Lintable) -> Iterator[Hit]:
    """Look for code without an end: at the end of the file, or where the next code begins."""
    text = lintable.document.source.text
    for start, end in lintable.document.masked.code:
        first, *lines = text[start:end].rstrip().split("\n")
        opened = _FENCE.match(first)
        if not opened:
            continue
        mark = opened["mark"]
        marks = [found for line in lines if (found := _FENCE.match(line))]
        again = [each for each in marks if each["info"] and each["mark"].startswith(mark)]
        is_closed = any(each["mark"].startswith(mark) and not each["info"] for each in marks)
        if again:
            message = f"the code goes on to the next {again[0]['mark']}{again[0]['info'][:30]}"
        elif not is_closed and end >= len(text.rstrip()):
            message = "the code goes on to the end of the file"
        else:
            continue
        yield Hit("code-unclosed", message, start + opened.start("mark"), start + len(first))


def _line(line: str, *, is_first: bool) -> str:
    if _GLUED.match(line):
        return "no heading without a space after '#'"
    if is_first:
        return ""
    if _UNDERLINE.fullmatch(line):
        return "a line of '=' makes no heading here: begin the heading with '## '"
    if "|" in line and _DASHES.fullmatch(line):
        return "no table: the row above needs as many cells as this one, and an empty line above it"
    return ""


def check_words(lintable: Lintable) -> Iterator[Hit]:
    """Look for emphasis that was not made, and for GitHub's alerts."""
    for block in blocks_of(lintable.issue) if lintable.issue else ():
        match block:
            case Quote((Paragraph((Text(text), *_)), *_)) if found := _ALERT.match(text):
                kind = found[1].lower().replace("caution", "warning")
                message = f"{found[0]} is GitHub's: write a box, '::: {kind}' to ':::'"
                yield from _where(found[0], block, lintable, message)
            case Paragraph(children):
                texts = (node.text for node in nodes_in(children) if isinstance(node, Text))
                if found := next(filter(None, map(_STARS.search, texts)), None):
                    message = f"'**' is shown: {_TOUCH}"
                    yield from _where(found[0], block, lintable, message)
            case _:
                pass


def _where(words: str, block: Block, lintable: Lintable, message: str) -> Iterator[Hit]:
    """Yield the finding where `words` stand in a block's text, if they do so as they are shown."""
    document = lintable.document
    start = document.source.line_range(block.line)[0]
    end = next((end for begin, end in document.paragraphs if begin <= start < end), start)
    at = document.masked.prose.find(words, start, end)
    if at >= 0:
        yield Hit("markup-shown", message, at, at + len(words))


def check_parts(lintable: Lintable) -> Iterator[Hit]:
    """Look for boxes, quotes and entries of lists that are empty."""
    for block in blocks_of(lintable.issue) if lintable.issue and lintable.compiled else ():
        message = _emptiness(block)
        if message:
            start, end = lintable.document.source.line_range(block.line)
            yield Hit("part-empty", message, start, end)


def _emptiness(block: Block) -> str:
    match block:
        case Callout(blocks=()) | Sponsor(blocks=()):
            return "the box is empty"
        case Quote(blocks=()):
            return "the quote is empty"
        case ListBlock(entries) if () in entries:
            return f"entry {entries.index(()) + 1} of the list is empty"
    return ""


def check_everybody(lintable: Lintable) -> Iterator[Hit]:
    """Look at what those get who see none of the parts for some."""
    issue = lintable.issue
    if not issue or not issue.conditions or not lintable.compiled:
        return
    source = Source(normalise(lintable.document.source.text), lintable.path)
    left = parse(source, shown=frozenset())
    if not _has_text(left):
        start = lintable.document.masked.prose.find(":::", lintable.document.front.body)
        yield Hit("variant-empty", "everything stands in ':::only' parts", start, start + 3)
        return
    filled = {section.line for section in issue.sections if _is_filled(section)}
    for section in left.sections:
        if section.line in filled and not _is_filled(section):
            start, end = lintable.document.source.line_range(section.line)
            name = plain_text(section.name)[:60]
            message = f"nothing stands below {name!r} for those who see no ':::only' part"
            yield Hit("section-empty", message, start, end)


def _has_text(issue: Issue) -> bool:
    return bool(issue.introduction or issue.closing or any(map(_is_filled, issue.sections)))


def _is_filled(section: Section) -> bool:
    return bool(section.items or section.introduction)


CHECKS: tuple[Check, ...] = (check_lines, check_code, check_words, check_parts, check_everybody)
