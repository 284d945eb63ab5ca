"""The schema's version: which one the database has, which one the program needs."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from mailer.database.troubles import require_unicode
from mailer.errors import ConfigurationError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0008"
"""The newest revision in `migrations/versions`; a test holds it to that."""

_MIGRATION_LOCK = 7_368_741_001
_MIGRATIONS = Path(__file__).parent / "migrations"


def current_revision(engine: Engine) -> str | None:
    """Return the database's revision; None where it has no schema of ours.

    Raises:
        ConfigurationError: it cannot hold text in Unicode.
    """
    with engine.connect() as connection:
        require_unicode(connection)
        return _revision(connection)


def ensure_schema(engine: Engine) -> None:
    """Create the schema in an empty database; check its version in any other.

    Raises:
        ConfigurationError: the schema is older or newer than this program.
    """
    revision = current_revision(engine)
    if revision is None:
        upgrade(engine)
    elif revision != HEAD:
        _check_known(revision)
        raise ConfigurationError(
            f"the database schema is at revision {revision}, this program needs {HEAD}",
            code="schema-revision",
            revision=revision,
            needed=HEAD,
        )


def is_known(revision: str) -> bool:
    """Return whether this program has the revision; a newer version's it has not."""
    files = (_MIGRATIONS / "versions").glob("*.py")
    return any(file.name.startswith(f"{revision}_") for file in files)


def upgrade(engine: Engine, *, target: str = "head") -> None:
    """Bring the schema to `target`; concurrent callers wait for one another.

    Raises:
        ConfigurationError: the schema is newer than this program.
    """
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        revision = _revision(connection)
        if revision is not None:
            _check_known(revision)
        from alembic import command  # noqa: PLC0415 - 150 ms that few commands need

        command.upgrade(alembic_config(connection), target)


def alembic_config(connection: Connection) -> "Config":
    """Return Alembic's configuration, bound to `connection`."""
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _check_known(revision: str) -> None:
    if not is_known(revision):
        raise ConfigurationError(
            f"the database schema is at revision {revision}, newer than this program, which knows "
            f"revisions up to {HEAD}: use the version of the program that the database belongs to",
            code="schema-newer",
            revision=revision,
            needed=HEAD,
        )
