"""A lease is over when nobody extends it, whatever any clock but the observer's own says."""

import datetime as dt

from mailer.sending.ledger.leases import GRACE_SECONDS, LeaseWatch

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


def watch() -> tuple[LeaseWatch, list[float]]:
    at = [0.0]
    return LeaseWatch(10 - GRACE_SECONDS, clock=lambda: at[0]), at


def test_a_lease_that_stays_the_same_for_long_is_over() -> None:
    leases, at = watch()
    assert leases.expired({"a": NOON}) == set()
    at[0] = 9.9
    assert leases.expired({"a": NOON}) == set()
    at[0] = 10
    assert leases.expired({"a": NOON}) == {"a"}


def test_every_extension_counts_anew_even_one_into_the_past() -> None:
    leases, at = watch()
    leases.expired({"a": NOON, "b": NOON})
    at[0] = 9
    leases.expired({"a": NOON - SECOND, "b": NOON})
    at[0] = 18
    assert leases.expired({"a": NOON - SECOND, "b": NOON}) == {"b"}
    at[0] = 19
    assert leases.expired({"a": NOON - SECOND}) == {"a"}


def test_a_claim_that_ended_is_forgotten() -> None:
    leases, at = watch()
    leases.expired({"a": NOON})
    at[0] = 9
    leases.expired({})
    at[0] = 18
    assert leases.expired({"a": NOON}) == set()
