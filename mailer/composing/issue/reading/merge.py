"""Merge fields: `{{ field }}` in the author's text, tokens in the compiled message.

A token is letters, digits and underscores only, so nothing between here and the recipient changes
it. Its name comes from the content's hash: the same issue has the same tokens, and no text that
an author could write before knowing the hash contains one.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailer.composing.issue.reading.source import Source
from mailer.composing.issue.tree import CodeSpan, Inlines, MergeField, Text, nodes_in
from mailer.errors import RenderError
from mailer.message.compiled import ARCHIVE_URL, UNSUBSCRIBE_URL, Slot, SlotContext

_EXPRESSION = re.compile(
    r"""\s*(?P<field>[a-z][a-z0-9_]*)\s*
        (?:\|\s*default:\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')\s*)?""",
    re.VERBOSE,
)
ADDRESS_FIELD = re.compile(rf"\{{\{{\s*({ARCHIVE_URL}|{UNSUBSCRIBE_URL})\s*\}}\}}")
"""What may stand for the whole address of a link."""

_OPEN = re.compile(r"\{\{(?P<inner>[^{}\n]*)(?P<close>\}\}?)?")
_HOW = 'write {{ field }} or {{ field | default: "text" }}'


class MergeSyntaxError(ValueError):
    """What stands between `{{` and `}}` is not a merge field.

    `.earlier` says how many `{{` stand before it in the text that was looked through.
    """

    earlier = 0


def match_field(text: str, position: int) -> tuple[MergeField, int] | None:
    """Return the merge field that begins at `position` and the position after it.

    None where no merge field was meant: `{{` that never closes on its line.

    Raises:
        MergeSyntaxError: one was meant, but it is not well-formed.
    """
    found = _OPEN.match(text, position)
    if not found:
        return None
    if found["close"] != "}}":
        if _EXPRESSION.fullmatch(found["inner"]) is None:
            return None
        raise MergeSyntaxError(f"the merge field {found[0]!r} is not closed: {_HOW}")
    return _field(found["inner"]), found.end()


def _field(inner: str) -> MergeField:
    parts = _EXPRESSION.fullmatch(inner)
    if parts is None:
        raise MergeSyntaxError(f"{'{{' + inner + '}}'!r} is not a merge field: {_HOW}")
    default = parts["double"] if parts["double"] is not None else parts["single"]
    return MergeField(parts["field"], default)


def parse_line(text: str, *, source: Source, line: int) -> Inlines:
    """Return a front matter line as text and merge fields.

    Raises:
        RenderError: a merge field is not well-formed.
    """
    try:
        return tuple(_placed(text, source=source, line=line))
    except MergeSyntaxError as error:
        raise wrong_field(error, source=source, line=line) from None


def wrong_field(error: MergeSyntaxError, *, source: Source, line: int) -> RenderError:
    """Return the error for a line of the file, or a value on it, that was looked through."""
    text = source.lines[line - 1]
    places = [found.start() for found in re.finditer(r"\{\{", text)]
    column = places[error.earlier] + 1 if error.earlier < len(places) else None
    return source.error(str(error), line=line, column=column, at="{{")


def _placed(text: str, *, source: Source, line: int) -> Iterator[Text | MergeField]:
    column = 0
    for piece in fields_in(text):
        if isinstance(piece, MergeField):
            column = source.lines[line - 1].find("{{", column) + 1
            yield MergeField(piece.field, piece.default, line, column or 1)
        else:
            yield piece


def fields_in(text: str) -> Iterator[Text | MergeField]:
    """Yield the merge fields of `text`, and the text between them.

    Raises:
        MergeSyntaxError: one is not well-formed.
    """
    begin = position = 0
    while (position := text.find("{{", position)) >= 0:
        try:
            match = match_field(text, position)
        except MergeSyntaxError as error:
            error.earlier = len(re.findall(r"\{\{", text[:position]))
            raise
        if match is None:
            position += 2
            continue
        if position > begin:
            yield Text(text[begin:position])
        yield match[0]
        begin = position = match[1]
    if begin < len(text):
        yield Text(text[begin:])


def words_in_line(text: str) -> Inlines:
    """Return text and merge fields; all of it as text if one is not well-formed."""
    try:
        return tuple(fields_in(text))
    except MergeSyntaxError:
        return (Text(text),)


@dataclass(slots=True)
class Tokens:
    """Gives out one token for each field, default and context, and remembers them in order."""

    prefix: str
    _slots: dict[tuple[str, str | None, SlotContext], Slot] = field(default_factory=dict)

    def address(self, url: str, *, context: SlotContext) -> str:
        """Return `url`, or the token of the merge field that it is."""
        found = ADDRESS_FIELD.fullmatch(url)
        return self.token(found[1], context=context) if found else url

    def token(self, name: str, *, context: SlotContext, default: str | None = None) -> str:
        """Return the token of merge field `name` in `context`."""
        key = (name, default, context)
        if key not in self._slots:
            token = f"{self.prefix}{len(self._slots):04d}{context.value[0]}"
            self._slots[key] = Slot(token=token, field=name, context=context, default=default)
        return self._slots[key].token

    def archive_url(self, context: SlotContext) -> str:
        """Return the token of the issue's address in the web archive."""
        return self.token(ARCHIVE_URL, context=context)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Every slot given out, in order."""
        return tuple(self._slots.values())


def token_line(inlines: Inlines, tokens: Tokens, *, context: SlotContext) -> str:
    """Return words without their marks, with tokens for merge fields: a subject or headline."""
    return "".join(
        tokens.token(node.field, context=context, default=node.default)
        if isinstance(node, MergeField)
        else node.text
        for node in nodes_in(inlines)
        if isinstance(node, MergeField | Text | CodeSpan)
    )


def tokens_for(text: str) -> Tokens:
    """Return tokens whose prefix does not occur in `text`."""
    salt = 0
    while True:
        digest = hashlib.sha256(f"{salt}:{text}".encode()).hexdigest()
        prefix = f"MF_{digest[:12]}_"
        if prefix not in text:
            return Tokens(prefix)
        salt += 1
