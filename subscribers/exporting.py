"""Export of a mailing list as CSV, row by row from a server-side cursor.

What it writes `subscribers.importing` reads back to the same people: cells that a spreadsheet
would take for a formula are guarded by an apostrophe, and unguarded when they come back.
"""

import csv
from collections.abc import Mapping
from typing import TextIO

from sqlalchemy import Connection, Engine, text

from subscribers.importing.csvtext import guard
from subscribers.model import SubscriptionState

_PAGE_ROWS = 2000

_FROM = "FROM subscription s JOIN subscriber p ON p.id = s.subscriber_id"
_WHERE = """
WHERE s.mailing_list_id = :mailing_list_id AND s.state = :state
    AND NOT EXISTS (SELECT FROM suppression x WHERE x.email_key = p.email_key)
"""

_FIELDS = text(f"""
SELECT DISTINCT field {_FROM} CROSS JOIN jsonb_object_keys(p.fields) field {_WHERE} ORDER BY field
""")

_ROWS = text(f"SELECT p.email, p.name, p.fields {_FROM} {_WHERE} ORDER BY s.id")


def export_csv(
    engine: Engine,
    file: TextIO,
    *,
    mailing_list_id: int,
    state: SubscriptionState = SubscriptionState.ACTIVE,
) -> int:
    """Write the subscribers of a mailing list in one state and return how many there are.

    Suppressed addresses are left out: an export ends in places that know nothing of suppressions.

    Args:
        engine: the database, read as it is at one moment.
        file: opened with `newline=""`; gets a header, then `email`, `name` and all merge fields.
        mailing_list_id: which.
        state: of the subscription.
    """
    snapshot = engine.execution_options(isolation_level="REPEATABLE READ")
    values = {"mailing_list_id": mailing_list_id, "state": state.value}
    with snapshot.connect() as connection:
        fields = list(connection.scalars(_FIELDS, values))
        return _write(connection, file, fields, values)


def _write(
    connection: Connection, file: TextIO, fields: list[str], values: Mapping[str, object]
) -> int:
    writer = csv.writer(file)
    writer.writerow(["email", "name", *fields])
    options = {"yield_per": _PAGE_ROWS}
    count = 0
    for row in connection.execute(_ROWS, values, execution_options=options):
        count += 1
        cells = (row.email, row.name, *(row.fields.get(field, "") for field in fields))
        writer.writerow([guard(cell) for cell in cells])
    return count
