"""A summary: the first sentences of an entry."""

# ruff: noqa: RUF001 - punctuation of many scripts

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby

from mailer.composing.drafts.feeds.html_text import Paragraph, Run
from mailer.composing.drafts.feeds.lines import one_line
from mailer.composing.issue.tree import Block, Blocks, Link, ListBlock, Text
from mailer.composing.issue.tree import Paragraph as Words
from mailer.composing.issue.writing import normal_blocks

USUAL_WORDS = 60
_OVERHANG = 1.5
"""A sentence that has begun may go on for so many times the words that were asked for."""

_CJK = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_CJK}]|[^\s{_CJK}]+")
_WIDE = re.compile(rf"[{_CJK}]")
_END = re.compile(
    r"(?<![.!?…])(?P<stop>[.!?…]++)[)\]\"'”’»]*+(?=\s++[\"'“‘«(\[¿¡$]*+[^\W_a-z])"
    r"|[。！？｡।۔؟]+[」』）\"”]*"
)
_ABBREVIATION_WORDS = """
prof dr mr mrs ms st vs no nos vol inc ltd co corp jr sr e.g i.e etc al fig figs eq eqs sec cf
approx u.s u.k u.n a.i v pp p ca resp ref refs thm tab bzw z.b d.h usw nr bd jan feb mar apr jun
jul aug sep sept oct nov dec
"""
_ABBREVIATIONS = frozenset(_ABBREVIATION_WORDS.split())
_LONGEST_ABBREVIATION = 12
_CUT_OFF = re.compile(r"(?<!\s)\s*+(?:\[(?:…|\.\.\.|&hellip;)\]|…|\.\.\.)\s*+$")
_FURNITURE = re.compile(
    r"the post .{1,300} (?:appeared first|first appeared) on .{1,200}"
    r"|(?:continue reading|read more|read on|keep reading|weiterlesen|lire la suite)\b.{0,200}"
    r"|(?:read|view|see|listen to|watch) (?:the )?(?:full|whole|entire|rest of|original)\b.{0,120}"
    r"|(?:click|tap) here to .{1,120}"
    r"|submitted by .{1,80}\[link\].{0,40}"
    r"|comments?|share|leave a comment|permalink|subscribe(?: now)?|source|via"
    r"|thanks for reading .{0,200}(?:subscribe|support).{0,120}",
    re.IGNORECASE,
)


def is_cut_off(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether a feed's own summary stops in mid-sentence."""
    kept = _authors_words(paragraphs)
    return bool(kept) and _CUT_OFF.search(kept[-1].text) is not None


def has_words(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether anything is left without what feeds put around their entries."""
    return bool(_authors_words(paragraphs))


def summarise(paragraphs: Sequence[Paragraph], *, words: int = USUAL_WORDS) -> Blocks:
    """Return the first sentences, in paragraphs and lists.

    Args:
        paragraphs: of the entry.
        words: about so many, to the end of a sentence; 0 for all of them.
    """
    kept = _authors_words(paragraphs)
    taken = kept if words == 0 else _bounded(kept, words)
    return normal_blocks(_joined(map(_block, taken)))


def _authors_words(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    kept = list(paragraphs)
    while kept and _is_furniture(kept[-1]):
        kept.pop()
    return kept


def _is_furniture(paragraph: Paragraph) -> bool:
    text = paragraph.text.strip(" .:→»›|[]…")
    return not text or _FURNITURE.fullmatch(text) is not None


def _bounded(paragraphs: Sequence[Paragraph], words: int) -> list[Paragraph]:
    """Return whole paragraphs while they fit, and of the next the sentences that do."""
    taken: list[Paragraph] = []
    left = float(words)
    for paragraph in paragraphs:
        size = _size(paragraph.text)
        if size > left:
            at = _cut(paragraph.text, left, is_first=not taken)
            return [*taken, _cut_to(paragraph, at)] if at else taken
        taken.append(paragraph)
        left -= size
    return taken


def _size(text: str) -> float:
    """Return the number of words; a CJK character counts for half a one."""
    return sum(0.5 if _WIDE.match(word) else 1 for word in _WORD.findall(text))


def _cut(text: str, words: float, *, is_first: bool) -> int:
    """Return after how many characters to stop: the last end of a sentence that fits.

    Where none does: 0, or, in the first paragraph, the end of its first sentence if that comes
    soon enough, else the last whole word (negative, for "goes on").
    """
    ends = [match.end() for match in _END.finditer(text) if not _abbreviates(text, match)]
    fitting = bisect_right(ends, words, key=lambda end: _size(text[:end]))
    if fitting:
        return ends[fitting - 1]
    if not is_first:
        return 0
    first = ends[0] if ends else len(text)
    if _size(text[:first]) <= words * _OVERHANG:
        return first
    return -_end_of_word(text, words)


def _end_of_word(text: str, words: float) -> int:
    left, end = words, 0
    for match in _WORD.finditer(text):
        left -= 0.5 if _WIDE.match(match[0]) else 1
        if left < 0:
            break
        end = match.end()
    return end or len(text)


def _abbreviates(text: str, match: re.Match[str]) -> bool:
    if match["stop"] != ".":
        return False
    before = text[max(0, match.start() - _LONGEST_ABBREVIATION) : match.start()].split(" ")
    word = before[-1].lower().lstrip("([\"'“‘$")
    return word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha())


def _cut_to(paragraph: Paragraph, end: int) -> Paragraph:
    """Return the first `end` characters of the paragraph's one-line text, links kept whole."""
    left = abs(end)
    runs: list[Run] = []
    for run in _one_line_runs(paragraph):
        if left <= 0:
            break
        runs.append(Run(run.text[:left], run.url))
        left -= len(run.text)
    if end < 0:
        runs.append(Run("…"))
    return Paragraph(runs, paragraph.is_listed)


def _one_line_runs(paragraph: Paragraph) -> list[Run]:
    """Return the runs with single blanks, so that together they are the paragraph's `text`."""
    runs: list[Run] = []
    ends_blank = True
    for run in paragraph.runs:
        text = one_line(f"x{run.text}x")[1:-1]
        if ends_blank:
            text = text.lstrip(" ")
        if not text:
            continue
        ends_blank = text.endswith(" ")
        if runs and runs[-1].url == run.url:
            runs[-1] = Run(runs[-1].text + text, run.url)
        else:
            runs.append(Run(text, run.url))
    if runs and ends_blank:
        runs[-1] = Run(runs[-1].text.rstrip(" "), runs[-1].url)
    return [run for run in runs if run.text]


def _block(paragraph: Paragraph) -> Block:
    """Return the block; one that is only a link is a list entry, lest it be taken for a title."""
    runs = _without_cut_mark(_one_line_runs(paragraph))
    is_listed = paragraph.is_listed or (len(runs) == 1 and bool(runs[0].url))
    words = (Link(run.url, (Text(run.text),)) if run.url else Text(run.text) for run in runs)
    block = Words(tuple(words), 0)
    return ListBlock(((block,),), None, 0) if is_listed else block


def _joined(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks, entries beside one another in one list."""
    for is_list, run in groupby(blocks, key=lambda block: isinstance(block, ListBlock)):
        if is_list:
            lists = (block.entries for block in run if isinstance(block, ListBlock))
            yield ListBlock(tuple(chain.from_iterable(lists)), None, 0)
        else:
            yield from run


def _without_cut_mark(runs: list[Run]) -> list[Run]:
    if runs and not runs[-1].url:
        text = _CUT_OFF.sub("…", runs[-1].text)
        return [*runs[:-1], Run(text)]
    return runs
