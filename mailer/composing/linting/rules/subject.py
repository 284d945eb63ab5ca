"""The subject and the preheader: what an inbox shows before anybody opens anything."""

import re
import unicodedata
from collections.abc import Iterator

from mailer.composing.issue.tree import plain_text
from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.rule import Check, Hit, Rule
from mailer.composing.linting.width import columns

LONGEST_PREHEADER = 140
PHONE_COLUMNS = 40

RULES = (
    Rule(
        "subject-missing",
        Severity.ERROR,
        "no subject",
        "Mail without a subject looks broken and is often filed as spam (SpamAssassin:"
        " MISSING_SUBJECT).",
        'Add subject: "What the inbox shows" to the front matter.',
    ),
    Rule(
        "subject-long",
        Severity.WARNING,
        "a long subject",
        "Inboxes cut it off: phones after about 40 columns, desktop lists after about 70.",
        "Put what matters first, and the rest into the preheader.",
    ),
    Rule(
        "subject-all-caps",
        Severity.WARNING,
        "a subject in capitals",
        "It reads as shouting, and filters count it (SpamAssassin: SUBJ_ALL_CAPS).",
        "Write it as a sentence.",
    ),
    Rule(
        "subject-fake-reply",
        Severity.WARNING,
        "a subject that pretends to be a reply",
        "It passes for a conversation that never was. A subject that misleads is unlawful in the"
        " USA (15 U.S.C. 7704(a)(2)), and a thread-less Re: is a spam sign (SpamAssassin:"
        " FAKE_REPLY_C).",
        "Take the prefix out.",
    ),
    Rule(
        "subject-punctuation",
        Severity.WARNING,
        "a subject with repeated punctuation",
        "Runs of ! ? $ are counted by filters (SpamAssassin: PLING_QUERY, SUBJ_DOLLARS) and put"
        " readers off.",
        "One mark is enough.",
    ),
    Rule(
        "preheader-missing",
        Severity.WARNING,
        "no preheader",
        "Inbox lists show the issue's first words instead, which were not written for that.",
        'Add preheader: "..." to the front matter: a line that goes on from the subject.',
    ),
    Rule(
        "preheader-short",
        Severity.WARNING,
        "a very short preheader",
        "Inbox lists have room for 40 to 140 characters after the subject; the rest stays empty.",
        "Write a whole line.",
    ),
    Rule(
        "preheader-long",
        Severity.WARNING,
        "a very long preheader",
        "No inbox list shows more than about 140 characters; screen readers read all of it.",
        "Shorten it to 140 characters.",
    ),
    Rule(
        "preheader-repeats-subject",
        Severity.WARNING,
        "the preheader says what the subject says",
        "Inbox lists show them side by side: the same words twice.",
        "Let it continue where the subject ends.",
    ),
)

_PREFIXES = (
    "re", "fwd", "fw", "aw", "wg", "antw", "antwort", "doorst", "tr", "rv", "res", "enc", "rif",
    "sv", "vs", "vl", "vb", "odp", "pd", "ynt", "ilt", "atb", "bls", "trs", "vá", "továbbítás",
    "απ", "πρθ", "σχετ", "на", "отв", "ответ", "пересл", "відп", "回复", "回覆", "答复", "转发",
    "轉寄", "轉發", "返信", "転送", "رد", "إعادة توجيه", "השב", "הועבר",
)  # fmt: skip
_WORDS_TOO = {"vs", "sv", "tr", "res", "pd", "на", "enc", "vl", "vb", "rv", "trs", "rif"}
"""Those that are words or short for some as well: programs write them in capitals."""
_FAKE_REPLY = re.compile(
    r"\s*(?:\[[^\[\]]{1,20}\]\s*)?"
    rf"(?P<prefix>{'|'.join(sorted(map(re.escape, _PREFIXES), key=len, reverse=True))})"
    r"\s*+(?:\[\d++\]|\(\d++\))?\s*+[:：](?!(?:invent|inforce|mars|publica|work|store)\b)",  # noqa: RUF001 - the colon of Chinese and Japanese
    re.IGNORECASE,
)
_HEAPED = re.compile(r"[!！]{2,}|[?？]{3,}|[!?！？]{3,}|[$€£]{2,}")  # noqa: RUF001 - the same
_SHARE_OF_CAPITALS = 0.8
_FEWEST_LETTERS = 8


def check_subject(lintable: Lintable) -> Iterator[Hit]:
    """Look at the subject."""
    value = lintable.document.front.values.get("subject")
    text = _shown(lintable)
    if not text:
        start = value.key_start if value else 0
        yield Hit("subject-missing", "the issue has no subject", start, start + len("subject"))
        return
    start, end = (value.start, value.end) if value else (0, 0)
    yield from _length(text, start, end, longest=lintable.options.subject_columns)
    if is_shouting(text):
        yield Hit("subject-all-caps", "the subject is all in capitals", start, end)
    prefix = _FAKE_REPLY.match(text)
    if prefix and _is_prefix(prefix["prefix"]):
        message = f"the subject begins with {prefix[0].strip()!r}, but answers nothing"
        yield Hit("subject-fake-reply", message, start, start + len(prefix[0]))
    heaped = _HEAPED.search(text)
    if heaped:
        at = max(lintable.document.source.text.find(heaped[0], start, end), start)
        message = f"the subject heaps punctuation: {heaped[0][:10]}"
        yield Hit("subject-punctuation", message, at, at + len(heaped[0]))


def check_preheader(lintable: Lintable) -> Iterator[Hit]:
    """Look at the preheader."""
    front = lintable.document.front
    value = front.values.get("preheader")
    text = value.value if value else ""
    if lintable.front_matter:
        text = lintable.front_matter.preheader
    if not _has_ink(text):
        if front.body_line > 1:
            start, end = (value.key_start, value.end) if value else (0, 3)
            yield Hit("preheader-missing", "the issue has no preheader", start, end)
        return
    start, end = (value.start, value.end) if value else (0, 0)
    width = columns(text)
    if len(text) > LONGEST_PREHEADER:
        message = f"the preheader has {len(text)} characters; inboxes show {LONGEST_PREHEADER}"
        yield Hit("preheader-long", message, start, end, facts={"characters": len(text)})
    if width < lintable.options.preheader_columns:
        message = f"the preheader takes only {width} of some 100 columns"
        yield Hit("preheader-short", message, start, end, facts={"columns": width})
    subject = _shown(lintable)
    if _same(text) and _same(text) == _same(subject):
        yield Hit("preheader-repeats-subject", "the preheader repeats the subject", start, end)


def is_shouting(text: str) -> bool:
    """Tell whether nearly all of the letters that have a case are capitals, and they are many."""
    capitals = sum(character.isupper() for character in text)
    small = sum(character.islower() for character in text)
    cased = capitals + small
    words = sum(len(word) > 1 and word.isupper() for word in text.split())
    is_much = cased >= _FEWEST_LETTERS and words > 1
    return is_much and capitals / cased >= _SHARE_OF_CAPITALS


def _shown(lintable: Lintable) -> str:
    """Return the subject as most readers see it: with the defaults of its merge fields."""
    if lintable.front_matter:
        text = plain_text(lintable.front_matter.subject)
    else:
        value = lintable.document.front.values.get("subject")
        text = value.value if value else ""
    return text if _has_ink(text) else ""


def _has_ink(text: str) -> bool:
    """Tell whether anything of `text` is seen."""
    return any(unicodedata.category(character)[0] not in "ZC" for character in text)


def _length(text: str, start: int, end: int, *, longest: int) -> Iterator[Hit]:
    width = columns(text)
    if width > longest:
        message = (
            f"the subject is {width} columns wide: desktop inboxes cut it off after about"
            f" {longest}, phones after about {PHONE_COLUMNS}"
        )
        yield Hit("subject-long", message, start, end, facts={"columns": width})


def _is_prefix(prefix: str) -> bool:
    return prefix.lower() not in _WORDS_TOO or prefix.isupper()


def _same(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


CHECKS: tuple[Check, ...] = (check_subject, check_preheader)
