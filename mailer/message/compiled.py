"""A message: what one subscriber gets. The compiled issue, its slots, and the recipient.

An issue is compiled once. Wherever a value differs between recipients the compiled HTML, text
and subject hold a *token*: letters, digits and underscores only, so that no stage in between
(MJML, premailer, quoted-printable, SendGrid's substitutions) changes it.
"""

import datetime as dt
import hashlib
import hmac
import html
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from subscribers.segments.language import Segment, matches, parse_segment


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with the name shown beside it. `email` is ASCII-ready (IDNA domain)."""

    email: str
    name: str = ""


class SlotContext(StrEnum):
    """The context of a token, which decides how its value is escaped."""

    HTML = "html"  # text or attribute value in the HTML part
    TEXT = "text"  # the plain-text part
    SUBJECT = "subject"  # the Subject header


UNSUBSCRIBE_URL = "unsubscribe_url"
ARCHIVE_URL = "archive_url"
ADDRESS = "email"
SYSTEM_FIELDS = frozenset({UNSUBSCRIBE_URL, ARCHIVE_URL, ADDRESS})
"""Merge fields that the service fills; every other name is looked up in the subscriber's fields."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the compiled message that is filled for each recipient.

    Args:
        token: what stands in the compiled text; matches `[A-Za-z0-9_]+`.
        field: merge field name.
        context: where it stands.
        default: used where the recipient has no value; None when the author gave none.
    """

    token: str
    field: str
    context: SlotContext
    default: str | None = None


@lru_cache(maxsize=256)
def _segment(text: str) -> Segment:
    return parse_segment(text)


@dataclass(frozen=True, slots=True)
class Variant:
    """The issue for recipients for whom certain conditions are true.

    Args:
        shown: the conditions that hold, of `CompiledIssue.conditions`.
        html: with tokens.
        text: with tokens.
    """

    shown: tuple[str, ...]
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class CompiledIssue:
    """An issue ready to be sent: the same for every recipient except for its slots and variants.

    Args:
        slug: the issue's name in links and headers; `[a-z0-9-]+`.
        subject: with tokens.
        preheader: the line shown after the subject in an inbox list; no tokens.
        html: with tokens; newlines are LF.
        text: with tokens; newlines are LF.
        sender: From.
        reply_to: Reply-To, where it differs.
        language: BCP 47 tag.
        date: the issue's date as written by its author.
        slots: every token that occurs in subject, html, text or a variant.
        conditions: rules of `subscribers.segments.language` on which parts of the issue depend.
        variants: what those get for whom some condition holds; everybody else, and the archive,
            gets `html` and `text`.
        headline: of the piece, with tokens of the text part; empty where the issue has none.
        content_hash: SHA-256 (hex) over all of the above.
    """

    slug: str
    subject: str
    preheader: str
    html: str
    text: str
    sender: Mailbox
    reply_to: Mailbox | None
    language: str
    date: dt.date
    slots: tuple[Slot, ...] = ()
    conditions: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    headline: str = ""
    content_hash: str = ""

    @property
    def fields(self) -> frozenset[str]:
        """Names of the merge fields that the author used."""
        return frozenset(slot.field for slot in self.slots) - SYSTEM_FIELDS

    def shown_to(self, fields: Mapping[str, str]) -> tuple[str, ...]:
        """Return the conditions that are true for a recipient with these fields."""
        rules = zip(self.conditions, map(_segment, self.conditions), strict=True)
        return tuple(text for text, rule in rules if matches(rule, fields))

    def gaps(self, shown: tuple[str, ...]) -> frozenset[str]:
        """Return the merge fields that can leave a gap where exactly `shown` hold: no default."""
        one = self.variant(shown)
        parts = (one.subject, one.html, one.text)
        return (
            frozenset(
                slot.field
                for slot in self.slots
                if slot.default is None and any(slot.token in part for part in parts)
            )
            - SYSTEM_FIELDS
        )

    def variant_number(self, fields: Mapping[str, str]) -> int:
        """Return which of `variants` a recipient with these fields gets, from 1; 0 for none."""
        shown = self.shown_to(fields)
        return 1 + [one.shown for one in self.variants].index(shown) if shown else 0

    def variant(self, shown: tuple[str, ...]) -> "CompiledIssue":
        """Return the issue for recipients for whom exactly the conditions `shown` are true."""
        for variant in self.variants:
            if variant.shown == shown:
                return replace(self, html=variant.html, text=variant.text, variants=())
        return replace(self, variants=()) if self.variants else self


@dataclass(frozen=True, slots=True)
class MailingIdentity:
    """What a message says about the mailing list it belongs to.

    Args:
        list_slug: the mailing list's slug, for List-Id and Feedback-ID.
        list_name: its name as people read it.
        domain: right side of List-Id and Message-ID; the sender's domain.
        send_id: for Feedback-ID.
    """

    list_slug: str
    list_name: str
    domain: str
    send_id: int


@dataclass(frozen=True, slots=True)
class Recipient:
    """The person that one message is for, with everything that a message to them needs.

    Args:
        delivery_id: travels to the provider and comes back in its events.
        email: normalised address, IDNA domain; the local part may be non-ASCII (SMTPUTF8).
        name: shown beside the address; may be empty.
        message_id: left and right side without angle brackets.
        unsubscribe_url: https (or http on a laptop), opaque signed token inside.
        unsubscribe_mailto: `mailto:` URI; empty where none is configured.
        fields: merge values by field name.
        archive_url: where they read the issue on the web; a private mailing list's holds a token.
    """

    delivery_id: int
    email: str = field(repr=False)
    name: str = field(repr=False)
    message_id: str
    unsubscribe_url: str = field(repr=False)
    unsubscribe_mailto: str = field(default="", repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    archive_url: str = field(default="", repr=False)


def slot_values(compiled: CompiledIssue, recipient: Recipient) -> dict[str, str]:
    """Return the escaped value of each slot for `recipient`, by token."""
    return {slot.token: _value(slot, recipient) for slot in compiled.slots}


def _value(slot: Slot, recipient: Recipient) -> str:
    if slot.field == UNSUBSCRIBE_URL:
        value = recipient.unsubscribe_url
    elif slot.field == ARCHIVE_URL:
        value = recipient.archive_url
    elif slot.field == ADDRESS:
        value = recipient.email
    else:
        value = recipient.fields.get(slot.field) or slot.default or ""
    if slot.context is SlotContext.HTML:
        return html.escape(" ".join(value.split()), quote=True)
    return " ".join(value.split())


def message_id(*, key: bytes, slug: str, address_key: str, domain: str) -> str:
    """Return the Message-ID (without angle brackets) of issue `slug` to one address.

    Deterministic, so that a message which went out twice in spite of everything is one message
    to every mail program; keyed, so that it cannot be used to test who is subscribed.
    """
    digest = hmac.new(key, f"{slug}\0{address_key}".encode(), hashlib.sha256).hexdigest()
    return f"{digest[:32]}@{domain}"
