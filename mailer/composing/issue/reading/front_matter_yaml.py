"""The YAML of an issue's front matter: text by key, and where each piece stands."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from mailer.composing.issue.reading.source import Source, normalise
from mailer.composing.issue.tree import one_line
from mailer.errors import RenderError

KEYS = (
    "subject", "slug", "date", "preheader", "list", "from", "reply-to", "theme", "language",
    "title", "tagline", "headline", "author", "author-url", "author-bio", "author-image",
    "contents",
)  # fmt: skip
LONGEST_BYTES = 65_536

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SHAPE = "the front matter must be lines of 'key: value'"
_QUOTE = "put the value in double quotes"
_FRAME = (
    yaml.StreamStartEvent,
    yaml.StreamEndEvent,
    yaml.DocumentStartEvent,
    yaml.DocumentEndEvent,
)
_OPEN_QUOTE = re.compile(
    r"""[A-Za-z][\w-]*[ \t]*:[ \t]+(?P<value>"(?:[^"\\]|\\.)*|'(?:[^']|'')*)"""
)
_LOST_TO_COMMENT = re.compile(r"\s#\S")


@dataclass(frozen=True, slots=True)
class Value:
    """The text of one key, and where it begins in the file."""

    text: str
    line: int
    column: int


def split(source: Source) -> tuple[str, int]:
    """Return the YAML and the number of the line on which the issue's text begins.

    Raises:
        RenderError: the file does not begin with front matter, or it does not end.
    """
    lines = source.lines
    if lines[0].rstrip() != "---":
        raise source.error(
            "an issue begins with front matter: a line '---', 'subject: ...', 'date: ...', and a"
            " line '---'",
            line=1,
            column=1,
        )
    for index, line in enumerate(lines[1:], start=1):
        if line.rstrip() in {"---", "..."}:
            return "\n".join(lines[1:index]), index + 2
    raise source.error("the front matter is not closed: end it with a line '---'", line=1, column=1)


def read_values(source: Source) -> dict[str, Value]:
    """Return the front matter's values by key.

    The YAML is read event by event: composing it would let deep nesting crash the process.

    Raises:
        RenderError: it is not a YAML mapping of known keys to text.
    """
    values: dict[str, Value] = {}
    events = _events(source)
    first = next(events, None)
    if first is None:
        return values
    if not isinstance(first, yaml.MappingStartEvent):
        raise _at(source, first, _SHAPE)
    for key in events:
        if isinstance(key, yaml.MappingEndEvent):
            break
        name = _key(key, source)
        if name in values:
            raise _at(source, key, f"{name!r} is there twice: keep one")
        values[name] = _scalar(name, next(events), source)
    for extra in events:
        raise _at(source, extra, _SHAPE)
    return values


def _events(source: Source) -> Iterator[yaml.Event]:
    text, _ = split(source)
    if len(text.encode()) > LONGEST_BYTES:
        raise source.error("the front matter is longer than 64 KB: shorten it", line=2)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if not isinstance(event, _FRAME):
                yield event
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = _position(mark)
        if cause := _cause_above(source, line):
            raise cause from None
        is_tab = source.lines[line - 1][column - 1 : column] == "\t"
        how = "take the tab out" if is_tab else _QUOTE
        reason = error.problem or error.context
        raise source.error(
            f"the front matter is not YAML ({reason}): {how}", line=line, column=column
        ) from None
    except yaml.YAMLError as error:
        reason = str(error).partition("\n")[0]
        raise source.error(f"the front matter is not YAML: {reason}", line=2) from None


def _cause_above(source: Source, line: int) -> RenderError | None:
    """Return the error for a quotation mark or front matter without end before `line`.

    YAML reads on, and stumbles further down.
    """
    is_text = source.lines[line - 1].partition(":")[0] not in KEYS
    for number, text in enumerate(source.lines[1:line], 2):
        if found := _OPEN_QUOTE.fullmatch(text.rstrip()):
            message = "the quotation mark is not closed: end the value with another"
            return source.error(message, line=number, column=found.start("value") + 1)
        if is_text and number < line and not text.strip():
            message = "the front matter seems to end here: end it with a line '---'"
            return source.error(message, line=number, column=1)
    return None


def _at(source: Source, event: yaml.Event, message: str) -> RenderError:
    line, column = _position(event.start_mark)
    return source.error(message, line=line, column=column)


def _position(mark: Any) -> tuple[int, int]:  # noqa: ANN401 - libyaml's mark or Python's
    """Return the line and column of the file; the YAML begins on its second line."""
    return mark.line + 2, mark.column + 1


def _key(event: yaml.Event, source: Source) -> str:
    if not isinstance(event, yaml.ScalarEvent):
        raise _at(source, event, _SHAPE)
    name = str(event.value)
    if name in KEYS:
        return name
    if " " in name and (cause := _cause_above(source, _position(event.start_mark)[0])):
        raise cause
    close = difflib.get_close_matches(name.replace("_", "-").lower(), KEYS, n=1, cutoff=0.6)
    hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(KEYS)}"
    raise _at(source, event, f"unknown key {name!r} in the front matter: {hint}")


def _scalar(name: str, event: yaml.Event, source: Source) -> Value:
    if not isinstance(event, yaml.ScalarEvent):
        raise _at(source, event, f"{name!r} must be one piece of text: {_QUOTE}")
    if event.tag or event.anchor:
        sign = "!" if event.tag else "&"
        raise _at(source, event, f"{sign!r} begins something else in YAML: {_QUOTE}")
    if not event.style:
        _check_comment(name, event, source)
    is_null = not event.style and event.value in {"", "~", "null"}
    text = (
        "" if is_null else one_line(normalise(str(event.value)))
    )  # "\e" in quotes is a control character
    return Value(text, *_position(event.start_mark))


def _check_comment(name: str, event: yaml.Event, source: Source) -> None:
    """Refuse `title: News #41`, of which YAML would keep `News`."""
    line, column = _position(event.end_mark)
    if _LOST_TO_COMMENT.match(source.lines[line - 1], column - 1):
        raise source.error(
            f"the rest of {name!r} would be lost, as ' #' begins a comment: put the value in"
            " double quotes",
            line=line,
            column=column + 1,
        )
