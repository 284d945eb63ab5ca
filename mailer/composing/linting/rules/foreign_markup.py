"""Marks of other dialects of Markdown that readers would see: `==marks==`, `$math$`, `[[wiki]]`."""

import re
from collections.abc import Iterator

from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.rule import Check, Hit, Rule
from mailer.composing.linting.rules.foreign_tags import foreign_tags
from mailer.composing.linting.scan.fields import is_escaped

RULES: tuple[Rule, ...] = ()
"""Finds `markup-shown`, whose card is in `shown`."""

_MATH = (
    r"\\[A-Za-z]{2}|\^|(?<![A-Za-z])[A-Za-z]_[\w{]"
    r"|[A-Za-z)}][ ]?(?:[=<>+*/-]|\\le|\\ge)[ ]?[\w(\\]|\d[ ]?[=<>+*/-][ ]?[a-z(\\]"
)
"""What makes a formula of what stands between dollars, which prices do, too."""
_FORMULA = re.compile(rf"[A-Za-z]|\\[A-Za-z]+|(?:(?!{_MATH})[^\n])*(?:{_MATH})[^\n]*")
_DIALECTS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("==", "'==' marks nothing here: write **strong** or *emphasis*", re.compile(
        r"(?<![=\w!<>:+*/-])==(?=[^\s=])[^=\n]{1,160}(?<=[^\s=!<>])==(?![=\w])"
    )),
    ("++", "'++' underlines nothing here: write *emphasis*", re.compile(
        r"(?<![+\w])\+\+(?=[^\s+])(?!\w+ (?:and|or|und|et|y|o|vs\.?) \w+\+\+)[^+\n]{1,160}"
        r"(?<=[^\s+])\+\+(?![+\w])"
    )),
    ("~", "'~' makes no small letters here: write the character, such as \u2082", re.compile(
        r"(?<=[A-Za-z)\]])~[A-Za-z0-9+-]{1,8}~(?!~)"
    )),
    ("^", "'^' makes no small letters here: write the character, such as \u00b2", re.compile(
        r"(?<=[A-Za-z0-9)\]])\^[A-Za-z0-9+-]{1,8}\^(?![\^\w])"
    )),
    ("^[", "'^[' makes no footnote here: write [^1], and '[^1]: The note.' on a line of its own",
        re.compile(r"\^\[(?=[^\s\]])[^\[\]\n]{1,300}\](?!\()")),
    ("[[", "double brackets make no link here: write [words](https://...)", re.compile(
        r"!?(?<!\[)\[\[(?=[^\s\d\[\]])[^\[\]\n]{1,120}\]\](?![(\[\]])"
    )),
    ("[", "no contents are made here: 'contents: true' in the front matter lists the sections",
        re.compile(r"^[ \t]*\[TOC\][ \t]*$", re.IGNORECASE | re.MULTILINE)),
    (":", "readers see the emoji's name: type the emoji as such", re.compile(
        r"(?<![\w:/\\`])(?<!\d ):(?:[+-]1|[a-z][a-z0-9]*(?:[_-][a-z0-9]+){0,6}):(?![\w:/`])"
    )),
    ("{", "attributes in braces mean nothing here", re.compile(
        r"\{:[ ]?[\w.#][^{}\n]{0,80}\}|(?<![)\]])\{[.#][A-Za-z][\w-]*(?:[ ][^{}\n]{1,80})?\}"
    )),
    ("[", "readers see WordPress's shortcode", re.compile(
        r"\[(?:caption|gallery|embed|audio|video|playlist)(?:[ ][\w-]+=[^\]\n]{1,200})\]"
        r"|\[/(?:caption|gallery|embed|audio|video|playlist)\]"
    )),
    ("$", "formulas are not set here: write it in words, or use a picture", re.compile(
        r"(?<![\w$\\])\$\$(?=[^$\s])[^$\n]{1,300}\$\$(?![\w$])"
        r"|(?<![\w$\\])\$(?=[^$\s])[^$\n]{1,200}(?<=[^\s\\$])\$(?![\w$])"
    )),
)  # fmt: skip
"""What each begins with, so that most are not searched; what to say; and the whole of it."""


def check_dialects(lintable: Lintable) -> Iterator[Hit]:
    """Look for marks of other dialects, of each kind the first on a line."""
    document = lintable.document
    words = document.words
    tags = {start for start, _ in foreign_tags(lintable)} if "[[" in words else set()
    for begin, message, pattern in _DIALECTS:
        if begin not in words:
            continue
        told = 0
        for found in pattern.finditer(words):
            line, _ = document.source.place(found.start())
            if line != told and found.start() not in tags and _is_one(found):
                told = line
                yield Hit("markup-shown", message, found.start(), found.end())


def _is_one(found: re.Match[str]) -> bool:
    if is_escaped(found.string, found.start()):
        return False
    if found[0].startswith("$"):
        return bool(_FORMULA.fullmatch(found[0].strip("$")))
    if found[0].startswith(("{.", "{#")):
        line = found.string[found.string.rfind("\n", 0, found.start()) + 1 : found.start()]
        return not line.lstrip(" \t>").startswith("#")
    return True


CHECKS: tuple[Check, ...] = (check_dialects,)
