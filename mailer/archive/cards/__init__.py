"""Social cards: the picture that a link to an issue is shown with elsewhere."""

from mailer.archive.cards.card import Card
from mailer.archive.cards.drawing import HEIGHT, WIDTH, draw_card

__all__ = ["HEIGHT", "WIDTH", "Card", "draw_card"]
