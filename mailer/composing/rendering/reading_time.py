"""How long an issue takes to read."""

import math
import re

from mailer.composing.issue.tree import Issue, plain_text, words_of

WORDS_A_MINUTE = 238
"""Silent reading of English non-fiction. Source: Brysbaert 2019, a meta-analysis of 190 studies."""

CHARACTERS_A_MINUTE = 260
"""Chinese characters. Source: the same, table of languages."""

_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def reading_minutes(issue: Issue) -> int:
    """Return whole minutes, at least 1, that the words of `issue` take."""
    text = " ".join(plain_text(words) for words in words_of(issue))
    wide = len(_WIDE.findall(text))
    narrow = len(_WIDE.sub(" ", text).split())
    return max(1, math.ceil(narrow / WORDS_A_MINUTE + wide / CHARACTERS_A_MINUTE))
