"""A message under inspection: its parts, how they look, and findings about them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mailer.composing.linting.compat.cascade import Cascade, rules_of
from mailer.composing.linting.compat.document import Document, Element, Run, Shape, read
from mailer.composing.linting.compat.locating import beginning, where
from mailer.composing.linting.compat.look import Look
from mailer.composing.linting.compat.media import View
from mailer.composing.linting.compat.options import CompatOptions
from mailer.composing.linting.compat.stylesheet import Stylesheet, parse_block
from mailer.composing.linting.compat.wording import shortened
from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule

_RAW = re.compile(
    r"^ {0,3}(?:`{3,}|~{3,}) *\{=mjml\}[^\n]*\n(.*?)^ {0,3}(?:```|~~~)", re.DOTALL | re.MULTILINE
)
_BLANK = re.compile(r"[^\n]")


@dataclass(frozen=True, slots=True)
class Block:
    """A `<style>` element and what it says.

    Args:
        element: where it stands.
        css: its text.
        media: its `media` attribute.
        sheet: its rules.
    """

    element: Element
    css: str
    media: str
    sheet: Stylesheet


@dataclass(frozen=True, slots=True)
class _Location:
    path: Path
    line: int
    column: int
    words: str


@dataclass(frozen=True, slots=True)
class Text:
    """Texts that look alike in every view: the first of them, and how many they are."""

    run: Run
    count: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """What every check looks at.

    Args:
        html: the message as compiled.
        path: the author's file.
        options: thresholds and surroundings.
        document: `html`, read.
        blocks: its `<style>` elements.
        texts: its words, those together that look alike.
        cascade: how its shapes look.
        raw: the author's raw MJML where it stands in the file, all else blank.
    """

    html: str
    path: Path
    options: CompatOptions
    document: Document
    blocks: tuple[Block, ...]
    texts: tuple[Text, ...]
    cascade: Cascade
    raw: str

    def look(self, element: Element, view: View) -> Look:
        """Return how `element` looks in `view`."""
        return self.cascade.looks(element.shape)[view.number]

    def visible(self, view: View) -> Iterator[tuple[Text, Look]]:
        """Yield the texts that somebody reads in `view`."""
        for text in self.texts:
            look = self.look(text.run.element, view)
            if not look.is_hidden:
                yield text, look

    def finding(  # noqa: PLR0913 - a finding has that many sides
        self,
        rule: Rule,
        message: str,
        *,
        at: Element | Run | None = None,
        words: str = "",
        also: tuple[str, ...] = (),
        nth: int = 1,
        severity: Severity | None = None,
        fix: str = "",
        why: str = "",
        facts: Mapping[str, str | int | float] | None = None,
        template: str = "",
    ) -> Finding:
        """Return a finding by `rule`.

        Args:
            rule: its code, and what is said unless the other arguments say more.
            message: what is wrong, one line.
            at: the element or text that it is about; None where it is the whole message.
            words: what to look for in the author's or theme's file to name the exact place.
            also: other ways to write it there.
            nth: the how many-eth place with the words is meant.
            severity: where it is not the rule's own.
            fix: the same.
            why: the same.
            facts: figures, for machines.
            template: name of the theme's file that is to blame where it is the whole message.
        """
        file = self.options.theme_file(template) if template else None
        place = self._locate(at, (words, *also), nth=nth) if file is None else self._in(file, words)
        return Finding(
            code=rule.code,
            severity=severity or rule.severity,
            message=message,
            path=place.path,
            line=place.line,
            column=place.column,
            text=shortened(place.words),
            why=why or rule.why,
            fix=fix or rule.fix,
            facts=facts,
        )

    def _in(self, file: Path, words: str) -> _Location:
        """Return the first place of `words` in a file of the theme, else its beginning."""
        place = where(self.options.theme_files[file], words, near=1)
        return _Location(file, *place, words) if place else _Location(file, 1, 1, "")

    def _locate(self, at: Element | Run | None, words: tuple[str, ...], *, nth: int) -> _Location:
        """Return where it is written: where one of `words` stands, else what can be read there."""
        element = at.element if isinstance(at, Run) else at
        line = at.line if at is not None else 1
        readable = list(self._readable(at))
        if any(where(self.raw, some, near=1) for some in readable):
            files = [(self.path, self.raw)]
        else:
            own = [(self.path, self.options.source)]
            theirs = list(self.options.theme_files.items())
            is_authored = element is not None and element.is_authored
            files = [*own, *theirs] if is_authored else [*theirs, *own]
        for some in dict.fromkeys([*words, *readable]):
            for path, text in files:
                near = line if path == self.path else 1
                if place := where(text, some, near=near, nth=nth):
                    return _Location(path, *place, some)
        return _Location(self.path, line, 1, words[0])

    def _readable(self, at: Element | Run | None) -> Iterator[str]:
        """Yield what a reader sees of `at`, to find its place by."""
        if isinstance(at, Run):
            texts = [at.text]
        elif at is not None:
            runs = self.document.runs[at.first_run : at.last_run]
            read = next((run.text for run in runs if run.has_words), "")
            texts = [at.attributes.get("alt", ""), read]
        else:
            texts = []
        yield from filter(None, map(beginning, texts))


def inspect(html: str, *, path: Path, options: CompatOptions) -> Inspection:
    """Return `html` read, ready for the checks."""
    document = read(html)
    blocks = tuple(
        Block(
            element=element,
            css=(css := document.own_text(element)),
            media=element.attributes.get("media", ""),
            sheet=parse_block(css),
        )
        for element in document.all("style")
    )
    cascade = Cascade(rules_of(tuple((block.media, block.css) for block in blocks)))
    return Inspection(
        html=html,
        path=path,
        options=options,
        document=document,
        blocks=blocks,
        texts=tuple(_texts(document)),
        cascade=cascade,
        raw=_raw(options.source),
    )


def _raw(source: str) -> str:
    """Return `source` with nothing left but what stands in blocks of raw MJML."""
    pieces, end = [], 0
    for found in _RAW.finditer(source):
        pieces += [_BLANK.sub(" ", source[end : found.start(1)]), found[1]]
        end = found.end(1)
    return "".join(pieces)


def _texts(document: Document) -> Iterator[Text]:
    alike: dict[Shape, list[Run]] = {}
    for run in document.runs:
        if run.has_words:
            alike.setdefault(run.element.shape, []).append(run)
    for runs in alike.values():
        yield Text(runs[0], len(runs))
