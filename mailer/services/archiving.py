"""Archiving: what anybody may read of what was sent, with nothing of anybody in it."""

import datetime as dt
import re
from dataclasses import dataclass

from sqlalchemy import Engine

from mailer.domain.message import (
    CompiledIssue,
    Recipient,
    slot_values,
)
from mailer.storage import archive

_SLUG = re.compile(r"[a-z0-9-]{1,200}")
_YOUR_ADDRESS = "your address"
"""What stands where a message shows its recipient's address."""


@dataclass(frozen=True, slots=True)
class ArchivedIssue:
    """One line of the archive."""

    slug: str
    date: dt.date
    subject: str
    preheader: str
    list_name: str


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """An archived issue to read.

    Args:
        html: a whole document; what differed between recipients is filled neutrally.
        content_hash: changes when the issue does.
    """

    html: str
    content_hash: str


def list_archive(engine: Engine, *, limit: int = 500) -> list[ArchivedIssue]:
    """Return the issues that were sent, newest first."""
    with engine.connect() as connection:
        return [
            ArchivedIssue(
                issue.slug,
                issue.date,
                _for_nobody(issue.compiled.subject, issue.compiled),
                issue.compiled.preheader,
                issue.list_name,
            )
            for issue in archive.list_public(connection, limit=limit)
        ]


def read_archived(engine: Engine, slug: str, *, unsubscribe_url: str) -> ArchivedPage | None:
    """Return the issue as its latest send had it; None where nobody was sent it.

    Args:
        engine: the ledger.
        slug: the issue.
        unsubscribe_url: where its unsubscribe link leads: to nobody's subscription.
    """
    if not _SLUG.fullmatch(slug):
        return None
    with engine.connect() as connection:
        issue = archive.find_public(connection, slug)
    if issue is None:
        return None
    return ArchivedPage(
        _for_nobody(issue.compiled.html, issue.compiled, unsubscribe_url),
        issue.compiled.content_hash,
    )


def _for_nobody(text: str, compiled: CompiledIssue, unsubscribe_url: str = "") -> str:
    nobody = Recipient(
        delivery_id=0,
        email=_YOUR_ADDRESS,
        name="",
        message_id="",
        unsubscribe_url=unsubscribe_url,
    )
    values = slot_values(compiled, nobody)
    if not values:
        return text
    longest_first = sorted(values, key=len, reverse=True)
    tokens = re.compile("|".join(re.escape(token) for token in longest_first))
    return tokens.sub(lambda found: values[found.group()], text)
