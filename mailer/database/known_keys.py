"""Which secret keys have signed links of this database: fingerprints, never the keys."""

from collections.abc import Sequence

from sqlalchemy import Engine, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert

from mailer.database.tables import BatchRow, SecretKeyRow
from mailer.platform.clock import utcnow

_LOCK = 7_368_741_002


def fingerprints(engine: Engine) -> list[str]:
    """Return the fingerprints of keys whose links should work, the oldest first."""
    with engine.connect() as connection:
        return list(connection.scalars(_KNOWN))


def is_used(engine: Engine) -> bool:
    """Whether links were signed before the database remembered any key."""
    has_sent = exists(select(BatchRow.id).where(BatchRow.state == "done"))
    has_remembered = exists(select(SecretKeyRow.fingerprint))
    with engine.connect() as connection:
        return bool(connection.scalar(select(has_sent & ~has_remembered)))


def remember(engine: Engine, fingerprint: str, *, expected: Sequence[str]) -> list[str]:
    """Add a key, unless others were added in the meantime; returns what is known then.

    Args:
        engine: the database.
        fingerprint: of the key that will sign.
        expected: what was known when it was decided to add it.
    """
    added = insert(SecretKeyRow).values(fingerprint=fingerprint)
    again = {"forgotten_at": None}
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if list(connection.scalars(_KNOWN)) == list(expected):
            connection.execute(
                added.on_conflict_do_update(index_elements=["fingerprint"], set_=again)
            )
        return list(connection.scalars(_KNOWN))


def forget(engine: Engine, fingerprint: str) -> bool:
    """Give up a key: its links need not work any more; returns whether it was known."""
    with engine.begin() as connection:
        done = connection.execute(
            update(SecretKeyRow)
            .where(SecretKeyRow.fingerprint == fingerprint, SecretKeyRow.forgotten_at.is_(None))
            .values(forgotten_at=utcnow())
        )
        return done.rowcount == 1


_KNOWN = (
    select(SecretKeyRow.fingerprint)
    .where(SecretKeyRow.forgotten_at.is_(None))
    .order_by(SecretKeyRow.first_used_at, SecretKeyRow.fingerprint)
)
