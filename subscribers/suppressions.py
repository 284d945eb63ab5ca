"""Suppressions: addresses that are never mailed. The caller holds the transaction."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from subscribers.model import SuppressionReason


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why an address is never mailed, and since when."""

    reason: SuppressionReason
    evidence: Mapping[str, Any] = field(repr=False)
    recorded_at: dt.datetime


_SUPPRESS = text("""
INSERT INTO suppression (email_key, reason, evidence, recorded_at)
VALUES (:email_key, :reason, CAST(:evidence AS jsonb), :now)
ON CONFLICT (email_key) DO NOTHING
RETURNING id
""")


def find_suppression(connection: Connection, email_key: str) -> Suppression | None:
    """Return why this address is never mailed, whether or not anybody subscribes with it."""
    query = text(
        "SELECT reason, evidence, recorded_at FROM suppression WHERE email_key = :email_key"
    )
    row = connection.execute(query, {"email_key": email_key}).one_or_none()
    if row is None:
        return None
    return Suppression(SuppressionReason(row.reason), row.evidence, row.recorded_at)


def suppress(
    connection: Connection,
    *,
    email_key: str,
    reason: SuppressionReason,
    evidence: Mapping[str, Any],
    now: dt.datetime,
) -> bool:
    """Never mail this address again, on any mailing list, whether it subscribes or not.

    Returns:
        Whether it is new. The first reason stays with its evidence.
    """
    values = {
        "email_key": email_key,
        "reason": reason.value,
        "evidence": json.dumps(dict(evidence)),
        "now": now,
    }
    return connection.execute(_SUPPRESS, values).first() is not None
