import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from audience_kit import LATER, NOW, Audience

from subscribers import subscriptions, suppressions
from subscribers.consent import SubscribeAction
from subscribers.errors import (
    InvalidNameError,
    SubscriptionStateError,
    UnknownMailingListError,
)
from subscribers.lists import mailing_lists
from subscribers.model import SubscriptionState, SuppressionReason
from subscribers.people import people


def suppress(audience: Audience, key: str, reason: str = "manual") -> bool:
    with audience.engine.begin() as connection:
        return suppressions.suppress(
            connection,
            email_key=key,
            reason=SuppressionReason(reason),
            evidence={"why": "asked"},
            now=NOW,
        )


def test_a_list_is_created_once_and_keeps_its_name(audience: Audience) -> None:
    with audience.engine.begin() as connection:
        again = mailing_lists.create_mailing_list(
            connection, slug="weekly", name="Other", now=LATER
        )
        assert again == audience.weekly
        assert mailing_lists.get_mailing_list(connection, "weekly").name == "Weekly"


@pytest.mark.parametrize("slug", ["", "Weekly", "a b", "-a", "a-", "a--b", "ä", "a" * 64, "a\n"])
def test_a_slug_is_small_letters_digits_hyphens(audience: Audience, slug: str) -> None:
    with audience.engine.begin() as connection, pytest.raises(InvalidNameError):
        mailing_lists.create_mailing_list(connection, slug=slug, name="", now=NOW)


def test_an_unknown_list_names_the_known(audience: Audience) -> None:
    with (
        audience.engine.connect() as connection,
        pytest.raises(
            UnknownMailingListError, match=r"no mailing list 'wekly' \(there is: weekly\)"
        ),
    ):
        mailing_lists.get_mailing_list(connection, "wekly")


def test_subscribing_records_consent(audience: Audience) -> None:
    done = audience.subscribe("Ann@x.org", name=" Ann  Lee", fields={"city": " Bern "})
    assert done == subscriptions.Subscribed(
        done.subscriber_id, SubscribeAction.ADD, is_changed=True
    )
    with audience.engine.connect() as connection:
        found = people.find_subscriber(connection, "ann@x.org")
    assert found is not None
    assert (found.email, found.name, found.fields) == ("Ann@x.org", "Ann Lee", {"city": "Bern"})
    assert [one.state for one in found.subscriptions] == [SubscriptionState.ACTIVE]
    assert [(one.action, one.source, one.list_slug) for one in found.consents] == [
        ("subscribed", "cli", "weekly")
    ]


def test_subscribing_again_merges_and_records_nothing(audience: Audience) -> None:
    audience.subscribe("a@x.org", name="Ann", fields={"city": "Bern", "plan": "pro"})
    before = audience.snapshot()
    same = audience.subscribe("A@x.org", name="", fields={"city": "Bern"}, now=LATER)
    assert (same.action, same.is_changed) == (SubscribeAction.MERGE, False)
    assert audience.snapshot() == before
    changed = audience.subscribe("a@x.org", fields={"plan": "", "zip": "3000"}, now=LATER)
    assert changed.is_changed
    assert audience.person("a@x.org") == ("a@x.org", "Ann", {"city": "Bern", "zip": "3000"})
    assert audience.count("consent") == 1


def test_who_unsubscribed_comes_back_only_explicitly(audience: Audience) -> None:
    audience.subscribe("a@x.org")
    audience.unsubscribe("a@x.org")
    before = audience.snapshot()
    with pytest.raises(SubscriptionStateError, match="has unsubscribed") as refused:
        audience.subscribe("a@x.org", name="New")
    assert refused.value.code == "subscription-ended"
    assert audience.snapshot() == before
    back = audience.subscribe("a@x.org", explicit=True)
    assert back.action is SubscribeAction.REACTIVATE
    assert audience.states() == {"a@x.org": "active"}
    actions = audience.rows("SELECT action FROM consent ORDER BY id")
    assert actions == [("subscribed",), ("unsubscribed",), ("subscribed",)]


def test_a_suppressed_address_never_comes_back(audience: Audience) -> None:
    suppress(audience, "a@x.org")
    with pytest.raises(SubscriptionStateError, match="suppressed"):
        audience.subscribe("A@x.org", explicit=True)
    assert audience.count("subscriber") == 0


@pytest.mark.parametrize("name", ["City", "email", "a b", "1st", ""])
def test_a_field_needs_a_name(audience: Audience, name: str) -> None:
    with pytest.raises(InvalidNameError):
        audience.subscribe("a@x.org", fields={name: "x"})


def test_a_field_has_no_nul_and_an_end(audience: Audience) -> None:
    for value in ("\x00", "x" * 2001):
        with pytest.raises(InvalidNameError, match="city"):
            audience.subscribe("a@x.org", fields={"city": value})


def test_unsubscribing_twice_records_once(audience: Audience) -> None:
    audience.subscribe("a@x.org")
    assert [audience.unsubscribe("a@x.org") for _ in range(3)] == [True, False, False]
    assert audience.states() == {"a@x.org": "unsubscribed"}
    rows = audience.rows("SELECT action, source, evidence FROM consent ORDER BY id")
    assert rows[1:] == [("unsubscribed", "one_click", {"ip": "::1"})]


def test_many_clicks_at_once_record_once(audience: Audience) -> None:
    audience.subscribe("a@x.org")
    gate = threading.Barrier(4)

    def click(_: int) -> bool:
        gate.wait()
        return audience.unsubscribe("a@x.org")

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(click, range(4))) == [False, False, False, True]
    assert audience.count("consent") == 2


def test_unsubscribing_from_a_list_one_is_not_on_changes_nothing(audience: Audience) -> None:
    other = audience.list_named("other")
    audience.subscribe("a@x.org", mailing_list_id=other.id)
    assert not audience.unsubscribe("a@x.org")
    assert audience.count("consent") == 1


def test_the_first_suppression_stays(audience: Audience) -> None:
    assert suppress(audience, "a@x.org", "bounce")
    assert not suppress(audience, "a@x.org", "complaint")
    with audience.engine.connect() as connection:
        found = suppressions.find_suppression(connection, "a@x.org")
        assert suppressions.find_suppression(connection, "b@x.org") is None
        assert people.find_subscriber(connection, "a@x.org") is None
    assert found is not None
    assert (found.reason, found.evidence) == (SuppressionReason.BOUNCE, {"why": "asked"})


def test_lists_are_counted_by_state(audience: Audience) -> None:
    audience.list_named("empty")
    for email in ("a@x.org", "b@x.org", "c@x.org"):
        audience.subscribe(email)
    audience.unsubscribe("a@x.org")
    suppress(audience, "a@x.org")
    suppress(audience, "b@x.org")
    with audience.engine.connect() as connection:
        empty, weekly = mailing_lists.count_mailing_lists(connection)
    assert (empty.mailing_list.slug, set(empty.states.values()), empty.suppressed) == (
        "empty",
        {0},
        0,
    )
    assert weekly.states == {"pending": 0, "active": 1, "unsubscribed": 1}
    assert weekly.suppressed == 1
