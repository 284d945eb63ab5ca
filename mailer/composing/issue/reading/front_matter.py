"""Front matter: the YAML between the first two `---` lines of an issue."""

import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from email_validator import EmailNotValidError, validate_email

from mailer.composing.issue.reading.merge import parse_line
from mailer.composing.issue.reading.raw_images import FILE_NAME, file_source
from mailer.composing.issue.reading.source import Source, normalise
from mailer.composing.issue.slugs import LONGEST_SLUG, is_issue_slug, slug_of_file
from mailer.composing.issue.tree import Author, FrontMatter, Image, Inlines, one_line
from mailer.errors import RenderError
from mailer.message.compiled import Mailbox
from subscribers.slugs import is_list_slug

KEYS = (
    "subject", "slug", "date", "preheader", "list", "from", "reply-to", "theme", "language",
    "title", "tagline", "author", "author-url", "author-bio", "author-image", "contents",
)  # fmt: skip
LONGEST_BYTES = 65_536
AUTHOR_IMAGE_WIDTH = 56
"""CSS pixels; the themes show it in a square of that size."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SHAPE = "the front matter must be lines of 'key: value'"
_QUOTE = "put the value in double quotes"
_FRAME = (
    yaml.StreamStartEvent,
    yaml.StreamEndEvent,
    yaml.DocumentStartEvent,
    yaml.DocumentEndEvent,
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_MAILBOX = re.compile(r"(?P<name>[^<>]*?)\s*<(?P<email>[^<>\s]+)>")
_URL = re.compile(r"https?://[^\s\"<>]+")
_FULL = "a full address (https://...)"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_YES_OR_NO = {"": None, "yes": True, "true": True, "no": False, "false": False}
_OPEN_QUOTE = re.compile(
    r"""[A-Za-z][\w-]*[ \t]*:[ \t]+(?P<value>"(?:[^"\\]|\\.)*|'(?:[^']|'')*)"""
)
_LOST_TO_COMMENT = re.compile(r"\s#\S")


@dataclass(frozen=True, slots=True)
class _Value:
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


def parse(source: Source) -> FrontMatter:
    """Return the checked front matter.

    Raises:
        RenderError: it is not a YAML mapping of known keys to text, or a value is wrong.
    """
    reader = _Reader(source, _values(source))
    return FrontMatter(
        subject=reader.subject(),
        slug=reader.slug(),
        date=reader.date(),
        preheader=reader.plain("preheader"),
        mailing_list=reader.matching("list", is_list_slug, "a list's slug, such as weekly-news"),
        sender=reader.mailbox("from"),
        reply_to=reader.mailbox("reply-to"),
        theme=reader.matching(
            "theme", _NAME.fullmatch, "the name of a theme's folder, such as default"
        ),
        language=reader.matching(
            "language", _LANGUAGE.fullmatch, "a language tag, such as en or pt-BR"
        ),
        title=reader.plain("title"),
        tagline=reader.plain("tagline"),
        author=reader.author(),
        has_contents=reader.yes_or_no("contents"),
    )


# --- YAML -----------------------------------------------------------------------------------


def _values(source: Source) -> dict[str, _Value]:
    """Read the YAML event by event: composing it would let deep nesting crash the process."""
    values: dict[str, _Value] = {}
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
        line, column = _place(mark)
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
    line, column = _place(event.start_mark)
    return source.error(message, line=line, column=column)


def _place(mark: Any) -> tuple[int, int]:  # noqa: ANN401 - libyaml's mark or Python's
    """Return the line and column of the file; the YAML begins on its second line."""
    return mark.line + 2, mark.column + 1


def _key(event: yaml.Event, source: Source) -> str:
    if not isinstance(event, yaml.ScalarEvent):
        raise _at(source, event, _SHAPE)
    name = str(event.value)
    if name in KEYS:
        return name
    if " " in name and (cause := _cause_above(source, _place(event.start_mark)[0])):
        raise cause
    close = difflib.get_close_matches(name.replace("_", "-").lower(), KEYS, n=1, cutoff=0.6)
    hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(KEYS)}"
    raise _at(source, event, f"unknown key {name!r} in the front matter: {hint}")


def _scalar(name: str, event: yaml.Event, source: Source) -> _Value:
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
    return _Value(text, *_place(event.start_mark))


def _check_comment(name: str, event: yaml.Event, source: Source) -> None:
    """Refuse `title: News #41`, of which YAML would keep `News`."""
    line, column = _place(event.end_mark)
    if _LOST_TO_COMMENT.match(source.lines[line - 1], column - 1):
        raise source.error(
            f"the rest of {name!r} would be lost, as ' #' begins a comment: put the value in"
            " double quotes",
            line=line,
            column=column + 1,
        )


# --- values ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reader:
    source: Source
    values: dict[str, _Value]

    def _error(self, name: str, message: str) -> RenderError:
        value = self.values[name]
        return self.source.error(message, line=value.line, column=value.column)

    def _text(self, name: str) -> str:
        return self.values[name].text if name in self.values else ""

    def _required(self, name: str, example: str) -> str:
        if text := self._text(name):
            return text
        line = self.values[name].line if name in self.values else 1
        raise self.source.error(f"the issue has no {name}: add '{name}: {example}'", line=line)

    def plain(self, name: str) -> str:
        """Return a value in which merge fields have no place."""
        text = self._text(name)
        if "{{" in text:
            raise self._error(name, f"{name!r} is the same for everyone: no merge fields in it")
        return text

    def matching(self, name: str, is_right: Callable[[str], object], what: str) -> str:
        """Return a value of a given shape."""
        text = self._text(name)
        if text and not is_right(text):
            raise self._error(name, f"{name!r} must be {what}, not {text!r}")
        return text

    def subject(self) -> Inlines:
        """Return the subject's text and merge fields."""
        text = self._required("subject", '"What the inbox shows"')
        return parse_line(text, source=self.source, line=self.values["subject"].line)

    def slug(self) -> str:
        """Return the slug, by default made from the file's name."""
        shape = f"lower-case letters, digits and single hyphens, at most {LONGEST_SLUG}"
        if text := self.matching("slug", is_issue_slug, shape):
            return text
        stem = slug_of_file(self.source.path.stem)
        if is_issue_slug(stem):
            return stem
        raise self.source.error("the file's name gives no slug: add 'slug: my-issue'", line=1)

    def date(self) -> dt.date:
        """Return the date."""
        text = self._required("date", "2026-11-22")
        try:
            if _DATE.fullmatch(text):
                return dt.date.fromisoformat(text)
        except ValueError:
            pass
        raise self._error("date", f"'date' must be a day such as 2026-11-22, not {text!r}")

    def author(self) -> Author | None:
        """Return who wrote the issue."""
        name = self.plain("author")
        parts = ("author-url", "author-bio", "author-image")
        given = [part for part in parts if self._text(part)]
        if not name and given:
            raise self._error(given[0], f"{given[0]!r} needs 'author', the author's name")
        url, image = self.matching("author-url", _URL.fullmatch, _FULL), self._author_image()
        return Author(name, url, self.plain("author-bio"), image) if name else None

    def _author_image(self) -> Image | None:
        name = "author-image"
        src = self.plain(name)
        if not src:
            return None
        if not _URL.fullmatch(src):
            if not FILE_NAME.fullmatch(src):
                what = f"{_FULL} or a file beside the issue"
                raise self._error(name, f"{name!r} must be {what}, not {src!r}")
            src = file_source(src)
        at = self.values[name]
        return Image(src, "", (), "", at.line, AUTHOR_IMAGE_WIDTH, at.column)

    def yes_or_no(self, name: str) -> bool | None:
        """Return a yes or no; None where nothing is said."""
        text = self._text(name).lower()
        if text not in _YES_OR_NO:
            raise self._error(name, f"{name!r} must be yes or no, not {text!r}")
        return _YES_OR_NO[text]

    def mailbox(self, name: str) -> Mailbox | None:
        """Return an address with its display name."""
        text = self.plain(name)
        if not text:
            return None
        found = _MAILBOX.fullmatch(text)
        try:
            valid = validate_email(
                found["email"] if found else text,
                check_deliverability=False,
                globally_deliverable=False,
            ).ascii_email
        except EmailNotValidError:
            valid = None
        if valid is None:
            raise self._error(name, f"{name!r} must be like: Name <name@example.org>")
        return Mailbox(email=valid, name=_unquoted(found["name"]) if found else "")


def _unquoted(name: str) -> str:
    """Return a display name without the quotes that a header would have around it."""
    if len(name) > 1 and name[0] == name[-1] == '"':
        return re.sub(r"\\(.)", r"\1", name[1:-1])
    return name
