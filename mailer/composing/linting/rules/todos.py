"""Marks of unfinished work: TODO, FIXME and their kind, in the text and in comments."""

import re
from collections.abc import Iterator

from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.rule import Check, Hit, Rule

RULES = (
    Rule(
        "todo-left",
        Severity.ERROR,
        "a TODO is left",
        "Its author meant to come back to it before anybody reads it.",
        "Finish it, and take the mark out.",
    ),
)

_TODO = re.compile(
    r"\b(?:TODO|FIXME|TBD|TKTK|TK TK|XXX+)\b|^[ \t>*-]*(?P<small>[Tt]odo|[Ff]ixme)(?=:[ \t])",
    re.MULTILINE,
)
_WORD_LANGUAGES = {"es", "pt", "gl", "ca", "ast", "an"}
"""Where "todo" is a word, and so TODO one in a heading in capitals."""
_NUMBER = r"[$€£¥]\s?XX\b|\bXX\s?[%€£¥]|\bXX[:/.]XX\b"
"""Where a number was to come, in every language."""
_GAP = re.compile(rf"{_NUMBER}|\bXX\b|\bTK\b|\btktk\b")
_CENTURY = re.compile(
    r"\b(?:s[eiéè]+[cg]l|s[eé]c|s[ée]cul|wiek|w\.|век|в\.|sajandi|století|század|y\u00fczy\u0131l|mend|centur"
    r"|chromosome|karyotype|genotype|female|women|XY\b)",
    re.IGNORECASE,
)
_NOT_GAPS = _WORD_LANGUAGES | {"fr", "it", "ro", "pl", "ru", "uk", "tr", "la", "eu"}
"""Where XX is mostly the twentieth; a sum that is missing still shows."""
_PART_BEFORE = re.compile(r"[\w.&/'\u2019-]$|\d ?$")
_PART_AFTER = re.compile(r"[ -]?\d|[.&/'\u2019-]\w|&")
_IN_COMMENT = re.compile(r"\b(?:TODO|FIXME|TBD|TKTK|XXX+)\b", re.IGNORECASE)
_BEFORE_A_NAME = re.compile(r"\s+(?:[A-Z][a-z]+|[IVX]+\b)|-\w")
_AFTER_A_NAME = re.compile(r"\b[A-Z][a-z]+ $|\w-$")
_LONGEST = 80


def check_todos(lintable: Lintable) -> Iterator[Hit]:
    """Look for marks of unfinished work, in the text and in comments."""
    document = lintable.document
    is_word = _language(lintable) in _WORD_LANGUAGES
    for found in _TODO.finditer(document.words):
        if not _is_innocent(found, is_word=is_word):
            start = found.start("small") if found["small"] else found.start()
            yield _todo(lintable, start, found["small"] or found[0])
    yield from _gaps(lintable)
    for note in document.notes:
        if not note.words.lower().startswith("lint:"):
            mark = _IN_COMMENT.search(document.source.text, note.start, note.end)
            if mark and not (is_word and mark[0].islower()):
                yield _todo(lintable, mark.start(), mark[0])


def _is_innocent(found: re.Match[str], *, is_word: bool) -> bool:
    """Tell whether what looks like a mark is a common word, or a number."""
    before = found.string[max(found.start() - 40, 0) : found.start()]
    after = found.string[found.end() : found.end() + 40]
    if found[0].startswith("XXX"):
        return _is_number(before, after)
    return is_word and (bool(found["small"]) or (found[0] == "TODO" and after[:1] != ":"))


def _gaps(lintable: Lintable) -> Iterator[Hit]:
    """Look for XX where a number or name was to come, and TK, which editors write for "to come"."""
    words = lintable.document.words
    may_be_words = _language(lintable) in _NOT_GAPS | {"de"}
    for found in _GAP.finditer(words):
        is_plain = found[0] in {"XX", "TK"}
        if is_plain and (may_be_words or _is_name(found)):
            continue
        yield _todo(lintable, found.start(), found[0])


def _is_name(found: re.Match[str]) -> bool:
    """Tell whether XX is a number or a chromosome, or TK the initials of something."""
    before = found.string[max(found.start() - 40, 0) : found.start()].rpartition("\n")[2]
    after = found.string[found.end() : found.end() + 40].partition("\n")[0]
    if _CENTURY.search(before) or _CENTURY.search(after):
        return True
    is_part = _PART_BEFORE.search(before) or _PART_AFTER.match(after)
    return bool(is_part) or _is_number(before, after)


def _todo(lintable: Lintable, start: int, mark: str) -> Hit:
    rest = lintable.document.source.text[start : start + 200].split("\n", 1)[0]
    rest = rest.split("-->", 1)[0].rstrip()[:_LONGEST]
    return Hit("todo-left", f"{mark} is left", start, start + max(len(rest), len(mark)))


def _is_number(before: str, after: str) -> bool:
    """Tell whether XXX is thirty, the XXX Olympiad, or part of a number, AB-2026-XXX-01."""
    return bool(_BEFORE_A_NAME.match(after)) or bool(_AFTER_A_NAME.search(before))


def _language(lintable: Lintable) -> str:
    value = lintable.document.front.values.get("language")
    return value.value.lower().partition("-")[0] if value else ""


CHECKS: tuple[Check, ...] = (check_todos,)
