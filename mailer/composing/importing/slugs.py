"""A slug from a title."""

# ruff: noqa: RUF001 - punctuation and letters of many scripts

import re
import unicodedata
from pathlib import PurePath

_LONGEST = 60
_SPECIAL = str.maketrans({"ß": "ss", "ø": "o", "Ø": "o", "æ": "ae", "Æ": "ae", "œ": "oe", "ł": "l"})


def slug_of(*, title: str, source_name: str) -> str:
    """Return a slug from the title, else from the source's file name, else `issue`."""
    return _slug(title) or _slug(PurePath(source_name).stem) or "issue"


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.translate(_SPECIAL))
    letters = re.sub(r"['’`\u0300-\u036f]", "", plain).lower()
    words = re.findall(r"[a-z0-9]+", letters)
    if not any(word.isalpha() or not word.isdigit() for word in words):
        return ""
    slug = "-".join(words)
    return (
        slug
        if len(slug) <= _LONGEST
        else slug[: _LONGEST + 1].rpartition("-")[0] or slug[:_LONGEST]
    )
