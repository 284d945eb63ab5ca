"""Which columns of a table keep their words whole on a phone.

MJML lets every word break anywhere, and a browser then takes room from a column of years as
readily as from one of sentences: `1871` ends up on two lines. Never breaking would push a table
with long words out of the message. So columns keep their words, shortest first, while all fit.
"""

import re
from itertools import chain

from mailer.composing.issue.tree import Table, plain_text

_ROOM = 38
"""Characters of a table's type that a line holds on a phone 360 pixels wide, in a box."""
_PADDING = 2
"""Characters that the padding between two columns takes."""
_LEAST = 4
"""Characters left to a column whose words may break."""
_BREAKS = re.compile(r"[\s\-\u2e80-\uff9f]+")
"""White space, hyphens, and the scripts that break between any two characters."""


def whole_columns(table: Table) -> frozenset[int]:
    """Return the numbers (from 0) of the columns whose words need not break anywhere."""
    columns = zip(table.header, *table.rows, strict=True)
    longest = [
        max(map(len, chain.from_iterable(_BREAKS.split(plain_text(cell)) for cell in column)))
        for column in columns
    ]
    room = _ROOM - _PADDING * (len(longest) - 1) - sum(min(_LEAST, length) for length in longest)
    whole = set()
    for column in sorted(range(len(longest)), key=longest.__getitem__):
        room -= max(0, longest[column] - _LEAST)
        if room < 0:
            break
        whole.add(column)
    return frozenset(whole)
