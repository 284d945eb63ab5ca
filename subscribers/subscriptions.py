"""Subscriptions: one person joins a mailing list, or leaves it. The caller holds the transaction.

Many at once: `subscribers.importing`; out again: `subscribers.exporting`.
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from subscribers.consent import UNSUBSCRIBABLE, SubscribeAction, subscribe_action
from subscribers.errors import InvalidNameError, SubscriptionStateError
from subscribers.model import SubscriptionState
from subscribers.people.address import Address
from subscribers.people.fields import LONGEST_VALUE, is_field_name

_REFUSALS = {
    SubscribeAction.REFUSE_SUPPRESSED: (
        "address-suppressed",
        "this address is suppressed and is never mailed",
    ),
    SubscribeAction.REFUSE_UNSUBSCRIBED: (
        "subscription-ended",
        "this person has unsubscribed from the list",
    ),
    SubscribeAction.REFUSE_PENDING: (
        "subscription-pending",
        "this person was asked to confirm and has not",
    ),
}

_PUT_PERSON = text("""
INSERT INTO subscriber AS p (email, email_key, name, fields, created_at, updated_at)
VALUES (:email, :email_key, :name, CAST(:fields AS jsonb), :now, :now)
ON CONFLICT (email_key) DO UPDATE SET
    name = coalesce(nullif(excluded.name, ''), p.name),
    fields = (p.fields - CAST(:erased AS text[])) || excluded.fields,
    updated_at = :now
WHERE coalesce(nullif(excluded.name, ''), p.name) <> p.name
    OR (p.fields - CAST(:erased AS text[])) || excluded.fields <> p.fields
RETURNING p.id
""")

_PUT_SUBSCRIPTION = text("""
INSERT INTO subscription AS s (mailing_list_id, subscriber_id, state, created_at, changed_at)
VALUES (:mailing_list_id, :subscriber_id, 'active', :now, :now)
ON CONFLICT (mailing_list_id, subscriber_id) DO UPDATE SET state = 'active', changed_at = :now
WHERE s.state <> 'active' AND :explicit
RETURNING s.id
""")

_UNSUBSCRIBE = text("""
UPDATE subscription SET state = :unsubscribed, changed_at = :now
WHERE mailing_list_id = :mailing_list_id AND subscriber_id = :subscriber_id
    AND state = ANY(CAST(:standing AS subscription_state[]))
RETURNING id
""")

_RECORD_CONSENT = text("""
INSERT INTO consent (subscriber_id, mailing_list_id, action, source, evidence, recorded_at)
VALUES (:subscriber_id, :mailing_list_id, :action, :source, CAST(:evidence AS jsonb), :now)
""")

_STANDING = text("""
SELECT p.id, s.state, x.id IS NOT NULL AS is_suppressed
FROM (VALUES (CAST(:email_key AS text))) AS k (email_key)
LEFT JOIN subscriber p ON p.email_key = k.email_key
LEFT JOIN subscription s ON s.subscriber_id = p.id AND s.mailing_list_id = :mailing_list_id
LEFT JOIN suppression x ON x.email_key = k.email_key
""")


class Standing(NamedTuple):
    """What consent decisions need to know; None for what does not exist."""

    subscriber_id: int | None
    state: SubscriptionState | None
    is_suppressed: bool


class Subscribed(NamedTuple):
    """What became of a request to subscribe.

    Args:
        subscriber_id: the person.
        action: `ADD`, `MERGE` or `REACTIVATE`.
        is_changed: whether anything at all was written.
    """

    subscriber_id: int
    action: SubscribeAction
    is_changed: bool


def find_standing(connection: Connection, *, email_key: str, mailing_list_id: int) -> Standing:
    """Return what decides whether this address may be subscribed to the mailing list."""
    values = {"email_key": email_key, "mailing_list_id": mailing_list_id}
    row = connection.execute(_STANDING, values).one()
    state = SubscriptionState(row.state) if row.state else None
    return Standing(row.id, state, row.is_suppressed)


def subscribe(  # noqa: PLR0913 - a sentence of the consent record
    connection: Connection,
    *,
    mailing_list_id: int,
    address: Address,
    source: str,
    evidence: Mapping[str, Any],
    now: dt.datetime,
    name: str = "",
    fields: Mapping[str, str] | None = None,
    explicit: bool = False,
) -> Subscribed:
    """Subscribe one person to a mailing list, or update their values.

    Args:
        connection: in a transaction.
        mailing_list_id: to what.
        address: who.
        source: how this came about, as in the consent record.
        evidence: what shows it; ends in the consent record where the subscription changes.
        now: aware UTC.
        name: empty keeps the one there is.
        fields: merge values that are set; an empty value erases the field.
        explicit: the person asked to be back: lifts `unsubscribed`, never a suppression.

    Raises:
        InvalidNameError: a field has a name that no merge field can have.
        SubscriptionStateError: they said no, or the address is suppressed; nothing was written.
    """
    fields = _tidy_fields(fields or {})
    standing = find_standing(
        connection, email_key=address.email_key, mailing_list_id=mailing_list_id
    )
    action = subscribe_action(
        standing.state, is_suppressed=standing.is_suppressed, explicit=explicit
    )
    if action in _REFUSALS:
        code, message = _REFUSALS[action]
        raise SubscriptionStateError(message, code=code)
    subscriber_id, is_person_changed = _put_person(connection, address, name, fields, now=now)
    keys = {"mailing_list_id": mailing_list_id, "subscriber_id": subscriber_id, "now": now}
    put = connection.execute(_PUT_SUBSCRIPTION, {**keys, "explicit": explicit}).first()
    if put is not None:
        _record(connection, keys, action="subscribed", source=source, evidence=evidence)
    return Subscribed(subscriber_id, action, is_person_changed or put is not None)


def unsubscribe(  # noqa: PLR0913 - as above
    connection: Connection,
    *,
    subscriber_id: int,
    mailing_list_id: int,
    source: str,
    evidence: Mapping[str, Any],
    now: dt.datetime,
) -> bool:
    """End a subscription and record it.

    Returns:
        Whether anything changed: False where it had ended before or never was.
    """
    keys = {"mailing_list_id": mailing_list_id, "subscriber_id": subscriber_id, "now": now}
    states = {
        "unsubscribed": SubscriptionState.UNSUBSCRIBED.value,
        "standing": sorted(state.value for state in UNSUBSCRIBABLE),
    }
    if connection.execute(_UNSUBSCRIBE, keys | states).first() is None:
        return False
    _record(connection, keys, action="unsubscribed", source=source, evidence=evidence)
    return True


def _tidy_fields(fields: Mapping[str, str]) -> dict[str, str]:
    for name, value in fields.items():
        if not is_field_name(name):
            raise InvalidNameError(
                f"{name[:80]!r} cannot name a merge field; use small letters, digits and _"
            )
        if "\x00" in value or len(value) > LONGEST_VALUE:
            raise InvalidNameError(
                f"the value of '{name}' is longer than {LONGEST_VALUE:,} characters or has a NUL"
            )
    return {name: value.strip() for name, value in fields.items()}


def _put_person(
    connection: Connection,
    address: Address,
    name: str,
    fields: Mapping[str, str],
    *,
    now: dt.datetime,
) -> tuple[int, bool]:
    """Return the person's id, and whether their row was written."""
    values = {
        "email": address.email,
        "email_key": address.email_key,
        "name": " ".join(name.split()),
        "fields": json.dumps({key: value for key, value in fields.items() if value}),
        "erased": [key for key, value in fields.items() if not value],
        "now": now,
    }
    row = connection.execute(_PUT_PERSON, values).first()
    if row is not None:
        return row.id, True
    query = text("SELECT id FROM subscriber WHERE email_key = :email_key")
    return connection.execute(query, {"email_key": address.email_key}).scalar_one(), False


def _record(
    connection: Connection,
    keys: Mapping[str, Any],
    *,
    action: str,
    source: str,
    evidence: Mapping[str, Any],
) -> None:
    values = {"action": action, "source": source, "evidence": json.dumps(dict(evidence))}
    connection.execute(_RECORD_CONSENT, {**keys, **values})
