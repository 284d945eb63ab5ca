"""The HTML of an entry to paragraphs of words and links. Whatever else it holds is left out."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailer.composing.drafts.feeds.lines import one_line
from mailer.composing.drafts.feeds.urls import web_url
from mailer.composing.html import Tag, Words, tokenize

MOST_CHARACTERS = 100_000
"""So much of an entry is read: some 15,000 words."""

_BLOCK_NAMES = """
address article aside blockquote body center dd details div dl dt fieldset figure footer form h1 h2
h3 h4 h5 h6 header hr html li main menu nav ol p pre section summary table tbody tfoot thead tr ul
"""
_LEFT_OUT_NAMES = """
audio button canvas embed figcaption head iframe math noscript object option script select style svg
template textarea title video
"""
_INLINE_NAMES = """
a abbr acronym b bdi bdo big br caption cite code col colgroup data del dfn em font i img input ins
kbd label link mark meta meter param picture progress q rp rt ruby s samp small source span strike
strong sub sup td th time track tt u var wbr
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_LEFT_OUT = frozenset(_LEFT_OUT_NAMES.split())
_KNOWN = frozenset((_BLOCK_NAMES + _LEFT_OUT_NAMES + _INLINE_NAMES).split())
_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_KNOWN))})\b[^<>]*+>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_BARE_URL = re.compile(r"https?://[^\s<>\"'()\[\]]+[^\s<>\"'()\[\].,;:!?…]", re.IGNORECASE)
_FEWEST_PIXELS = 3


@dataclass(frozen=True, slots=True)
class Run:
    """Words, and where they lead; `url` is empty or absolute."""

    text: str
    url: str = ""


@dataclass(slots=True)
class Paragraph:
    """Words of one paragraph, or of one entry of a list."""

    runs: list[Run] = field(default_factory=list)
    is_listed: bool = False

    @property
    def text(self) -> str:
        """The words alone, on one line."""
        return one_line("".join(run.text for run in self.runs))


@dataclass(slots=True)
class Picture:
    """A picture; `src` is absolute."""

    src: str
    alt: str


def is_html(text: str) -> bool:
    """Whether `text` has tags or entities that a browser would know."""
    return bool(_TAG.search(text) or _ENTITY.search(text))


def plain(text: str) -> str:
    """Return a title, which may or may not be HTML, on one line."""
    if _TAG.search(text):
        return " ".join(one.text for one in read_html(text)[0])
    return one_line(html.unescape(text))


def read_html(text: str, *, base: str = "") -> tuple[list[Paragraph], list[Picture]]:
    """Return the paragraphs and pictures of `text`; never fails.

    A tag that HTML does not know, such as in `a<b` or a formula, is text.
    """
    reader = _Reader(base)
    reader.read(text[:MOST_CHARACTERS])
    return [one for one in reader.paragraphs if one.text], reader.pictures


def read_text(text: str) -> list[Paragraph]:
    """Return the paragraphs of plain text: blank lines part them, addresses are links."""
    parts = re.split(r"\n\s*\n", text[:MOST_CHARACTERS])
    found = [Paragraph(_linked(part)) for part in parts]
    return [one for one in found if one.text]


def _linked(text: str) -> list[Run]:
    runs, end = [], 0
    for match in _BARE_URL.finditer(text):
        url = web_url(match[0])
        if url:
            runs += [Run(text[end : match.start()]), Run(match[0], url)]
            end = match.end()
    return [*runs, Run(text[end:])]


class _Reader:
    def __init__(self, base: str) -> None:
        self.base = base
        self.paragraphs = [Paragraph()]
        self.pictures: list[Picture] = []
        self._url = ""
        self._hidden: list[str] = []
        self._breaks = 0

    def read(self, text: str) -> None:
        for token in tokenize(text):
            if isinstance(token, Words):
                self._take_words(token.text)
            elif token.name not in _KNOWN:
                self._take_words(text[token.begin : token.end])
            elif token.is_end:
                self._end(token.name)
            else:
                self._start(token, is_closed=text.endswith("/>", token.begin, token.end))

    def _take_words(self, words: str) -> None:
        if not self._hidden:
            self._breaks = 0 if words.strip() else self._breaks
            self._add(words)

    def _start(self, tag: Tag, *, is_closed: bool) -> None:
        if self._hidden or tag.name in _LEFT_OUT:
            if tag.name in _LEFT_OUT and not is_closed:
                self._hidden.append(tag.name)
        elif tag.name == "br":
            self._break()
        elif tag.name in _BLOCKS:
            self._begin(is_listed=tag.name == "li")
        elif tag.name == "a":
            self._url = web_url(tag.attrs.get("href", ""), base=self.base)
        elif tag.name == "img":
            self._take_picture(tag.attrs)

    def _end(self, name: str) -> None:
        if name in self._hidden:
            while self._hidden.pop() != name:
                pass
        elif self._hidden:
            return
        elif name in _BLOCKS:
            self._begin(is_listed=False)
        elif name == "a":
            self._url = ""
        elif name in {"td", "th"}:
            self._add(" ")

    def _take_picture(self, attributes: Mapping[str, str]) -> None:
        src = web_url(attributes.get("src", ""), base=self.base)
        if src and not _is_pixel(attributes):
            self.pictures.append(Picture(src, one_line(attributes.get("alt", ""))))

    def _break(self) -> None:
        """Two line breaks in a row are a new paragraph to the eye."""
        self._breaks += 1
        if self._breaks > 1:
            self._begin(is_listed=False)
        else:
            self._add(" ")

    def _begin(self, *, is_listed: bool) -> None:
        self._url = ""
        if self.paragraphs[-1].runs and self.paragraphs[-1].text:
            self.paragraphs.append(Paragraph(is_listed=is_listed))
        else:
            self.paragraphs[-1].runs.clear()
            self.paragraphs[-1].is_listed |= is_listed

    def _add(self, text: str) -> None:
        self.paragraphs[-1].runs.append(Run(text, self._url))


def _is_pixel(attributes: Mapping[str, str]) -> bool:
    """Whether an image is there to count readers."""
    sizes = (attributes.get("width", ""), attributes.get("height", ""))
    return any(size.strip().isdigit() and int(size) < _FEWEST_PIXELS for size in sizes)
