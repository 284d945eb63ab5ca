"""Queries that count an audience: who would get an issue, and who lacks which merge value."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, text

from mailer.sending.ledger.taking import MAY_TAKE
from mailer.states import DeliveryState
from subscribers.audience import Audience


class Standing(StrEnum):
    """What an earlier send of the issue means for a subscriber."""

    HAS = "has"
    OPEN = "open"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    FAILED = "failed"
    REJECTED = "rejected"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class AudienceCount:
    """Who a send to an audience would reach now.

    Args:
        active: active subscriptions.
        suppressed: of these, addresses that are suppressed, by reason; without those in `earlier`.
        earlier: of these, subscribers whom an earlier send of the issue was for and whom a new
            send leaves out, by what became of it.
        taken: of these, subscribers whom an earlier send surely did not reach and whom a new send
            takes over, likewise.
        not_active: subscriptions of its lists that are not active, by state.
    """

    active: int
    suppressed: Mapping[str, int]
    earlier: Counter[Standing]
    taken: Counter[Standing]
    not_active: Mapping[str, int]

    @property
    def already_planned(self) -> int:
        """Active subscribers whom an earlier send of the issue was for, and remains for."""
        return sum(self.earlier.values())

    @property
    def intended(self) -> int:
        """Deliveries that planning would add or take over."""
        return self.active - self.already_planned

    @property
    def to_hand_over(self) -> int:
        """Intended deliveries that nothing known now speaks against."""
        return self.intended - sum(self.suppressed.values())


_COUNT = text(f"""
SELECT s.state::text AS state, x.reason::text AS reason, d.state::text AS delivery,
    d.state = 'skipped' AND d.reason = 'cancelled' AS is_cancelled,
    x.reason IS NULL AND ({MAY_TAKE}) AS is_taken, count(*) AS n
FROM subscription s
JOIN subscriber p ON p.id = s.subscriber_id
LEFT JOIN suppression x ON x.email_key = p.email_key AND s.state = 'active'
LEFT JOIN delivery d ON d.issue_id = :issue_id AND d.subscriber_id = s.subscriber_id
    AND s.state = 'active'
LEFT JOIN send earlier ON earlier.id = d.send_id
WHERE s.mailing_list_id = :mailing_list_id
GROUP BY 1, 2, 3, 4, 5
""")  # noqa: S608 - ours

_STANDINGS: Mapping[DeliveryState, Standing] = {
    DeliveryState.PENDING: Standing.OPEN,
    DeliveryState.SENDING: Standing.OPEN,
    DeliveryState.DEFERRED: Standing.OPEN,
    DeliveryState.ACCEPTED: Standing.HAS,
    DeliveryState.DELIVERED: Standing.HAS,
    DeliveryState.COMPLAINED: Standing.HAS,
    DeliveryState.BOUNCED: Standing.REJECTED,
    DeliveryState.REJECTED: Standing.REJECTED,
    DeliveryState.FAILED: Standing.FAILED,
    DeliveryState.SKIPPED: Standing.SKIPPED,
    DeliveryState.UNKNOWN: Standing.UNKNOWN,
}


def count_audience(
    connection: Connection, *, audience: Audience, issue_id: int | None
) -> AudienceCount:
    """Return who a send of the issue to the audience would reach now."""
    values = {
        "mailing_list_id": audience.only_list_id,
        "issue_id": issue_id or 0,
        "send_id": 0,  # of the send that would be made
    }
    rows = connection.execute(_COUNT, values).all()
    active = [row for row in rows if row.state == "active"]
    suppressed: Counter[str] = Counter()
    earlier: Counter[Standing] = Counter()
    taken: Counter[Standing] = Counter()
    not_active: Counter[str] = Counter()
    for row in rows:
        if row.state != "active":
            not_active[row.state] += row.n
        elif row.delivery:
            standing = _STANDINGS[DeliveryState(row.delivery)]
            counts = taken if row.is_taken else earlier
            counts[Standing.CANCELLED if row.is_cancelled else standing] += row.n
        elif row.reason:
            suppressed[row.reason] += row.n
    return AudienceCount(sum(row.n for row in active), suppressed, earlier, taken, not_active)


_LACKING = text("""
SELECT count(*) FROM subscription s JOIN subscriber p ON p.id = s.subscriber_id
WHERE s.mailing_list_id = :mailing_list_id AND s.state = 'active'
AND coalesce(CASE WHEN :field = 'name' THEN p.name ELSE p.fields ->> :field END, '') = ''
""")


def count_lacking(connection: Connection, *, audience: Audience, field: str) -> int:
    """Return how many active subscribers have no value for the merge field `field`."""
    parameters = {"mailing_list_id": audience.only_list_id, "field": field}
    return connection.scalar(_LACKING, parameters) or 0


_LACKING_BY = text("""
SELECT (
    SELECT array_agg(
        coalesce(CASE WHEN u.name = 'name' THEN p.name ELSE p.fields ->> u.name END, '')
        ORDER BY u.at
    ) FROM unnest(CAST(:names AS text[])) WITH ORDINALITY AS u(name, at)
) AS held, count(*) AS n
FROM subscription s JOIN subscriber p ON p.id = s.subscriber_id
WHERE s.mailing_list_id = :mailing_list_id AND s.state = 'active'
AND coalesce(CASE WHEN :field = 'name' THEN p.name ELSE p.fields ->> :field END, '') = ''
GROUP BY 1
""")


def count_lacking_by(
    connection: Connection, *, audience: Audience, field: str, names: Sequence[str]
) -> Iterator[tuple[dict[str, str], int]]:
    """Yield how many active subscribers have no value for `field`, by their values of `names`."""
    parameters = {"mailing_list_id": audience.only_list_id, "field": field, "names": list(names)}
    for row in connection.execute(_LACKING_BY, parameters):
        yield dict(zip(names, row.held, strict=True)), row.n


_FIELD_NAMES = text("""
SELECT DISTINCT jsonb_object_keys(p.fields) AS name
FROM (
    SELECT subscriber_id FROM subscription
    WHERE mailing_list_id = :mailing_list_id AND state = 'active' ORDER BY id DESC LIMIT 10000
) newest JOIN subscriber p ON p.id = newest.subscriber_id
""")


def field_names(connection: Connection, *, audience: Audience) -> set[str]:
    """Return the merge fields that the newest 10,000 active subscribers have; `name` is one."""
    rows = connection.scalars(_FIELD_NAMES, {"mailing_list_id": audience.only_list_id})
    return {"name", *rows}
