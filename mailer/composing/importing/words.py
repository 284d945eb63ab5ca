"""The words and links of a page, from its tags as they come, not from the tree that is worked on.

So what the tree loses is found missing.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote

from markdown_it.common.normalize_url import normalizeLink

from mailer.composing.html import Element, Tag, Token, Words
from mailer.composing.html.elements import PARTS_WORDS, VOID
from mailer.composing.issue.tree import Inlines, plain_text

_WORD = re.compile(r"[^\W_]+")
INVISIBLE = re.compile(
    "[\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_ADDRESSES = {
    "a": "href", "area": "href", "iframe": "src", "embed": "src", "video": "src", "audio": "src"
}  # fmt: skip
_LONGEST_KEY = 200
_SHOWN_RAW = frozenset({"textarea", "xmp"})


@dataclass(slots=True)
class Tally:
    """Words by how often they stand somewhere, addresses of links and of pictures likewise."""

    words: Counter[str] = field(default_factory=Counter)
    links: Counter[str] = field(default_factory=Counter)
    pictures: Counter[str] = field(default_factory=Counter)


def words_in(text: str) -> list[str]:
    """Return the words of a text, in a form in which the same words are the same."""
    plain = INVISIBLE.sub("", text)
    return _WORD.findall(plain if plain.isascii() else unicodedata.normalize("NFKC", plain))


def is_seen(inlines: Inlines) -> bool:
    """Whether a reader sees anything of these words: invisible characters are nothing."""
    return bool(INVISIBLE.sub("", plain_text(inlines, gap="-")).strip())


@lru_cache(maxsize=8192)
def same_address(url: str) -> str:
    """Return an address in a form in which the same addresses are the same."""
    try:
        return unquote(normalizeLink(url))
    except (ValueError, IndexError):
        return unquote(url)


def tally_source(tokens: Iterable[Token], *, marks: Collection[str] = ()) -> Tally:
    """Return the words that a reader may see, and the addresses of links as written.

    Args:
        tokens: of the whole source.
        marks: addresses of links that are footnote marks: their numbers are words of their own.
    """
    tally, text, inside = Tally(), [], ""
    for token in tokens:
        if isinstance(token, Words):
            if not (token.raw and inside not in _SHOWN_RAW):
                text.append(token.text)
            continue
        if token.name in PARTS_WORDS or token.name in VOID:
            text.append(" ")
        inside = "" if token.is_end else token.name
        if not token.is_end and token.name in {"img", "image"}:
            tally.pictures[picture_key(token)] += 1
        if not token.is_end and (address := address_of(token)):
            tally.links[address] += 1
            text.append(" " if address in marks else "")
    tally.words.update(words_in("".join(text)))
    return tally


def picture_key(image: Tag | Element) -> str:
    """Return by what a picture is told from others: the beginning of its address as written."""
    return image.attrs.get("src", "").strip()[:_LONGEST_KEY]


def address_of(tag: Tag | Element) -> str:
    """Return where a tag leads to, as written; empty where it leads nowhere."""
    name = _ADDRESSES.get(tag.name if isinstance(tag, Tag) else tag.tag)
    return tag.attrs.get(name, "").strip() if name else ""
