"""Restore a backup in one transaction: all of it, or nothing has changed.

A backup does not know who unsubscribed after it was made. What the database in place knows of
that is carried over, sends that were under way are paused, and numbers that links may carry are
not given out a second time. docs/decisions/0031-backup-and-restore.md
"""

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from mailer.database import migrate
from mailer.database.backup.archive import BackupContents, read_backup
from mailer.database.backup.programs import Programs, programs_for
from mailer.database.tables import metadata
from mailer.errors import ConfigurationError

_VERSION_TABLE = "alembic_version"
_PEOPLE_AND_SENDS = ("subscriber", "mailing_list", "suppression", "issue")

_KEEP = """
CREATE TEMP TABLE kept_suppression AS
    SELECT email_key, reason::text AS reason, evidence, recorded_at FROM public.suppression;
CREATE TEMP TABLE kept_ended AS
    SELECT p.email, p.email_key, l.slug, s.changed_at FROM public.subscription s
    JOIN public.subscriber p ON p.id = s.subscriber_id
    JOIN public.mailing_list l ON l.id = s.mailing_list_id WHERE s.state = 'unsubscribed';
"""
_CARRY_OVER = """
INSERT INTO public.suppression (email_key, reason, evidence, recorded_at)
    SELECT email_key, reason::public.suppression_reason, evidence, recorded_at
    FROM pg_temp.kept_suppression ON CONFLICT (email_key) DO NOTHING;
INSERT INTO public.subscriber (email, email_key)
    SELECT DISTINCT ON (email_key) email, email_key FROM pg_temp.kept_ended
    ON CONFLICT (email_key) DO NOTHING;
WITH ended AS (
    INSERT INTO public.subscription AS s (mailing_list_id, subscriber_id, state, changed_at)
    SELECT l.id, p.id, 'unsubscribed', k.changed_at FROM pg_temp.kept_ended k
    JOIN public.subscriber p ON p.email_key = k.email_key
    JOIN public.mailing_list l ON l.slug = k.slug
    ON CONFLICT (mailing_list_id, subscriber_id) DO UPDATE
    SET state = 'unsubscribed', changed_at = excluded.changed_at WHERE s.state <> 'unsubscribed'
    RETURNING subscriber_id, mailing_list_id, changed_at
)
INSERT INTO public.consent (subscriber_id, mailing_list_id, action, source, recorded_at)
    SELECT subscriber_id, mailing_list_id, 'unsubscribed', 'restore', changed_at FROM ended;
"""
_SETTLE = """
UPDATE public.send SET state = 'paused', changed_at = now(),
    reason = 'restored from a backup: what was sent since then is not known here'
    WHERE state IN ('scheduled', 'planning', 'sending');
SELECT setval(s.name::regclass, nextval(s.name::regclass) + 1000000) FROM (VALUES
    (pg_get_serial_sequence('public.subscriber', 'id')),
    (pg_get_serial_sequence('public.delivery', 'id'))) AS s (name);
"""
"""A million numbers are skipped: more than are given out between two backups."""


@dataclass(frozen=True, slots=True)
class Restored:
    """How a restore went.

    Args:
        contents: of the file.
        paused_count: sends that are paused now.
        had_people: whether the database in place knew anybody, so that its refusals were kept.
    """

    contents: BackupContents
    paused_count: int
    had_people: bool


def look(engine: Engine, file: Path) -> tuple[BackupContents, bool]:
    """Return what is in the file, and whether the database has something that it would replace.

    Raises:
        ConfigurationError: the file or the database cannot be used for a restore.
        OSError: the file cannot be read.
    """
    contents = read_backup(programs_for(engine), file)
    with engine.connect() as connection:
        return contents, bool(_holds_something(connection, _tables(connection)))


def restore(engine: Engine, file: Path, *, replaces: bool) -> Restored:
    """Restore the file, and bring an older schema up to date.

    Args:
        engine: the database.
        file: from `back_up`.
        replaces: go on where the database is not empty.

    Raises:
        ConfigurationError: the file or the database cannot be used, other processes use the
            database, or it is not empty; nothing has changed.
        OSError: the file cannot be read.
    """
    programs = programs_for(engine)
    contents = read_backup(programs, file)
    with engine.connect() as connection:
        tables = _tables(connection)
        had_people = _holds_something(connection, tables)
        if had_people and not replaces:
            raise ConfigurationError(
                "the database is not empty: nothing was restored", code="database-not-empty"
            )
        _check_unused(connection)
    engine.dispose()
    _run(programs, file, before=_before(tables), after=_after(tables))
    migrate.upgrade(engine)
    with engine.connect() as connection:
        paused = connection.execute(
            text("SELECT count(*) FROM send WHERE state = 'paused'")
        ).scalar_one()
    return Restored(contents, paused, had_people)


def _tables(connection: Connection) -> set[str]:
    """Return our tables that are there.

    Raises:
        ConfigurationError: there are others.
    """
    tables = set(inspect(connection).get_table_names(schema="public"))
    strange = tables - {*metadata.tables, _VERSION_TABLE}
    if strange:
        raise ConfigurationError(
            f"the database holds tables that this program does not know ({min(strange)}): "
            "restore to a database of its own"
        )
    return tables


def _holds_something(connection: Connection, tables: set[str]) -> bool:
    return any(
        connection.scalar(text(f"SELECT EXISTS (SELECT FROM public.{table})"))  # noqa: S608 - ours
        for table in _PEOPLE_AND_SENDS
        if table in tables
    )


def _check_unused(connection: Connection) -> None:
    others = connection.execute(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'mailer' AND pid <> pg_backend_pid()"
        )
    ).scalar_one()
    if others:
        raise ConfigurationError(
            f"{others} connections of other processes use the database: "
            "stop workers and web apps first"
        )


def _before(tables: set[str]) -> str:
    kinds = sorted(_kinds())
    keep = _KEEP if "subscription" in tables else ""
    drops = [f'DROP TABLE IF EXISTS public."{table}" CASCADE;' for table in sorted(tables)]
    drops += [f"DROP TYPE IF EXISTS public.{kind};" for kind in kinds]
    return "\n".join(["SET lock_timeout = '10s';", keep, *drops, ""])


def _after(tables: set[str]) -> str:
    return (_CARRY_OVER if "subscription" in tables else "") + _SETTLE


def _kinds() -> set[str]:
    """Return the names of our enumerations."""
    columns = [column for table in metadata.tables.values() for column in table.columns]
    return {str(column.type.name) for column in columns if hasattr(column.type, "enums")}  # type: ignore[attr-defined]


def _run(programs: Programs, file: Path, *, before: str, after: str) -> None:
    """Feed one session of psql, in one transaction; an end that comes early undoes it all."""
    options = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-")
    with programs.running(
        "psql", *options, connects=True, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as psql:
        assert psql.stdin is not None  # noqa: S101 - by stdin=PIPE
        with suppress(BrokenPipeError):  # psql has ended, and says why
            psql.stdin.write(f"BEGIN;\n{before}".encode())
            arguments = ("--no-owner", "--no-privileges", "--file=-", str(file.resolve()))
            with programs.running("pg_restore", *arguments) as source:
                for line in for_any_server(source.stdout or ()):
                    psql.stdin.write(line)
            psql.stdin.write(f"{after}COMMIT;\n".encode())


_TIMEOUT = b"SET transaction_timeout = 0;\n"


def for_any_server(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Leave out the setting that PostgreSQL 17 and newer begin with, and older servers refuse."""
    is_beginning = True
    for line in lines:
        is_beginning = is_beginning and not line.startswith(b"CREATE ")
        if not (is_beginning and line == _TIMEOUT):
            yield line
