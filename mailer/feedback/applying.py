"""Feedback: what providers tell us afterwards, stored before it is answered, applied once.

`apply_webhook` may be run by several at once, again after a crash, and for copies of the same
events in any order: an event acts only when it is new, and a delivery only ever steps up its
ladder (`mailer.providers.event`).
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from mailer.errors import WebhookPayloadError
from mailer.feedback import store
from mailer.feedback.store import EventTarget, StoredWebhook
from mailer.feedback.transitions import state_after, suppresses
from mailer.providers.event import Event, EventKind
from mailer.providers.registry import KINDS
from mailer.states import DeliveryState
from subscribers import subscriptions, suppressions
from subscribers.errors import InvalidAddressError
from subscribers.model import SuppressionReason
from subscribers.people.address import parse_address

logger = structlog.get_logger(__name__)

SWEEP_AFTER = dt.timedelta(seconds=30)
"""How long the sweep leaves a stored request to whoever stored it."""

_TRIES = 3
_REASON_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Applied:
    """What one request came to.

    Args:
        event_count: events in it.
        new_count: of these, not known before.
        moved_count: deliveries whose state changed.
    """

    event_count: int
    new_count: int
    moved_count: int


def store_webhook(engine: Engine, provider: str, body: bytes, *, now: dt.datetime) -> int:
    """Keep a verified request as it came, durably, and return its id."""
    with engine.begin() as connection:
        return store.insert_webhook(connection, provider=provider, body=body, received_at=now)


def apply_webhook(engine: Engine, webhook_id: int, *, now: dt.datetime) -> Applied | None:
    """Give a stored request its effect, all of it or none.

    Returns:
        None where it has been applied already.

    Raises:
        WebhookPayloadError: what was stored cannot be read.
    """
    for _ in range(_TRIES - 1):
        try:
            return _apply_once(engine, webhook_id, now)
        except OperationalError as error:  # the only such that passes by itself
            if "deadlock" not in str(error.orig):
                raise
    return _apply_once(engine, webhook_id, now)


def try_to_apply(engine: Engine, webhook_id: int, *, now: dt.datetime) -> bool:
    """Apply a stored request; if that fails, record why and leave it to the sweep."""
    try:
        apply_webhook(engine, webhook_id, now=now)
    except Exception as error:  # noqa: BLE001 - one bad request must not stop the others
        logger.warning("webhook_not_applied", webhook_id=webhook_id, error=type(error).__name__)
        _note_error(engine, webhook_id, error)
        return False
    return True


def apply_unapplied(engine: Engine, *, now: dt.datetime, limit: int = 100) -> int:
    """Apply stored requests that nobody has applied, and return how many were."""
    with engine.connect() as connection:
        waiting = store.unapplied_ids(connection, older_than=now - SWEEP_AFTER, limit=limit)
    return sum(try_to_apply(engine, webhook_id, now=now) for webhook_id in waiting)


def _note_error(engine: Engine, webhook_id: int, error: Exception) -> None:
    try:
        with engine.begin() as connection:
            store.note_error(connection, webhook_id, type(error).__name__)
    except OperationalError:
        logger.warning("webhook_error_not_noted", webhook_id=webhook_id)


def _apply_once(engine: Engine, webhook_id: int, now: dt.datetime) -> Applied | None:
    with engine.begin() as connection:
        stored = store.lock_unapplied(connection, webhook_id)
        if stored is None:
            return None
        events = _events(stored)
        applied = _apply_events(connection, events, received_at=stored.received_at, now=now)
        store.mark_applied(connection, webhook_id, now=now)
    return applied


def _events(stored: StoredWebhook) -> list[Event]:
    kind = KINDS.get(stored.provider)
    webhook = kind.webhook() if kind else None
    if webhook is None:
        raise WebhookPayloadError(f"there is no provider {stored.provider!r} with a webhook")
    return webhook.parse_events(stored.body, received_at=stored.received_at)


def _apply_events(
    connection: Connection,
    events: Sequence[Event],
    *,
    received_at: dt.datetime,
    now: dt.datetime,
) -> Applied:
    new = store.insert_new_events(connection, events, received_at=received_at)
    named = {event.delivery_id for event in new if event.delivery_id is not None}
    targets = store.lock_targets(connection, named) if named else {}
    pairs = [(event, _target_of(event, targets)) for event in new]
    moves = _moves(pairs)
    store.move_deliveries(connection, moves, now=now)
    _apply_opt_outs(connection, pairs, now)
    moved = sum(targets[id_].state is not state for id_, (state, _) in moves.items())
    return Applied(len(events), len(new), moved)


def _target_of(event: Event, targets: Mapping[int, EventTarget]) -> EventTarget | None:
    """The delivery that the event is about; None where it is not ours.

    The address decides as well as the id: another installation that sends through the same
    account has a delivery of the same number, to somebody else.
    """
    target = targets.get(event.delivery_id) if event.delivery_id is not None else None
    if target is None or (event.email and _email_key(event.email) != target.email_key):
        return None
    return target


def _email_key(email: str) -> str | None:
    try:
        return parse_address(email).email_key
    except InvalidAddressError:
        return None


def _moves(
    pairs: Iterable[tuple[Event, EventTarget | None]],
) -> dict[int, tuple[DeliveryState, str]]:
    """Return the new state and reason of each delivery that changes, by id."""
    standings: dict[int, tuple[DeliveryState, str]] = {}
    before: dict[int, tuple[DeliveryState, str]] = {}
    for event, target in pairs:
        if target is None:
            continue
        id_ = target.delivery_id
        before[id_] = (target.state, target.reason)
        standings[id_] = standing_after(standings.get(id_, before[id_]), event)
    return {id_: standing for id_, standing in standings.items() if standing != before[id_]}


def standing_after(standing: tuple[DeliveryState, str], event: Event) -> tuple[DeliveryState, str]:
    """Return a delivery's state and reason once `event` is known, whatever the order of events.

    Of several events that lead to the same state, the most severe reason stays.
    """
    state, reason = standing
    reached = state_after(state, event.kind)
    if reached is not state:
        return reached, reason_of(event)
    leads_here = state_after(DeliveryState.SENDING, event.kind) is state
    if leads_here and _severity(reason_of(event)) > _severity(reason):
        return state, reason_of(event)
    return standing


def reason_of(event: Event) -> str:
    """Return the short reason that a delivery gets from `event`; empty for a success."""
    if event.kind is EventKind.DROPPED:
        slug = re.sub(r"[^a-z0-9]+", "_", event.reason.lower()).strip("_")
        return f"dropped_{slug}"[:_REASON_LENGTH].rstrip("_")
    is_bad = event.kind in {EventKind.SOFT_BOUNCE, EventKind.HARD_BOUNCE, EventKind.COMPLAINT}
    return event.kind.value if is_bad else ""


def _severity(reason: str) -> tuple[bool, str]:
    return reason == EventKind.HARD_BOUNCE, reason


def _apply_opt_outs(
    connection: Connection, pairs: Sequence[tuple[Event, EventTarget | None]], now: dt.datetime
) -> None:
    """Suppress addresses and end subscriptions, each in one order."""
    for email_key, event in _to_suppress(pairs):
        suppressions.suppress(
            connection,
            email_key=email_key,
            reason=SuppressionReason(suppresses(event.kind) or ""),
            evidence=_evidence(event),
            now=now,
        )
    for target, event in _to_unsubscribe(pairs):
        subscriptions.unsubscribe(
            connection,
            subscriber_id=target.subscriber_id,
            mailing_list_id=target.mailing_list_id,
            source="provider_event",
            evidence=_evidence(event),
            now=now,
        )


def _to_suppress(
    pairs: Iterable[tuple[Event, EventTarget | None]],
) -> list[tuple[str, Event]]:
    """Return the addresses to suppress, complaints before bounces.

    Where the delivery is not ours the address in the event counts: the provider signed it, and
    would take no more mail for it from this account.
    """
    found = [
        (email_key, event)
        for event, target in pairs
        if suppresses(event.kind)
        and (email_key := target.email_key if target else _email_key(event.email))
    ]
    return sorted(
        found, key=lambda pair: (pair[0], pair[1].kind is not EventKind.COMPLAINT, pair[1].event_id)
    )


def _to_unsubscribe(
    pairs: Iterable[tuple[Event, EventTarget | None]],
) -> list[tuple[EventTarget, Event]]:
    found = [
        (target, event)
        for event, target in pairs
        if target is not None and event.kind is EventKind.UNSUBSCRIBE
    ]
    return sorted(found, key=lambda pair: (pair[0].subscriber_id, pair[1].event_id))


def _evidence(event: Event) -> dict[str, object]:
    return {
        "provider": event.provider,
        "event_id": event.event_id,
        "kind": event.kind.value,
        "reason": event.reason,
        "delivery_id": event.delivery_id,
        "occurred_at": event.occurred_at.isoformat(),
    }
