"""Retention: the deliveries of issues that were sent long ago go, the books of their sends stay.

An issue is pruned as a whole, when all of its sends ended long ago: first its books are kept and
it is closed, so that it is never sent again (who has it is not known any more); then the rows go in
short transactions. Stopped at any point, the next prune goes on. docs/decisions/0044-retention.md
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from mailer.sending.ledger import pruning
from mailer.sending.ledger.pruning import PrunableIssue

CHUNK_SIZE = 5_000
"""Deliveries that are deleted in one transaction: a quarter of a second or so."""

SHORTEST = dt.timedelta(days=30)
"""Providers report bounces for days; an issue is retried, and sent to newcomers, for weeks."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What a prune deleted.

    Args:
        issue_count: issues.
        delivery_count: their deliveries.
        webhook_count: stored requests of providers.
    """

    issue_count: int
    delivery_count: int
    webhook_count: int


def prunable(engine: Engine, *, before: dt.datetime) -> Sequence[PrunableIssue]:
    """Return the issues whose deliveries may go: all their sends ended before that moment."""
    with engine.connect() as connection:
        return pruning.prunable_issues(connection, before=before)


def prune(
    engine: Engine,
    *,
    before: dt.datetime,
    now: dt.datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> Pruned:
    """Delete the deliveries of issues that were sent before a moment, with all that hangs on them.

    Args:
        engine: the ledger.
        before: aware UTC.
        now: aware UTC.
        progress: told after each step how many deliveries went.
    """
    issues, deliveries = 0, 0
    for issue in prunable(engine, before=before):
        if not issue.is_begun and not _close(engine, issue.id, before=before, now=now):
            continue
        deliveries += _delete(engine, issue.id, progress)
        issues += 1
    return Pruned(issues, deliveries, _delete_webhooks(engine, before))


def _close(engine: Engine, issue_id: int, *, before: dt.datetime, now: dt.datetime) -> bool:
    with engine.begin() as connection:
        return pruning.close_issue(connection, issue_id, before=before, now=now)


def _delete(engine: Engine, issue_id: int, progress: Callable[[int], None]) -> int:
    count, after = 0, 0
    while True:
        with engine.begin() as connection:
            gone = pruning.delete_deliveries(connection, issue_id, after=after, limit=CHUNK_SIZE)
            if gone is None:
                pruning.delete_batches(connection, issue_id)
                return count
        after = gone[0]
        count += gone[1]
        progress(gone[1])


def _delete_webhooks(engine: Engine, before: dt.datetime) -> int:
    with engine.connect() as connection:
        last = pruning.last_webhook(connection, before=before)
    count = 0
    while last:
        with engine.begin() as connection:
            gone = pruning.delete_webhooks(connection, before=before, last=last, limit=CHUNK_SIZE)
        count += gone
        if not gone:
            break
    return count
