"""The tables of steps as triggers: what they do not name, the database refuses.

Installed in every test's database, so that whatever statement changes a state is held against
`mailer.states`. A test that arranges states by hand says so: `BY_HAND` in its transaction.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, text

from mailer.states import (
    BATCH_STEPS,
    DELIVERY_STEPS,
    FIRST_STATES,
    SEND_STEPS,
    BatchState,
    Cause,
    SendState,
)

BY_HAND = text("SET LOCAL mailer.by_hand = 'on'")
REMOVE = "DROP FUNCTION hold_delivery, hold_batch, hold_send CASCADE"

_FIRST: Mapping[str, Iterable[str]] = {
    "delivery": FIRST_STATES,
    "batch": [BatchState.PENDING],
    "send": [SendState.SCHEDULED, SendState.PLANNING],
}
_STEPS: Mapping[str, Mapping[str, Iterable[str]]] = {
    "delivery": DELIVERY_STEPS,
    "batch": BATCH_STEPS,
    "send": SEND_STEPS,
}
TAKEN = frozenset(
    (state, reached)
    for state, steps in DELIVERY_STEPS.items()
    for reached, cause in steps.items()
    if cause is Cause.TAKEN
)

_TRIGGER = """
CREATE FUNCTION hold_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('mailer.by_hand', true), '') = 'on' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NOT NEW.state::text = ANY(ARRAY[{first}]) THEN
            RAISE EXCEPTION 'no {table} begins as %', NEW.state;
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> NEW.state AND NOT OLD.state || ' ' || NEW.state = ANY(ARRAY[{steps}]) THEN
        RAISE EXCEPTION 'no {table} steps from % to %', OLD.state, NEW.state;
    END IF;
    {more}
    RETURN NEW;
END $$;
CREATE TRIGGER hold_{table} BEFORE INSERT OR UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION hold_{table}();
"""

_OWNER = """
    IF (OLD.send_id <> NEW.send_id) <> (OLD.state || ' ' || NEW.state = ANY(ARRAY[{taken}])) THEN
        RAISE EXCEPTION 'a delivery % is taken over, and nothing else is', OLD.state;
    END IF;
    IF OLD.send_id <> NEW.send_id AND NOT EXISTS (
        SELECT FROM batch WHERE id = NEW.batch_id AND send_id = NEW.send_id
    ) THEN
        RAISE EXCEPTION 'a delivery is in a batch of another send';
    END IF;
"""


def install(connection: Connection) -> None:
    """Have the database hold every statement against the tables."""
    for table, steps in _STEPS.items():
        pairs = [f"{state} {reached}" for state, each in steps.items() for reached in each]
        more = _OWNER.format(taken=_quoted(f"{a} {b}" for a, b in TAKEN))
        statement = _TRIGGER.format(
            table=table,
            first=_quoted(_FIRST[table]),
            steps=_quoted(pairs),
            more=more if table == "delivery" else "",
        )
        connection.execute(text(statement))


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
