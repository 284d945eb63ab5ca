"""Unsubscribing by the link in a message, which identifies the subscriber; no login is needed."""

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Engine, text

from subscribers import subscriptions
from subscribers.model import SubscriptionState

_TOKEN_IDS = 3

_LOOK_UP = text("""
SELECT l.name AS list_name, p.email, s.state::text AS state
FROM mailing_list l
LEFT JOIN subscriber p ON p.id = :subscriber_id
LEFT JOIN subscription s ON s.mailing_list_id = l.id AND s.subscriber_id = p.id
WHERE l.id = :mailing_list_id
""")


@dataclass(frozen=True, slots=True)
class UnsubscribeLink:
    """What a valid link leads to.

    Args:
        subscriber_id: for whom.
        mailing_list_id: from what.
        delivery_id: in which delivery the link came; it need not exist any more.
        list_name: as people read it.
        masked_email: enough for its owner to know it; empty where the person was erased.
        is_subscribed: whether there is anything left to end.
    """

    subscriber_id: int
    mailing_list_id: int
    delivery_id: int
    list_name: str
    masked_email: str
    is_subscribed: bool


def look_up(engine: Engine, ids: Sequence[int]) -> UnsubscribeLink | None:
    """Return what the verified ids of an unsubscribe token lead to; changes nothing.

    The link outlives the issue it came in, the subscription, and the person's record.

    Args:
        engine: the ledger.
        ids: subscriber, mailing list, delivery.

    Returns:
        None where it is not such a token, or its mailing list never was.
    """
    if len(ids) != _TOKEN_IDS:
        return None
    subscriber_id, mailing_list_id, delivery_id = ids
    parameters = {"subscriber_id": subscriber_id, "mailing_list_id": mailing_list_id}
    with engine.connect() as connection:
        row = connection.execute(_LOOK_UP, parameters).one_or_none()
    if row is None:
        return None
    return UnsubscribeLink(
        subscriber_id,
        mailing_list_id,
        delivery_id,
        list_name=row.list_name,
        masked_email=mask(row.email) if row.email else "",
        is_subscribed=row.state not in {None, SubscriptionState.UNSUBSCRIBED},
    )


def unsubscribe(engine: Engine, link: UnsubscribeLink, *, source: str, now: dt.datetime) -> None:
    """End the subscription, durably; doing it again changes nothing.

    Args:
        engine: the ledger.
        link: from `look_up`.
        source: `one_click` or `web`, for the record of consent.
        now: aware UTC.
    """
    with engine.begin() as connection:
        subscriptions.unsubscribe(
            connection,
            subscriber_id=link.subscriber_id,
            mailing_list_id=link.mailing_list_id,
            source=source,
            evidence={"delivery_id": link.delivery_id},
            now=now,
        )


def mask(email: str) -> str:
    """Return `email` with most of its local part hidden, its domain as people write it."""
    local, _, domain = email.rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("ascii").decode("idna")
    return f"{local[:1]}•••@{domain}"
