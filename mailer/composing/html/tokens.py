"""HTML text to tags and words, in one pass: nothing that a reader could see is lost on the way.

As the HTML standard's tokenizer, but for what that would swallow: a tag, quote or comment that is
never closed ends at its first `>`, so that the words after it survive.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.entities import html5

RAW = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes"})
"""Elements whose inside is not markup."""

RAW_TEXT = frozenset({"textarea", "title"})
"""Elements whose inside is text with character references, but without tags."""

_NAME = re.compile(r"[^\s/>]+")
_PLAIN_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9:-]*+)"
    r"(?P<attrs>(?:\s++[^\s\"'<>/=]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'=<>`]++))?)*)\s*+/?>"
)
"""A tag as most are written: found whole, and many times faster than character by character."""

_PLAIN_ATTRIBUTE = re.compile(
    r"([^\s=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'=<>`]++)))?"
)
_ATTRIBUTE = re.compile(r"[\s/]*(=?[^\s/>=]*)(\s*=\s*)?")
_BARE = re.compile(r"[^\s>]*")
_REFERENCE = re.compile(
    r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]*;?)(?=(.?))", re.DOTALL
)
_MOST_ATTRIBUTES = 64


@dataclass(slots=True)  # not frozen, which takes twice the time to make
class Tag:
    """A tag as written.

    Args:
        name: in lower case.
        line: 1-based, on which it begins.
        is_end: for `</p>`.
        attrs: names in lower case, values with their character references resolved.
        begin: offset of its `<` in the text.
        end: offset after its `>`.
    """

    name: str
    line: int
    is_end: bool = False
    attrs: dict[str, str] = field(default_factory=dict)
    begin: int = 0
    end: int = 0


@dataclass(slots=True)
class Words:
    """Characters between tags; `raw` where they stand in an element that holds no markup."""

    text: str
    line: int
    raw: bool = False


Token = Tag | Words


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tags and words of an HTML document, with the lines that they begin on."""
    return _Tokenizer(text).run()


@dataclass(slots=True)
class _Tokenizer:
    text: str
    line: int = 1
    counted: int = 0
    missing: set[str] = field(default_factory=set)

    def run(self) -> Iterator[Token]:
        position, text = 0, self.text
        while position < len(text):
            start = text.find("<", position)
            plain = _PLAIN_TAG.match(text, start) if start >= 0 else None
            if plain is None:
                start = self._markup(position)
            if start > position:
                words = text[position:start]
                yield Words(unescape(words) if "&" in words else words, self._line(position))
            if start == len(text):
                return
            token, position = self._plain_tag(plain) if plain else self._take(start)
            if token:
                yield token
            if isinstance(token, Tag) and not token.is_end and token.name in RAW | RAW_TEXT:
                inside, position = self._inside(token.name, position)
                yield inside

    def _line(self, position: int) -> int:
        self.line += self.text.count("\n", self.counted, position)
        self.counted = position
        return self.line

    def _find(self, what: str, position: int) -> int:
        """Return where `what` stands from `position` on, else -1; looks in vain once only."""
        if what in self.missing:
            return -1
        at = self.text.find(what, position)
        if at < 0:
            self.missing.add(what)
        return at

    def _markup(self, position: int) -> int:
        """Return where the next tag or comment begins, or the end of the text."""
        at = self.text.find("<", position)
        while 0 <= at < len(self.text) - 1:
            after = self.text[at + 1]
            if after in "!?/" or ("a" <= after.lower() <= "z"):
                return at
            at = self.text.find("<", at + 1)
        return len(self.text)

    def _take(self, start: int) -> tuple[Token | None, int]:
        text = self.text
        if text.startswith("<!--", start):
            return None, self._comment_end(start)
        if text.startswith("<![CDATA[", start):
            end = self._find("]]>", start)
            if end >= 0:
                return Words(text[start + 9 : end], self._line(start)), end + 3
        after = text[start + 1]
        if after in "!?":
            return None, self._bogus_end(start)
        if after == "/":
            return self._end_tag(start)
        return self._start_tag(start)

    def _plain_tag(self, match: re.Match[str]) -> tuple[Token, int]:
        slash, name, written = match.groups()
        attrs: dict[str, str] = {}
        if written and not slash:
            for key, double, single, bare in _PLAIN_ATTRIBUTE.findall(written)[:_MOST_ATTRIBUTES]:
                value = double or single or bare
                attrs.setdefault(key.lower(), unescape_attribute(value) if "&" in value else value)
        begin, end = match.span()
        return Tag(name.lower(), self._line(begin), bool(slash), attrs, begin, end), end

    def _after(self, what: str, start: int) -> int:
        at = self._find(what, start)
        return len(self.text) if at < 0 else at + len(what)

    def _comment_end(self, start: int) -> int:
        for short in ("<!-->", "<!--->"):
            if self.text.startswith(short, start):
                return start + len(short)
        ends = [at for mark in ("-->", "--!>") if (at := self._find(mark, start + 4)) >= 0]
        if ends:
            return self._after(">", min(ends))
        at = self._find(">", start)
        return start + 4 if at < 0 else at + 1

    def _bogus_end(self, start: int) -> int:
        """Return the end of what is never closed: its next `>`, else its first two characters."""
        at = self._find(">", start)
        return start + 2 if at < 0 else at + 1

    def _end_tag(self, start: int) -> tuple[Token | None, int]:
        name = _NAME.match(self.text, start + 2)
        end = self._after(">", start)
        if name is None or not name[0][0].isalpha():
            return None, end
        return Tag(name[0].lower(), self._line(start), is_end=True, begin=start, end=end), end

    def _start_tag(self, start: int) -> tuple[Token, int]:
        line = self._line(start)
        name = _NAME.match(self.text, start + 1)
        attrs: dict[str, str] = {}
        position = name.end() if name else start + 1
        while position < len(self.text):
            key, value, after = self._attribute(position)
            if key and key not in attrs and len(attrs) < _MOST_ATTRIBUTES:
                attrs[key] = unescape_attribute(value)
            if self.text[after : after + 1] == ">":
                named = name[0].lower() if name else ""
                return Tag(named, line, attrs=attrs, begin=start, end=after + 1), after + 1
            position = max(after, position + 1)
        return Words(unescape(self.text[start:]), line), len(self.text)  # cut off amid a tag

    def _attribute(self, position: int) -> tuple[str, str, int]:
        """Return the attribute at `position`, its value, and where it ends.

        A quote that is never closed is a character like any other.
        """
        match = _ATTRIBUTE.match(self.text, position)
        if match is None:  # pragma: no cover - it matches nothing, too
            return "", "", position
        name, end = match[1].lower(), match.end()
        if match[2] is None:
            return name, "", end
        quote = self.text[end : end + 1]
        if quote in {'"', "'"}:
            close = self._find(quote, end + 1)
            if close >= 0:
                return name, self.text[end + 1 : close], close + 1
        bare = _BARE.match(self.text, end)
        value = bare[0] if bare else ""
        return name, value, end + len(value)

    def _inside(self, name: str, position: int) -> tuple[Words, int]:
        found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(self.text, position)
        end = found.start() if found else len(self.text)
        words = self.text[position:end]
        is_text = name in RAW_TEXT
        return Words(unescape(words) if is_text else words, self._line(position), raw=True), end


def unescape_attribute(value: str) -> str:
    """Return an attribute's value: `&copy=1` in an address is no copyright sign.

    Source: HTML standard, 13.2.5.73 (named character reference state).
    """
    return _REFERENCE.sub(_referred, value)


def _referred(match: re.Match[str]) -> str:
    reference = match[0]
    if reference.startswith("&#"):
        return unescape(reference)
    if reference.endswith(";"):
        return html5.get(reference[1:], reference)
    after = match[1]
    if after == "=" or (after.isascii() and after.isalnum()):
        return reference
    return html5.get(reference[1:], reference)
