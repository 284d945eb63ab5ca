"""What a deletion of a subscriber takes from the ledger: all but the counts."""

from sqlalchemy import Connection, text

_ERASE = text("""
WITH theirs AS MATERIALIZED (
    SELECT d.id FROM issue JOIN delivery d
        ON d.issue_id = issue.id AND d.subscriber_id = :subscriber_id
), attempts AS (
    DELETE FROM attempt USING theirs WHERE attempt.delivery_id = theirs.id
), events AS (
    DELETE FROM event USING theirs WHERE event.delivery_id = theirs.id
), outcomes AS (
    UPDATE earlier_outcome e SET receipt = '' FROM theirs WHERE e.delivery_id = theirs.id
), deliveries AS (
    UPDATE delivery d SET receipt = '' FROM theirs WHERE d.id = theirs.id RETURNING 1
)
SELECT count(*) FROM deliveries
""")


def erase_history(connection: Connection, subscriber_id: int) -> int:
    """Delete what servers and providers said of a subscriber's deliveries; return how many.

    To be called where the subscriber is deleted, in the same transaction. State, reason and times
    of a delivery stay, so that the books of its send balance; nothing in them tells who it was.
    What is still open is skipped as `erased` when its window opens.
    """
    return int(connection.execute(_ERASE, {"subscriber_id": subscriber_id}).scalar_one())
