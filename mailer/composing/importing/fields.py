"""Which fields of a record say what about a post, whatever file the record is in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailer.composing.importing.html.facts import read_date
from mailer.composing.importing.post import Post

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """Names of a record's fields, by what they say of a post; the first that is filled counts."""

    title: Names
    date: Names
    subtitle: Names = ()
    preheader: Names = ()
    slug: Names = ("slug",)
    status: Names = ("status",)
    url: Names = ()
    language: Names = ()

    def post(self, record: Mapping[str, Any], *, source: str, name: str, body: str) -> Post:
        """Return what a record says of a post."""
        return Post(
            source=source,
            name=name,
            body=body,
            title=text_in(record, *self.title).strip(),
            subtitle=text_in(record, *self.subtitle).strip(),
            preheader=text_in(record, *self.preheader),
            slug=plain_slug(text_in(record, *self.slug)),
            date=read_date(text_in(record, *self.date)),
            status=text_in(record, *self.status),
            url=text_in(record, *self.url),
            language=text_in(record, *self.language),
        )


def plain_slug(text: str) -> str:
    """Return a slug of another system with what ours may hold."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))


def text_in(record: object, *keys: str) -> str:
    """Return the first of these values that is text and not empty."""
    if not isinstance(record, dict):
        return ""
    values = (record.get(key) for key in keys)
    return next((value for value in values if isinstance(value, str) and value.strip()), "")
