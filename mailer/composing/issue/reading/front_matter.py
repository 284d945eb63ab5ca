"""Front matter: the YAML between the first two `---` lines of an issue, checked key by key."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from mailer.composing.issue.reading.front_matter_yaml import KEYS, Value, read_values, split
from mailer.composing.issue.reading.merge import parse_line
from mailer.composing.issue.reading.raw_images import FILE_NAME, file_source
from mailer.composing.issue.reading.source import Source
from mailer.composing.issue.slugs import LONGEST_SLUG, is_issue_slug, slug_of_file
from mailer.composing.issue.tree import Author, FrontMatter, Image, Inlines
from mailer.errors import RenderError
from mailer.message.compiled import Mailbox
from subscribers.slugs import is_list_slug

__all__ = ["AUTHOR_IMAGE_WIDTH", "KEYS", "parse", "split"]

AUTHOR_IMAGE_WIDTH = 56
"""CSS pixels; the themes show it in a square of that size."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_MAILBOX = re.compile(r"(?P<name>[^<>]*+)<(?P<email>[^<>\s]+)>")
_URL = re.compile(r"https?://[^\s\"<>]+")
_FULL = "a full address (https://...)"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_YES_OR_NO = {"": None, "yes": True, "true": True, "no": False, "false": False}


def parse(source: Source) -> FrontMatter:
    """Return the checked front matter.

    Raises:
        RenderError: it is not a YAML mapping of known keys to text, or a value is wrong.
    """
    reader = _Reader(source, read_values(source))
    return FrontMatter(
        subject=reader.subject(),
        headline=reader.line("headline"),
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


@dataclass(frozen=True, slots=True)
class _Reader:
    source: Source
    values: dict[str, Value]

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
        """Return a value that may not hold merge fields."""
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
        self._required("subject", '"What the inbox shows"')
        return self.line("subject")

    def line(self, name: str) -> Inlines:
        """Return a value's text and merge fields."""
        if not (text := self._text(name)):
            return ()
        return parse_line(text, source=self.source, line=self.values[name].line)

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
        return Mailbox(email=valid, name=_unquoted(found["name"].rstrip()) if found else "")


def _unquoted(name: str) -> str:
    """Return a display name without the quotes that a header would have around it."""
    if len(name) > 1 and name[0] == name[-1] == '"':
        return re.sub(r"\\(.)", r"\1", name[1:-1])
    return name
