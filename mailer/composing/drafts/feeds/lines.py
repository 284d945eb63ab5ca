"""Words from elsewhere as one clean line."""

import re

_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u2800\u3164]+")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def one_line(text: str) -> str:
    """Return `text` on one line, without characters that nobody sees or that turn text around."""
    return _SPACES.sub(" ", _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))).strip()
