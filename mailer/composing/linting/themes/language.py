"""Rules: what a theme says, in each of its languages."""

from collections.abc import Iterator

from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule
from mailer.composing.linting.themes.chain import Chain, finding

MISSING = Rule(
    "theme-words-missing",
    Severity.WARNING,
    "a language in which a theme does not say everything",
    "Readers get English amid their own language.",
    "add them to the table, see [words.en] of the base",
)
UNKNOWN = Rule(
    "theme-word-unknown",
    Severity.WARNING,
    "a word that no template asks for",
    "It looks as if it did something: its name may be misspelt.",
    "correct its name, or take it out",
)
RULES = (MISSING, UNKNOWN)


def check(chain: Chain) -> Iterator[Finding]:
    """Yield the languages that lack words, and words that only one language has."""
    tables = _tables(chain)
    english = tables["en"]
    for tag, words in tables.items():
        place = chain.place("words", tag)
        if place is None:  # pragma: no cover - the table came from a file
            continue
        if missing := [name for name in english if name not in words]:
            message = f"[words.{tag}] lacks {', '.join(missing)}: English is shown"
            yield finding(MISSING, message, place, text=tag)
        for name in words.keys() - english.keys():
            own = chain.place("words", tag, name) or place
            yield finding(
                UNKNOWN, f"[words.{tag}] has {name!r}, [words.en] does not", own, text=name
            )


def _tables(chain: Chain) -> dict[str, dict[str, object]]:
    tables: dict[str, dict[str, object]] = {}
    for file in reversed(chain.files):
        for tag, words in file.table().get("words", {}).items():
            tables.setdefault(tag, {}).update(words)
    return tables
