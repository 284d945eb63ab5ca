"""The words and links of a source and of the issue made of it, held against each other.

The source's are read from its tags and words as they come, not from the tree that the importer
works on: what the tree loses is found missing here.
"""

import dataclasses
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from markdown_it.common.normalize_url import normalizeLink

from mailer.composing.importing.html.document import Run
from mailer.composing.issue.tree import Issue
from mailer.platform.html.elements import PARTS_WORDS, VOID
from mailer.platform.html.tokens import Tag, Token, Words
from mailer.platform.html.tree import Element

_WORD = re.compile(r"[^\W_]+")
INVISIBLE = re.compile(
    "[\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_ADDRESSES = {
    "a": "href", "area": "href", "iframe": "src", "embed": "src", "video": "src", "audio": "src"
}  # fmt: skip
_SHOWN_RAW = frozenset({"textarea", "xmp"})


@dataclass(slots=True)
class Tally:
    """Words by how often they stand somewhere, and addresses likewise."""

    words: Counter[str] = field(default_factory=Counter)
    links: Counter[str] = field(default_factory=Counter)


def words_in(text: str) -> list[str]:
    """Return the words of a text, in a form in which the same words are the same."""
    plain = INVISIBLE.sub("", text)
    return _WORD.findall(plain if plain.isascii() else unicodedata.normalize("NFKC", plain))


def is_seen(run: Run) -> bool:
    """Whether a reader sees anything of a run: comments and invisible characters are nothing."""
    if run.markdown:
        return not run.text.startswith("<!--")
    return bool(INVISIBLE.sub("", run.text).strip())


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
        if not token.is_end and (address := address_of(token)):
            tally.links[address] += 1
            text.append(" " if address in marks else "")
    tally.words.update(words_in("".join(text)))
    return tally


def address_of(tag: Tag | Element) -> str:
    """Return where a tag leads to, as written; empty where it leads nowhere."""
    name = _ADDRESSES.get(tag.name if isinstance(tag, Tag) else tag.tag)
    return tag.attrs.get(name, "").strip() if name else ""


def tally_issue(issue: Issue) -> Tally:
    """Return the words and addresses that a reader of the issue gets."""
    tally = Tally()
    texts: list[str] = []
    _collect(issue, texts, tally.links)
    tally.words.update(words_in("".join(texts)))
    return tally


_SILENT = frozenset(
    [
        "line",
        "column",
        "src",
        "alt",
        "url",
        "aligns",
        "todos",
        "id",
        "slug",
        "theme",
        "language",
        "mailing_list",
        "kind",
        "accent",
        "date",
        "field",
        "conditions",
        "number",
        "start",
        "width",
        "sender",
        "reply_to",
        "is_primary",
        "has_contents",
        "lead_images",
        "default",
    ]
)
_INLINE = frozenset(
    [
        "Text",
        "CodeSpan",
        "Link",
        "Emphasis",
        "Strong",
        "Strikethrough",
        "MergeField",
        "FootnoteMark",
        "LineBreak",
    ]
)
_APART = frozenset({"LineBreak", "MergeField", "FootnoteMark"})


def _collect(root: object, texts: list[str], links: Counter[str]) -> None:
    """Walk the tree by its fields, so that blocks which are new to the format are seen, too."""
    stack: list[object] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            texts.append(node)
        elif isinstance(node, tuple):
            stack.extend(_parts(node, are_words=all(map(_is_inline, node))))
        elif dataclasses.is_dataclass(node) and not isinstance(node, type):
            if url := getattr(node, "url", ""):
                links[same_address(url)] += 1
            fields = [each.name for each in dataclasses.fields(node) if each.name not in _SILENT]
            values = tuple(getattr(node, name) for name in fields)
            texts.append(" " if type(node).__name__ in _APART else "")
            stack.extend(_parts(values, are_words=_is_inline(node)))


def _parts(values: tuple[object, ...], *, are_words: bool) -> Iterator[object]:
    """Yield values, the last first; with blanks between them where they are no running words."""
    for value in reversed(values):
        if not are_words:
            yield "\n"
        yield value
    yield "" if are_words else "\n"


def _is_inline(node: object) -> bool:
    return type(node).__name__ in _INLINE
