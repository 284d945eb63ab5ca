"""Merge fields of a person: how they are named, and how long their values may be."""

import re
import unicodedata

LONGEST_VALUE = 2000
"""Characters in a value. SendGrid takes 10,000 bytes for all of one person's values."""

EMAIL_NAMES = frozenset({"email", "e_mail", "email_address", "e_mail_address"})
NAME = "name"
RESERVED_NAMES = EMAIL_NAMES | {NAME}
"""What names a person's address or name, and so no merge field."""

_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
_LONGEST_NAME = 63


def field_name(header: str) -> str:
    """Return a heading as a field name, `First Name` as `first_name`; "" if nothing is left.

    A field name matches `[a-z][a-z0-9_]*` and has at most 63 characters.
    """
    plain = unicodedata.normalize("NFKD", header.casefold())
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    name = re.sub(r"[^a-z0-9_]+", "_", letters).strip("_")
    if name[:1].isdigit():
        name = f"field_{name}"
    return name[:_LONGEST_NAME].rstrip("_")


def is_field_name(name: str) -> bool:
    """Return whether `name` can name a merge field."""
    return bool(_FIELD_NAME.match(name)) and field_name(name) == name and name not in RESERVED_NAMES
