"""What one item or section does that no other does: a sign that a heading is lost there."""

from collections.abc import Sequence

from mailer.composing.importing.model import Item, Kind, Section

_FEWEST_SECTIONS = 3
_FEWEST_ITEMS = 6
_RARE = 0.15
_SHORT_WORDS = 12


def unheaded_introductions(sections: Sequence[Section]) -> None:
    """Make an item of a section's introduction where few sections have one.

    A short line, such as one that ends in a colon, stays.
    """
    named = [section for section in sections if section.heading and section.items]
    having = [section for section in named if section.introduction]
    if len(named) < _FEWEST_SECTIONS or len(having) * 2 >= len(named):
        return
    for section in having:
        words = " ".join(unit.text for unit in section.introduction)
        if len(words.split()) > _SHORT_WORDS and not words.endswith(":"):
            item = Item(section.introduction[0].line, body=section.introduction)
            section.items.insert(0, item)
            section.introduction = []


def doubtful_lines(sections: Sequence[Section]) -> frozenset[int]:
    """Return the lines of second paragraphs where nearly every other item has only one."""
    items = [item for section in sections for item in section.items]
    longer = [item for item in items if len(_paragraphs(item)) > 1]
    single = [item for item in items if len(_paragraphs(item)) == 1]
    if len(single) < _FEWEST_ITEMS or len(longer) > _RARE * len(items):
        return frozenset()
    return frozenset(_paragraphs(item)[1] for item in longer if len(_paragraphs(item)) == 2)  # noqa: PLR2004


def _paragraphs(item: Item) -> list[int]:
    return [unit.line for unit in item.body if unit.kind is Kind.PROSE and not unit.marker]
