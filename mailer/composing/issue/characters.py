"""The characters that an issue's text may hold."""

import re

_SPACE_LIKE = re.compile("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def normalise(text: str) -> str:
    r"""Return `text` with `\n` line ends and without characters that no reader could see.

    HTML parsers stop at a NUL, YAML refuses control characters and mrml misreads CRLF, so none of
    them gets that far. Other line separators become spaces: an editor would not count them as
    lines.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", _UNPRINTABLE.sub("", _SPACE_LIKE.sub(" ", text)))
