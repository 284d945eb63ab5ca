"""Rules: the plain-text part, which some readers and every filter look at."""

import re
from collections.abc import Iterator
from pathlib import Path

from mailer.composing.linting.compat.options import CompatOptions
from mailer.composing.linting.compat.required import contains
from mailer.composing.linting.compat.wording import shortened
from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule
from mailer.composing.themes.theme import TEXT_FILE
from mailer.message.compiled import UNSUBSCRIBE_URL

MISSING = Rule(
    "text-part-missing",
    Severity.ERROR,
    "a message without a plain-text part",
    "Readers of plain text, watches and some screen readers see nothing; filters count it against"
    " the message.",
    "Let the issue's text make it: do not empty it in the theme.",
)
THIN = Rule(
    "text-part-thin",
    Severity.WARNING,
    "a plain-text part that says much less than the HTML",
    "Readers of plain text miss most of it; filters count a difference against the message.",
    "Write the content of raw HTML in Markdown as well.",
)
MARKUP = Rule(
    "text-part-markup",
    Severity.WARNING,
    "HTML in the plain-text part",
    "Readers see the tags.",
    "Write it in Markdown.",
)
UNSUBSCRIBE = Rule(
    "text-part-unsubscribe-missing",
    Severity.ERROR,
    "a plain-text part without the unsubscribe link",
    "Readers of plain text cannot leave, and press Spam.",
    "Write {{ unsubscribe_url }} into the theme's text template.",
)
POSTAL = Rule(
    "text-part-postal-address-missing",
    Severity.ERROR,
    "a plain-text part without the sender's postal address",
    "The law asks for it in many countries. Source: CAN-SPAM Act, section 5(a)(5).",
    "Write {{ postal_address }} into the theme's text template.",
)
LONG_LINE = Rule(
    "text-part-long-line",
    Severity.WARNING,
    "a line of more than 998 characters in the plain-text part",
    "Mail servers may break it, and an address in it no longer works. Source: RFC 5322, 2.1.1.",
    "Shorten the address or the word.",
)
RULES = (MISSING, THIN, MARKUP, UNSUBSCRIBE, POSTAL, LONG_LINE)

_WORD = re.compile(r"\w+")
_MARKUP = re.compile(
    r"</?(?:p|div|table|tr|td|br|span|strong|em|a|img|h[1-6]|mj-[a-z]+)\b[^<>]*>|&(?:nbsp|amp|#\d+);"
)
_FEWEST = 10
_LEAST_SHARE = 0.4
_LONGEST = 998


def check_text(
    text: str, *, path: Path, options: CompatOptions, html_words: int = 0
) -> list[Finding]:
    """Return what is wrong with the plain-text part.

    Args:
        text: the part as compiled, with tokens.
        path: the author's file.
        options: slots, and the postal address that must be found.
        html_words: number of words that the HTML shows; 0 where it is not known.
    """
    words = len(_WORD.findall(text))
    if not words:
        return [_finding(MISSING, "the message has no plain-text part", path)]
    return [
        *_thin(words, html_words, path),
        *_markup(text, path, options),
        *_demanded(text, path, options),
        *_long_lines(text, path),
    ]


def _thin(words: int, html_words: int, path: Path) -> Iterator[Finding]:
    if words < _FEWEST or words < html_words * _LEAST_SHARE:
        yield _finding(
            THIN,
            f"the plain-text part has {words:,} words, the HTML {html_words:,}",
            path,
            facts={"words": words, "html_words": html_words},
        )


def _markup(text: str, path: Path, options: CompatOptions) -> Iterator[Finding]:
    """Yield the first tag that the author did not write as words, in code for example."""
    tags = (found for found in _MARKUP.finditer(text) if found[0] not in options.source)
    if found := next(tags, None):
        yield _finding(MARKUP, f"the plain-text part has {found[0]!r} in it", path, words=found[0])


def _demanded(text: str, path: Path, options: CompatOptions) -> Iterator[Finding]:
    template = options.theme_file(TEXT_FILE) or path
    tokens = [slot.token for slot in options.slots if slot.field == UNSUBSCRIBE_URL]
    wanted = [*tokens, *([options.unsubscribe_url] if options.unsubscribe_url else [])]
    if not any(one in text for one in wanted):
        yield _finding(UNSUBSCRIBE, "the plain-text part has no unsubscribe link", template)
    address = options.postal_address
    if address and not contains(text, address):
        message = f"the postal address {shortened(address)!r} is not in the plain-text part"
        yield _finding(POSTAL, message, template)


def _long_lines(text: str, path: Path) -> Iterator[Finding]:
    longest = max(text.split("\n"), key=len)
    if len(longest) > _LONGEST:
        message = f"a line of the plain-text part has {len(longest):,} characters"
        yield _finding(LONG_LINE, message, path, words=longest)


def _finding(
    rule: Rule,
    message: str,
    path: Path,
    *,
    words: str = "",
    facts: dict[str, str | int | float] | None = None,
) -> Finding:
    return Finding(
        code=rule.code,
        severity=rule.severity,
        message=message,
        path=path,
        line=1,
        text=shortened(words),
        why=rule.why,
        fix=rule.fix,
        facts=facts,
    )
