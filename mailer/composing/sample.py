"""A compiled issue filled for nobody: to look at, to measure, and to keep as files."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from mailer.config import Settings
from mailer.message.compiled import CompiledIssue, MailingIdentity, Recipient
from mailer.message.filling import fill
from mailer.message.links import ARCHIVE_PATH, UNSUBSCRIBE_HELP_PATH, unsubscribe_mailto
from mailer.message.mime import MimeTemplate

SAMPLE_EMAIL = "reader@example.org"


def sample_message(
    compiled: CompiledIssue, settings: Settings, *, fields: Mapping[str, str] | None = None
) -> bytes:
    """Return the whole message as a sample reader with these merge values gets it.

    The same bytes every time.
    """
    domain = compiled.sender.email.rpartition("@")[2]
    identity = MailingIdentity("sample", compiled.sender.name or "Sample", domain, 0)
    noon = dt.datetime.combine(compiled.date, dt.time(12), tzinfo=dt.UTC)
    reader = replace(sample_recipient(compiled, settings), fields=fields or {})
    return MimeTemplate(compiled, identity).bind(reader, date=noon)


def neutral_html(compiled: CompiledIssue, settings: Settings) -> str:
    """Return the HTML part as it belongs to nobody: defaults for merge fields, no personal link."""
    return fill(compiled.html, compiled, sample_recipient(compiled, settings))


def neutral_text(compiled: CompiledIssue, settings: Settings) -> str:
    """Return the text part as it belongs to nobody."""
    return fill(compiled.text, compiled, sample_recipient(compiled, settings))


def subject_shown(compiled: CompiledIssue, settings: Settings) -> str:
    """Return the subject line as it belongs to nobody."""
    return fill(compiled.subject, compiled, sample_recipient(compiled, settings))


def sample_recipient(compiled: CompiledIssue, settings: Settings) -> Recipient:
    """Return nobody: no merge values, and an unsubscribe link that changes nothing."""
    base = settings.web.base_url
    return Recipient(
        delivery_id=0,
        email=SAMPLE_EMAIL,
        name="",
        message_id=f"sample.{compiled.slug}@{compiled.sender.email.rpartition('@')[2]}",
        unsubscribe_url=base + UNSUBSCRIBE_HELP_PATH,
        unsubscribe_mailto=unsubscribe_mailto(compiled.sender.email),
        archive_url=f"{base}{ARCHIVE_PATH}{compiled.slug}",
    )
