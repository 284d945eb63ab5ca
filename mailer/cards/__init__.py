"""Social cards: the picture that a link to an issue is shown with elsewhere."""

from mailer.cards.card import Card
from mailer.cards.drawing import HEIGHT, WIDTH, draw_card

__all__ = ["HEIGHT", "WIDTH", "Card", "draw_card"]
