"""Reporting: how a send stands, and the whole story of one delivery."""

import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine

from mailer.errors import NotFoundError
from mailer.sending.books import Books
from mailer.sending.ledger import issues, sends, stories
from mailer.sending.ledger.recounting import recount, recount_all
from mailer.sending.ledger.sends import SendSummary
from mailer.sending.ledger.stories import DeliveryFacts, Moment
from mailer.states import DeliveryState
from subscribers.people.address import parse_address


@dataclass(frozen=True, slots=True)
class SendReport:
    """A send with its books."""

    summary: SendSummary
    books: Books

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values; the keys are part of the command's interface."""
        books = self.books
        return {
            **asdict(self.summary),
            "books": {
                "intended": books.intended,
                "accepted": books.accepted,
                "skipped": books.count(DeliveryState.SKIPPED),
                "rejected": books.count(DeliveryState.REJECTED),
                "failed": books.count(DeliveryState.FAILED),
                "unknown": books.count(DeliveryState.UNKNOWN),
                "open": books.open,
                "balanced": books.is_balanced,
            },
            "states": {state.value: count for state, count in sorted(books.states.items())},
            "reasons": {
                state.value: dict(sorted(counts.items()))
                for state, counts in sorted(books.reasons.items())
            },
        }


def report(engine: Engine, send_id: int) -> SendReport:
    """Return the send with its books, recounted.

    Raises:
        NotFoundError: there is no such send.
    """
    with engine.connect() as connection:
        summary = sends.get_send(connection, send_id)
        return SendReport(summary, recount(connection, send_id))


def report_newest(engine: Engine, *, limit: int) -> list[SendReport]:
    """Return the newest sends with their books, newest first."""
    with engine.connect() as connection:
        found = sends.list_sends(connection, limit=limit)
        books = recount_all(connection, [one.id for one in found])
    return [SendReport(one, books[one.id]) for one in found]


@dataclass(frozen=True, slots=True)
class Story:
    """One delivery from planning to its last known event."""

    delivery: DeliveryFacts
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything known about messages to one address."""

    email: str = field(repr=False)
    standing: dict[str, Any] = field(repr=False)
    stories: tuple[Story, ...]


def explain(
    engine: Engine, email: str, *, issue_slug: str | None = None, limit: int = 50
) -> Explanation:
    """Return what happened to the address's deliveries, newest first.

    Raises:
        NotFoundError: the address is no subscriber, or the issue was never meant for it.
        InvalidAddressError: `email` is not an address.
    """
    address = parse_address(email)
    with engine.connect() as connection:
        standing = stories.standing_of(connection, address.email_key)
        found = stories.deliveries_of(
            connection, email_key=address.email_key, issue_slug=issue_slug, limit=limit
        )
        told = tuple(_story(connection, facts) for facts in found)
        pruned_at = issues.pruned_at(connection, issue_slug) if issue_slug else None
    if not told and (issue_slug or not standing["subscriptions"]):
        raise _nothing(email, issue_slug, pruned_at)
    return Explanation(address.email, standing, told)


def _nothing(email: str, issue_slug: str | None, pruned_at: dt.datetime | None) -> NotFoundError:
    if not issue_slug:
        message = f"{email} is not a subscriber"
        return NotFoundError(message, code="subscriber-unknown", email=email)
    message = f"issue {issue_slug!r} was never planned for {email}: it was not on the list then"
    if pruned_at is not None:
        message = f"the deliveries of issue {issue_slug!r} were pruned on {pruned_at:%Y-%m-%d}"
    return NotFoundError(message, code="delivery-unknown", email=email, issue=issue_slug)


def _story(connection: Connection, facts: DeliveryFacts) -> Story:
    moments = [*stories.moments_of(connection, facts.id), *_last_hand_over(facts)]
    return Story(facts, tuple(sorted(moments, key=lambda moment: moment.at)))


def _last_hand_over(facts: DeliveryFacts) -> list[Moment]:
    moments = []
    if facts.handed_over_at is not None:
        opened = f"attempt {facts.attempt_count}: handed to {facts.provider}"
        moments.append(Moment(facts.handed_over_at, opened, "", ""))
    is_told_by_attempt = facts.state in {
        DeliveryState.DEFERRED,
        DeliveryState.UNKNOWN,
        DeliveryState.FAILED,
    }
    if facts.settled_at is not None and not is_told_by_attempt:
        moments.append(Moment(facts.settled_at, facts.state, facts.reason, facts.receipt))
    return moments
