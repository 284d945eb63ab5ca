"""Slugs: names that stand unquoted in addresses, headers and file names."""

import re

SLUG_PATTERN = "[a-z0-9]+(?:-[a-z0-9]+)*"
"""As Python, ECMAScript and JSON Schema write it, without its length."""
_SLUG = re.compile(SLUG_PATTERN)

LONGEST_LIST_SLUG = 63
"""A mailing list's slug is a label of its List-Id, which looks like a host (RFC 2919, RFC 1035)."""


def is_slug(text: str, *, longest: int) -> bool:
    """Return whether `text` is small letters of ASCII, digits and single hyphens between them."""
    return len(text) <= longest and _SLUG.fullmatch(text) is not None


def is_list_slug(text: str) -> bool:
    """Return whether `text` can name a mailing list."""
    return is_slug(text, longest=LONGEST_LIST_SLUG)
