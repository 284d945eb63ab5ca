"""HTML from strangers: bytes to text, text to tags and words, those to a tree of blocks.

The one reader of HTML in the house. It never fails, loses no word that a reader could see, knows
where each tag stands, and takes time and depth that are bounded (docs/decisions/0022).
"""

from mailer.composing.html.charset import Decoded, decode_html
from mailer.composing.html.nodes import Element, Mark, Marks, Node, Text, text_of
from mailer.composing.html.tokens import Tag, Token, Words, tokenize
from mailer.composing.html.tree import build

__all__ = [
    "Decoded",
    "Element",
    "Mark",
    "Marks",
    "Node",
    "Tag",
    "Text",
    "Token",
    "Words",
    "build",
    "decode_html",
    "text_of",
    "tokenize",
]
