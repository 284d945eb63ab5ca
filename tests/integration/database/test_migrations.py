"""The schema goes up, down and up again, and is what the tables say."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from mailer.database import migrate
from mailer.database.tables import metadata
from mailer.errors import ConfigurationError


def test_up_down_up_leaves_no_difference(engine: Engine) -> None:
    with engine.begin() as connection:
        command.downgrade(migrate.alembic_config(connection), "base")
    with engine.connect() as connection:
        left = connection.scalars(text("SELECT typname FROM pg_type WHERE typtype = 'e'")).all()
    assert left == []
    assert migrate.current_revision(engine) is None

    migrate.ensure_schema(engine)

    assert migrate.current_revision(engine) == migrate.HEAD
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []


def test_head_is_the_newest_revision() -> None:
    folder = Path(migrate.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_heads() == [migrate.HEAD]


def test_another_version_is_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(ConfigurationError, match="at revision 0001") as refused:
        migrate.ensure_schema(engine)
    assert refused.value.code == "schema-revision"
    assert refused.value.data == {"revision": "0001", "needed": migrate.HEAD}


@pytest.mark.parametrize("revision", ["9999", "0a1b2c"])
def test_a_newer_version_is_refused_and_left_alone(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
    for use in (migrate.ensure_schema, migrate.upgrade):
        with pytest.raises(ConfigurationError, match=f"{revision}, newer than this") as refused:
            use(engine)
        assert refused.value.code == "schema-newer"
    assert migrate.current_revision(engine) == revision
