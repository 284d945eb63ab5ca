"""Scripts whose rules for blanks and the ends of lines differ."""

_HANGUL = (
    ("\u1100", "\u11ff"),
    ("\u3130", "\u318f"),
    ("\ua960", "\ua97f"),
    ("\uac00", "\ud7ff"),
    ("\uffa0", "\uffdc"),
)


def is_hangul(character: str) -> bool:
    """Return whether a character is a Korean letter: Korean puts blanks between its words."""
    return any(first <= character <= last for first, last in _HANGUL)
