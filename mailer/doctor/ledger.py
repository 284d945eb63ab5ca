"""The doctor's look at the database, and at sends that stand still in it."""

import datetime as dt
from collections.abc import Callable, Iterator

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from mailer.database.migrate import HEAD, current_revision, is_known
from mailer.database.troubles import explain
from mailer.doctor import rules
from mailer.errors import ConfigurationError
from mailer.platform.check_result import CheckResult
from mailer.sending.ledger.unfinished import foreign_sends


def check_ledger(
    engine: Engine, name: str, provider: str, clock: Callable[[], dt.datetime]
) -> Iterator[CheckResult]:
    """Yield whether the database can be used, and whether sends in it stand still.

    Args:
        engine: of the database.
        name: which database it is, for people.
        provider: that of this workspace.
        clock: aware UTC.
    """
    try:
        server, agreement = _check_server(engine, name, clock)
        yield server
        revision = current_revision(engine)
        known = revision is None or is_known(revision)
        yield rules.judge_revision(revision, HEAD, is_known=known)
        yield agreement
        if revision == HEAD:  # else there are no sends, or others know how to read them
            yield _check_sends(engine, provider)
    except SQLAlchemyError as error:
        what, _, advice = explain(error).partition("; ")
        advice = advice or "start the server, or correct DATABASE_URL"
        yield CheckResult("database", "fail", f"cannot be used: {what}", advice)
    except ConfigurationError as error:
        what, _, advice = str(error).partition("; ")
        yield CheckResult("database", "fail", what, advice)


def _check_server(
    engine: Engine, name: str, clock: Callable[[], dt.datetime]
) -> tuple[CheckResult, CheckResult]:
    """Say whether the server will do, and whether its clock agrees with ours."""
    with engine.connect() as connection:
        before = clock()
        version, shown, theirs = connection.execute(
            text(
                "SELECT current_setting('server_version_num')::int,"
                " current_setting('server_version'), clock_timestamp()"
            )
        ).one()
        after = clock()
    ahead = before + (after - before) / 2 - theirs
    return rules.judge_postgres(version, shown, name), rules.judge_clock(ahead.total_seconds())


def _check_sends(engine: Engine, provider: str) -> CheckResult:
    """Say which running sends go through another provider than the one of this workspace."""
    with engine.connect() as connection:
        found = foreign_sends(connection, provider=provider)
    return rules.judge_sends(found, provider)
