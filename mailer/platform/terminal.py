"""Text of others on a terminal: what would steer the terminal is shown, not obeyed."""

import re

_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, save the tab and the new line
    "\u202a-\u202e\u2066-\u2069"  # overrides and isolates of the direction of writing
    "\u2028\u2029]"  # line breaks that only some programs know
)
_MARK = "\ufffd"


def clean(text: str) -> str:
    """Return `text` with a mark for each character that would move, colour or reorder others."""
    return _STEERING.sub(_MARK, text) if not text.isprintable() else text


def escaped(json_text: str) -> str:
    """Return JSON with an escape for each such character, which means the same."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", json_text)
