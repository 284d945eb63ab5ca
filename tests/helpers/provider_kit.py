"""What tests of providers share: an issue with slots, readers in many scripts, a journal."""

import dataclasses
import datetime as dt
import email
import email.policy
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest

from mailer.message.compiled import (
    CompiledIssue,
    Mailbox,
    MailingIdentity,
    Recipient,
    Slot,
    SlotContext,
)
from mailer.providers import steps
from mailer.providers.base import Provider
from mailer.providers.outcome import LeaseLostError, Outcome
from mailer.providers.smtp import connection as smtp_connection
from mailer.states import DeliveryState

IDENTITY = MailingIdentity("weekly", "Die Wöchentliche 🗞", "news.example.com", 7)
ISSUE = CompiledIssue(
    slug="no-1",
    subject="Hello MFname0s, No. 1 — naïve",
    preheader="",
    html='<p title="MFname1h">Dear MFname1h,</p>\n<p>.naïve 🎉</p>\n<a href="MFurl2h">leave</a>\n',
    text="Dear MFname3t,\n\n.naïve = 🎉\n\nleave: MFurl4t\n",
    sender=Mailbox("editor@news.example.com", "Zoë, the editor"),
    reply_to=Mailbox("reply@example.com", "Replies"),
    language="en",
    date=dt.date(2026, 11, 23),
    slots=(
        Slot("MFname0s", "name", SlotContext.SUBJECT, "reader"),
        Slot("MFname1h", "name", SlotContext.HTML, "reader"),
        Slot("MFurl2h", "unsubscribe_url", SlotContext.HTML),
        Slot("MFname3t", "name", SlotContext.TEXT, "reader"),
        Slot("MFurl4t", "unsubscribe_url", SlotContext.TEXT),
    ),
    content_hash="1234",
)
NAMES = (
    "Ada Lovelace",
    "",
    "Zoë <&> Ångström",
    "山田 太郎",
    "עדה",
    'O\'Neil, "Pat"; Jr.',
    "🎉 Party",
)


def reader(number: int, name: str = "", **changes: Any) -> Recipient:
    """Return recipient `number` of the list."""
    recipient = Recipient(
        delivery_id=number,
        email=f"reader{number}@example.org",
        name=name,
        message_id=f"{number:032x}@news.example.com",
        unsubscribe_url=f"https://news.example.com/u/token-{number}?a=1&b=2",
        unsubscribe_mailto=f"mailto:leave@news.example.com?subject=unsubscribe%20{number}",
        fields={"name": name},
    )
    return dataclasses.replace(recipient, **changes)


def readers(count: int, *, first: int = 1) -> list[Recipient]:
    """Return `count` recipients whose names are in many scripts."""
    return [reader(n, NAMES[n % len(NAMES)]) for n in range(first, first + count)]


@dataclass
class Notes:
    """A journal in memory that remembers the order of what was noted.

    Args:
        begins_left: begins before the lease is lost.
    """

    begins_left: float = float("inf")
    log: list[tuple[str, int]] = field(default_factory=list)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    most_in_flight: int = 0
    _in_flight: set[int] = field(default_factory=set)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, delivery_ids: Sequence[int]) -> None:
        with self._guard:
            if self.begins_left < 1:
                raise LeaseLostError
            self.begins_left -= 1
            self.log.extend(("begin", delivery_id) for delivery_id in delivery_ids)
            self._in_flight.update(delivery_ids)
            self.most_in_flight = max(self.most_in_flight, len(self._in_flight))

    def end(self, outcomes: Sequence[Outcome]) -> None:
        with self._guard:
            for outcome in outcomes:
                self.log.append(("end", outcome.delivery_id))
                self.outcomes[outcome.delivery_id] = outcome
                self._in_flight.discard(outcome.delivery_id)

    @property
    def begun(self) -> list[int]:
        """Ids in the order in which they were begun."""
        return [delivery_id for kind, delivery_id in self.log if kind == "begin"]

    @property
    def in_flight(self) -> set[int]:
        """Ids that a killed worker would leave unknown now."""
        return self._in_flight


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let windows take as long as they do on a busy machine: none is cut off."""
    for module in (steps, smtp_connection):
        monkeypatch.setattr(module, "LONGEST_WINDOW_SECONDS", 600.0)


def states(outcomes: Sequence[Outcome]) -> dict[int, DeliveryState]:
    """Return each delivery's state; a delivery has one outcome at most."""
    found = {outcome.delivery_id: outcome.state for outcome in outcomes}
    assert len(found) == len(outcomes)
    return found


@dataclass(frozen=True)
class Seen:
    """A message as its recipient's mail program shows it."""

    email: str
    to_name: str
    subject: str
    html: str
    text: str
    headers: dict[str, str]


def seen(message: bytes) -> Seen:
    """Return what a mail program shows of a raw message."""
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    [to] = parsed["To"].addresses
    return Seen(
        email=to.addr_spec,
        to_name=to.display_name,
        subject=str(parsed["Subject"]),
        html=_body(parsed, "html"),
        text=_body(parsed, "plain"),
        headers={name.lower(): str(value) for name, value in parsed.items()},
    )


def _body(parsed: EmailMessage, subtype: str) -> str:
    part = parsed.get_body((subtype,))
    assert part is not None
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


@dataclass(frozen=True)
class Stage:
    """A provider in front of something that takes what it sends.

    Args:
        provider: the one on trial.
        received: what arrived, as mail programs show it.
        refuse: makes the far side refuse an address; None where it refuses nobody.
        vanish: makes the far side unreachable; None where there is none.
    """

    provider: Provider
    received: Callable[[], list[Seen]]
    refuse: Callable[[str], None] | None
    vanish: Callable[[], None] | None


@dataclass(frozen=True)
class Sender:
    """A provider that posts to our webhook.

    Args:
        key: what the settings hold for it.
        bounce: delivery id and address to a request that says that it bounced for good.
        sign: a body and the time to the headers of a request that is the provider's own.
    """

    key: Mapping[str, str]
    bounce: Callable[[int, str], bytes]
    sign: Callable[[bytes, dt.datetime], Mapping[str, str]]
