"""Words of the message as findings quote them."""

import re

MERGE_TOKEN = re.compile(r"\bMF_[0-9a-f]{12}_\d{4,}[a-z]")
"""What a merge field is in a compiled message."""

_SHOWN = 60


def shortened(words: str) -> str:
    """Return `words` on one line, cut where they are long, with `{{ }}` for merge fields."""
    line = " ".join(MERGE_TOKEN.sub("{{ }}", words).split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def counted(count: int) -> str:
    """Return how often in words: empty for once."""
    return "" if count == 1 else f" ({count:,} times)"
