"""Links and images in masked prose.

Reads what CommonMark reads (inline, reference and autolinks); a test holds what is found here
against what the parser makes of the same text.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from markdown_it.common.utils import unescapeAll

from mailer.composing.issue.reading.merge import ADDRESS_FIELD
from mailer.composing.linting.scan.bare_links import bare_links
from mailer.composing.linting.scan.mask import blank
from mailer.composing.linting.scan.spans import ImageSpan, LinkKind, LinkSpan, Spans, Target

_FIELD_ALONE = ADDRESS_FIELD.pattern.replace(r"\s", r"[ \t]")
_DESTINATION = re.compile(
    rf"""\([ \t\n]*+
    (?:<(?P<angle>(?:[^<>\n\\]|\\.)*)>
      |(?P<plain>{_FIELD_ALONE}|(?:[^\s()<\\\x00-\x1f]|\\.)(?:[^\s()\\\x00-\x1f]|\\.
          |\((?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.)*\))*\))*)
    )?
    (?:[ \t\n]+(?P<title>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\)))?
    [ \t\n]*\)""",
    re.VERBOSE | re.DOTALL,
)
_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]", re.DOTALL)
_DEFINITION = re.compile(
    r"^ {0,3}\[(?!\^)(?P<label>(?:[^\[\]\\]|\\.)+)\]:[ \t]*+\n?+[ \t]*+"
    rf"(?:<(?P<angle>[^<>\n]*)>|(?P<plain>{_FIELD_ALONE}|[^\s<]\S*))"
    r"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?[ \t]*$",
    re.MULTILINE,
)
_TOKEN = re.compile(
    r"""\\.|!?\[|\]|\n(?=[ \t>]*(?:\n|[-*+][ \t]|\#{1,6}[ \t]|1[.)][ \t]|:{3}|\|))
    |<(?=[A-Za-z][A-Za-z0-9+.-]{1,31}:)[^<>\s]*>
    |<[A-Za-z0-9.!\#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>""",
    re.VERBOSE | re.DOTALL,
)
_ATTRIBUTES = re.compile(r"[ \t]?\{([^{}\n]*)\}")
_HREF = re.compile(r"\bhref\s*=\s*([\"'])(?P<url>[^\"'\n]*)\1")


def find_spans(text: str, prose: str) -> Spans:
    """Return the links and images of masked `prose`; their words come from `text`."""
    return _Reader(text, prose).read()


def raw_links(text: str, start: int, end: int) -> list[LinkSpan]:
    """Return the links of the raw MJML between two offsets."""
    found = []
    for match in _HREF.finditer(text, start, end):
        target = Target(html.unescape(match["url"]), match.start("url"), match.end("url"))
        found.append(LinkSpan(LinkKind.RAW, "", target, match.start(), match.end()))
    return found


def plain_words(markup: str) -> str:
    """Return link text without Markdown's marks, on one line."""
    text = _LABEL.sub(r"\1", re.sub(r"!\[((?:[^\[\]]|\[[^\[\]]*+\])*)\]\([^()]*+\)", r"\1", markup))
    return " ".join(unescapeAll(text.replace("*", "").replace("`", "").replace("~~", "")).split())


def definitions_blanked(prose: str) -> str:
    """Return prose without the lines that say where reference links lead."""
    return _DEFINITION.sub(lambda match: blank(match[0]), prose)


def _label(text: str) -> str:
    return " ".join(text.split()).casefold()


def _definitions(prose: str) -> dict[str, Target]:
    found: dict[str, Target] = {}
    for match in _DEFINITION.finditer(prose):
        name = "angle" if match["angle"] is not None else "plain"
        found.setdefault(_label(match["label"]), _target(match, name))
    return found


def _target(match: re.Match[str], name: str) -> Target:
    return Target(unescapeAll(match[name]), match.start(name), match.end(name))


@dataclass(slots=True)
class _Opener:
    start: int
    inside: int
    is_image: bool
    is_active: bool = True
    has_image: bool = False


@dataclass(slots=True)
class _Reader:
    text: str
    prose: str
    found: Spans = field(default_factory=Spans)
    openers: list[_Opener] = field(default_factory=list)
    known: Mapping[str, Target] = field(default_factory=dict)

    def read(self) -> Spans:
        self.known = _definitions(self.prose)
        self.prose = definitions_blanked(self.prose)
        at = 0
        while token := _TOKEN.search(self.prose, at):
            at = self._take(token)
        self.found.links += list(bare_links(self.prose, self.found))
        self.found.links.sort(key=lambda link: link.start)
        self.found.images.sort(key=lambda image: image.start)
        return self.found

    def _take(self, token: re.Match[str]) -> int:
        mark = token[0]
        if mark in {"[", "!["}:
            self.openers.append(_Opener(token.start(), token.end(), mark == "!["))
        elif mark == "]":
            return self._close(token.start())
        elif mark[0] == "<":
            self._autolink(token)
        elif mark[0] == "\n":
            self.openers.clear()
        return token.end()

    def _autolink(self, token: re.Match[str]) -> None:
        inside = token[0][1:-1]
        is_address = ":" not in inside.partition("@")[0]
        target = Target(
            f"mailto:{inside}" if is_address else inside, token.start() + 1, token.end() - 1
        )
        self.found.links.append(LinkSpan(LinkKind.AUTO, inside, target, token.start(), token.end()))

    def _close(self, at: int) -> int:
        if not self.openers:
            return at + 1
        opener = self.openers.pop()
        if not opener.is_active:
            return at + 1
        inline = _DESTINATION.match(self.prose, at + 1)
        if inline:
            name = "angle" if inline["angle"] is not None else "plain"
            target = (
                Target("", inline.start() + 1, inline.start() + 1)
                if inline[name] is None
                else _target(inline, name)
            )
            return self._add(opener, at, target, inline.end(), LinkKind.INLINE)
        return self._reference(opener, at)

    def _reference(self, opener: _Opener, at: int) -> int:
        label = _LABEL.match(self.prose, at + 1)
        name = label[1] if label and label[1].strip() else self.text[opener.inside : at]
        target = self.known.get(_label(name))
        end = label.end() if label else at + 1
        if target:
            return self._add(opener, at, target, end, LinkKind.REFERENCE)
        if label and label[1].strip() and not name.startswith("^"):
            self.found.missing.append((opener.start, end))
        elif self.prose.startswith("(", at + 1):
            self.found.broken.append((opener.start, self._line_end(at + 1)))
        return at + 1

    def _line_end(self, at: int) -> int:
        end = self.prose.find("\n", at)
        end = len(self.prose) if end < 0 else end
        closing = self.prose.find(")", at, end)
        return closing + 1 if closing >= 0 else end

    def _add(self, opener: _Opener, at: int, target: Target, end: int, kind: LinkKind) -> int:
        words = self.text[opener.inside : at]
        if opener.is_image:
            attributes = _ATTRIBUTES.match(self.prose, end)
            self.found.images.append(
                ImageSpan(
                    words, opener.inside, target, opener.start, end,
                    attributes[1] if attributes else "",
                )
            )  # fmt: skip
            if self.openers:
                self.openers[-1].has_image = True
            return end
        self.found.links.append(LinkSpan(kind, words, target, opener.start, end, opener.has_image))
        for outer in self.openers:
            outer.is_active = outer.is_active and outer.is_image
        return end
