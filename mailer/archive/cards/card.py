"""What a social card says."""

from dataclasses import dataclass

ACCENT = "#B4421F"


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says.

    Args:
        title: the issue's headline or subject.
        publication: its name; also the title where that cannot be drawn.
        date: as people write it; may be empty.
        site: where it is read, such as `news.example.org`; may be empty.
        accent: `#RRGGBB`; ours where it is not one.
    """

    title: str
    publication: str
    date: str
    site: str = ""
    accent: str = ACCENT
