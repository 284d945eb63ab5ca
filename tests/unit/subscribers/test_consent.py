import itertools

import pytest

from subscribers.consent import (
    ImportAction,
    SubscribeAction,
    import_action,
    subscribe_action,
)
from subscribers.model import SubscriptionState

STATES = [None, *SubscriptionState]


@pytest.mark.parametrize("state", STATES)
def test_an_import_never_touches_a_suppressed_person(state: SubscriptionState | None) -> None:
    assert import_action(state, is_suppressed=True) is ImportAction.SKIP_SUPPRESSED


@pytest.mark.parametrize(
    ("state", "action"),
    [
        (None, ImportAction.ADD),
        (SubscriptionState.ACTIVE, ImportAction.MERGE),
        (SubscriptionState.PENDING, ImportAction.KEEP_PENDING),
        (SubscriptionState.UNSUBSCRIBED, ImportAction.KEEP_UNSUBSCRIBED),
    ],
)
def test_an_import_adds_only_whom_it_does_not_know(
    state: SubscriptionState | None, action: ImportAction
) -> None:
    assert import_action(state, is_suppressed=False) is action


@pytest.mark.parametrize(("state", "suppressed"), list(itertools.product(STATES, [False, True])))
def test_nobody_comes_back_unless_it_is_explicit(
    state: SubscriptionState | None,
    suppressed: bool,  # noqa: FBT001
) -> None:
    action = subscribe_action(state, is_suppressed=suppressed, explicit=False)
    assert action is not SubscribeAction.REACTIVATE
    if suppressed:
        assert action is SubscribeAction.REFUSE_SUPPRESSED


@pytest.mark.parametrize(
    ("state", "action"),
    [
        (None, SubscribeAction.ADD),
        (SubscriptionState.ACTIVE, SubscribeAction.MERGE),
        (SubscriptionState.PENDING, SubscribeAction.REACTIVATE),
        (SubscriptionState.UNSUBSCRIBED, SubscribeAction.REACTIVATE),
    ],
)
def test_an_explicit_request_lifts_a_no_but_not_a_suppression(
    state: SubscriptionState | None, action: SubscribeAction
) -> None:
    assert subscribe_action(state, is_suppressed=False, explicit=True) is action
    suppressed = subscribe_action(state, is_suppressed=True, explicit=True)
    assert suppressed is SubscribeAction.REFUSE_SUPPRESSED
