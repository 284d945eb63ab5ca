"""How wide text is: columns as a terminal or an inbox list counts them."""

import unicodedata


def columns(text: str) -> int:
    """Return the columns that `text` takes; a wide character takes two, a joined one none.

    Emoji that are joined by ZWJ count as one, as they are drawn.

    Source: Unicode Standard Annex 11 (East Asian Width).
    """
    total = 0
    joined = False
    for character in text:
        if joined:
            joined = False
            continue
        if character == "\u200d":
            joined = True
        elif not _is_joined(character):
            total += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return total


def _is_joined(character: str) -> bool:
    return (
        unicodedata.category(character) in {"Mn", "Me", "Cf"}
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )
