"""Pages that were cut off when they were saved: said so, with what seems to be missing."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from mailer.composing.html import Tag, Token, Words
from mailer.composing.importing.html.record import Record
from mailer.composing.importing.text.marks import find_marker
from mailer.composing.importing.text.sentences import normalised

_CLOSED_BY_MOST = ("p", "div", "article", "section", "td", "body", "html")
_LAST_WORDS = 8
_MOST_NAMED = 8
_HEADINGS = ("h1", "h2", "h3", "h4")
_MOST_LISTS = 20
_LOST_SHARE = 0.5


def note_cut_off(tokens: Sequence[Token], record: Record) -> None:
    """Note a page that ends in the middle: its last words, and parts that it announces in vain."""
    last = next((token for token in reversed(tokens) if _is_seen(token)), None)
    if not isinstance(last, Words) or last.raw or not _is_open(tokens):
        return
    words = " ".join(last.text.split()[-_LAST_WORDS:])
    missing = [*_missing_parts(tokens), *_missing_sections(tokens)]
    missing = list(dict.fromkeys(missing))[:_MOST_NAMED]
    lacks = f"; it announces, and does not have, {', '.join(missing)}" if missing else ""
    what = f"the page ends in the middle, after {words!r}{lacks}"
    record.note("source_cut_off", last.line, what, "save it again, or add the rest by hand")


def _is_seen(token: Token) -> bool:
    return isinstance(token, Tag) or bool(token.text.strip())


def _is_open(tokens: Sequence[Token]) -> bool:
    """Whether something is open at the end that this page, or any, closes elsewhere."""
    tags = [token for token in tokens if isinstance(token, Tag)]
    opened = Counter(tag.name for tag in tags if not tag.is_end)
    closed = Counter(tag.name for tag in tags if tag.is_end)
    if opened["body"] + opened["html"]:
        return not closed["body"] + closed["html"]
    return any(opened[name] > closed[name] > 0 for name in _CLOSED_BY_MOST)


def _missing_parts(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the words of links to places on the page that are not there."""
    tags = [token for token in tokens if isinstance(token, Tag)]
    names = {tag.attrs[key] for tag in tags for key in ("id", "name") if key in tag.attrs}
    for at, token in enumerate(tokens[:-1]):
        href = token.attrs.get("href", "") if isinstance(token, Tag) and token.name == "a" else ""
        words = tokens[at + 1]
        is_lost = len(href) > 1 and href[0] == "#" and href[1:] not in names
        if is_lost and isinstance(words, Words) and words.text.strip():
            yield repr(" ".join(words.text.split()))


def _missing_sections(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the entries of a list of contents that no heading has, if most others have one."""
    headings = {normalised(_unnumbered(words)) for words in _words_of(tokens, _HEADINGS)}
    lists = (part for tag in ("ol", "ul") for part in _parts_of(tokens, tag))
    for inside in islice(lists, _MOST_LISTS):
        entries = [_unnumbered(words) for words in _words_of(inside, ("li",))]
        lost = [words for words in entries if normalised(words) not in headings]
        if 0 < len(lost) < _LOST_SHARE * len(entries):
            yield from map(repr, lost)


def _unnumbered(words: str) -> str:
    marker = find_marker(words)
    return words[len(marker.text) :] if marker and marker.number is not None else words


def _words_of(tokens: Sequence[Token], names: tuple[str, ...]) -> Iterator[str]:
    """Yield the words in each element of these names."""
    for name in names:
        for inside in _parts_of(tokens, name):
            words = (token.text for token in inside if isinstance(token, Words))
            yield " ".join("".join(words).split())


def _parts_of(tokens: Sequence[Token], name: str) -> Iterator[Sequence[Token]]:
    """Yield what stands between each tag of this name and the next one of it."""
    places = [
        at for at, token in enumerate(tokens) if isinstance(token, Tag) and token.name == name
    ]
    for begin, end in pairwise([*places, len(tokens)]):
        tag = tokens[begin]
        if isinstance(tag, Tag) and not tag.is_end:
            yield tokens[begin + 1 : end]
