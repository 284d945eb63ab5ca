"""What may change a subscription. Decides only; `subscribers.subscriptions` writes.

One rule stands above all others: nobody who said no, or whose address is suppressed, is mailed
again because of something that somebody else did. An import never brings back an unsubscribed
or suppressed person, never confirms a pending one, and learns nothing new about them either.
"""

from enum import StrEnum

from subscribers.model import SubscriptionState


class ImportAction(StrEnum):
    """What an import does with one person."""

    ADD = "add"  # a new subscription
    MERGE = "merge"  # subscribed already: take over new values
    KEEP_PENDING = "keep_pending"  # asked to confirm, has not answered: leave alone
    KEEP_UNSUBSCRIBED = "keep_unsubscribed"  # said no: leave alone
    SKIP_SUPPRESSED = "skip_suppressed"  # never to be mailed: store nothing


class SubscribeAction(StrEnum):
    """What one explicit request to subscribe does."""

    ADD = "add"
    MERGE = "merge"
    REACTIVATE = "reactivate"
    REFUSE_PENDING = "refuse_pending"
    REFUSE_UNSUBSCRIBED = "refuse_unsubscribed"
    REFUSE_SUPPRESSED = "refuse_suppressed"


_IMPORT: dict[SubscriptionState | None, ImportAction] = {
    None: ImportAction.ADD,
    SubscriptionState.ACTIVE: ImportAction.MERGE,
    SubscriptionState.PENDING: ImportAction.KEEP_PENDING,
    SubscriptionState.UNSUBSCRIBED: ImportAction.KEEP_UNSUBSCRIBED,
}

_SUBSCRIBE: dict[SubscriptionState | None, SubscribeAction] = {
    None: SubscribeAction.ADD,
    SubscriptionState.ACTIVE: SubscribeAction.MERGE,
    SubscriptionState.PENDING: SubscribeAction.REFUSE_PENDING,
    SubscriptionState.UNSUBSCRIBED: SubscribeAction.REFUSE_UNSUBSCRIBED,
}

UNSUBSCRIBABLE = frozenset({SubscriptionState.PENDING, SubscriptionState.ACTIVE})
"""States that unsubscribing ends. Unsubscribing twice changes nothing and records nothing."""


def import_action(state: SubscriptionState | None, *, is_suppressed: bool) -> ImportAction:
    """Return what an import does with a person.

    Args:
        state: their subscription to the mailing list; None without one.
        is_suppressed: whether their address is never to be mailed.
    """
    return ImportAction.SKIP_SUPPRESSED if is_suppressed else _IMPORT[state]


def subscribe_action(
    state: SubscriptionState | None, *, is_suppressed: bool, explicit: bool
) -> SubscribeAction:
    """Return what a request to subscribe one person does.

    Args:
        state: their subscription to the mailing list; None without one.
        is_suppressed: whether their address is never to be mailed.
        explicit: the one who asks vouches that the person themselves wants to be back.
            It does not lift a suppression.
    """
    if is_suppressed:
        return SubscribeAction.REFUSE_SUPPRESSED
    action = _SUBSCRIBE[state]
    is_refused = action in {SubscribeAction.REFUSE_PENDING, SubscribeAction.REFUSE_UNSUBSCRIBED}
    return SubscribeAction.REACTIVATE if is_refused and explicit else action
