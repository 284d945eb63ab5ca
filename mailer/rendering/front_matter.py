"""Front matter: the YAML between the first two `---` lines of an issue."""

import datetime as dt
import difflib
import re
from dataclasses import dataclass
from email.utils import parseaddr

import yaml
from email_validator import EmailNotValidError, validate_email

from mailer.domain.issue import FrontMatter, Inlines
from mailer.domain.message import Mailbox
from mailer.rendering.merge import parse_line
from mailer.rendering.source import Source

KEYS = (
    "subject", "slug", "date", "preheader", "list", "from", "reply-to", "theme", "language",
    "title", "tagline",
)  # fmt: skip
LONGEST_BYTES = 65_536

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
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
        mailing_list=reader.matching("list", _SLUG, "a list's slug, such as weekly-news"),
        sender=reader.mailbox("from"),
        reply_to=reader.mailbox("reply-to"),
        theme=reader.matching("theme", _NAME, "the name of a theme's folder, such as default"),
        language=reader.matching("language", _LANGUAGE, "a language tag, such as en or pt-BR"),
        title=reader.plain("title"),
        tagline=reader.plain("tagline"),
    )


# --- YAML -----------------------------------------------------------------------------------


def _values(source: Source) -> dict[str, _Value]:
    node = _compose(source)
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise source.error("the front matter must be lines of 'key: value'", line=2, column=1)
    values: dict[str, _Value] = {}
    for key, value in node.value:
        name = _key(key, source)
        if name in values:
            raise _at(source, key, f"{name!r} is there twice: keep one")
        values[name] = _scalar(name, value, source)
    return values


def _compose(source: Source) -> yaml.Node | None:
    text, _ = split(source)
    if len(text.encode()) > LONGEST_BYTES:
        raise source.error("the front matter is longer than 64 KB: shorten it", line=2)
    try:
        return yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise source.error(
            f"the front matter is not YAML ({error.problem or error.context}): put values with"
            " ':' or '#' or quotes in them between double quotes",
            line=mark.line + 2 if mark else None,
            column=mark.column + 1 if mark else None,
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise source.error(f"the front matter is not YAML: {reason}", line=2) from None


def _at(source: Source, node: yaml.Node, message: str) -> Exception:
    mark = node.start_mark
    return source.error(message, line=mark.line + 2, column=mark.column + 1)


def _key(node: yaml.Node, source: Source) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _at(source, node, "the front matter must be lines of 'key: value'")
    name = str(node.value)
    if name in KEYS:
        return name
    close = difflib.get_close_matches(name.replace("_", "-").lower(), KEYS, n=1, cutoff=0.6)
    hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(KEYS)}"
    raise _at(source, node, f"unknown key {name!r} in the front matter: {hint}")


def _scalar(name: str, node: yaml.Node, source: Source) -> _Value:
    if not isinstance(node, yaml.ScalarNode):
        raise _at(source, node, f"{name!r} must be one piece of text: put it in double quotes")
    end = node.end_mark
    rest = source.lines[end.line + 1][end.column :] if end.line + 1 < len(source.lines) else ""
    if node.style is None and _LOST_TO_COMMENT.match(rest):
        raise source.error(
            f"the rest of {name!r} would be lost, as ' #' begins a comment: put the value in"
            " double quotes",
            line=end.line + 2,
            column=end.column + 2,
        )
    text = "" if node.tag == "tag:yaml.org,2002:null" else " ".join(str(node.value).split())
    return _Value(text, node.start_mark.line + 2, node.start_mark.column + 1)


# --- values ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reader:
    source: Source
    values: dict[str, _Value]

    def _error(self, name: str, message: str) -> Exception:
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

    def matching(self, name: str, pattern: re.Pattern[str], what: str) -> str:
        """Return a value of a given shape."""
        text = self._text(name)
        if text and not pattern.fullmatch(text):
            raise self._error(name, f"{name!r} must be {what}, not {text!r}")
        return text

    def subject(self) -> Inlines:
        """Return the subject's text and merge fields."""
        text = self._required("subject", '"What the inbox shows"')
        return parse_line(text, source=self.source, line=self.values["subject"].line)

    def slug(self) -> str:
        """Return the slug, by default made from the file's name."""
        if text := self.matching("slug", _SLUG, "lower-case letters, digits and single hyphens"):
            return text
        stem = "-".join(re.findall(r"[a-z0-9]+", self.source.path.stem.lower()))
        if stem:
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

    def mailbox(self, name: str) -> Mailbox | None:
        """Return an address with its display name."""
        text = self.plain(name)
        if not text:
            return None
        display, address = parseaddr(text)
        try:
            valid = validate_email(
                address, check_deliverability=False, globally_deliverable=False
            ).ascii_email
        except EmailNotValidError:
            valid = None
        if valid is None:
            raise self._error(name, f"{name!r} must be like: Name <name@example.org>")
        return Mailbox(email=valid, name=display)
