"""A reader as the page sends it: validated and converted."""

import re
from typing import Any

from mailer.composing.readers import SAMPLE, Reader

MOST_FIELDS = 100
LONGEST_VALUE = 2_000
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def read_choice(value: Any) -> Reader | str:  # noqa: ANN401 - JSON values are of any type
    """Return the reader that a JSON value stands for, or the address of a subscriber to look up.

    Raises:
        ValueError: it stands for none.
    """
    match value:
        case {"kind": "sample"}:
            return SAMPLE
        case {"kind": "subscriber", "email": str(email)}:
            return _bounded(email)
        case {"kind": "typed", "fields": dict(fields)} if len(fields) <= MOST_FIELDS:
            values = {_bounded(name): _bounded(value) for name, value in fields.items()}
            return Reader("typed", name=values.pop("name", ""), fields=values)
        case _:
            raise ValueError("its kind is sample, subscriber (with email) or typed (with fields)")


def _bounded(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_VALUE:
        raise ValueError(f"a value is a text of at most {LONGEST_VALUE:,} characters")
    if _NO_TEXT.search(value):
        raise ValueError("a value has characters that no text has")
    return value
