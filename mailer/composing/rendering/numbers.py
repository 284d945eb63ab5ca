"""Whether the name of a section brings its number along: themes do not number it again."""

import re

from mailer.composing.issue.tree import Inlines, plain_text

_NUMBER = re.compile(r"\W*(\d{1,3})(?:[.):\u3001\uff0e/]|\ufe0f?\u20e3|\s[-\u2013\u2014])")


def has_own_number(name: Inlines, number: int) -> bool:
    """Return whether `name` begins with `number`, written as the number of a list is."""
    found = _NUMBER.match(plain_text(name))
    return found is not None and int(found[1]) == number
