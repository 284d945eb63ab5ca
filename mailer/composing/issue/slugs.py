"""Slugs of issues: what may be one, and one made from a title or a file's name."""

# ruff: noqa: RUF001 - punctuation and letters of many scripts

import re
import unicodedata
from pathlib import PurePath

from subscribers.slugs import is_slug

LONGEST_SLUG = 100
_LONGEST_MADE = 60
"""Of those made from titles, which people read in addresses."""
_WORD = re.compile(r"[a-z0-9]+")
_SPECIAL = str.maketrans({"ß": "ss", "ø": "o", "Ø": "o", "æ": "ae", "Æ": "ae", "œ": "oe", "ł": "l"})


def is_issue_slug(text: str) -> bool:
    """Return whether `text` can name an issue."""
    return is_slug(text, longest=LONGEST_SLUG)


def slug_of(*, title: str, source_name: str) -> str:
    """Return a slug from the title, else from the source's file name, else `issue`."""
    return _slug(title) or _slug(PurePath(source_name).stem) or "issue"


def slug_of_file(stem: str) -> str:
    """Return the slug of an issue file that says none; may be empty, or too long to be one.

    Never changes for a name: by its slug an issue is known to have been sent. So letters beyond
    ASCII are not made similar ones, as `slug_of` does.
    """
    return "-".join(_WORD.findall(stem.lower()))


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.translate(_SPECIAL))
    words = _WORD.findall(re.sub(r"['’`\u00ad\u200b-\u200d\u0300-\u036f]", "", plain).lower())
    if not any(word.isalpha() or not word.isdigit() for word in words):
        return ""
    slug = "-".join(words)
    if len(slug) <= _LONGEST_MADE:
        return slug
    return slug[: _LONGEST_MADE + 1].rpartition("-")[0] or slug[:_LONGEST_MADE]
