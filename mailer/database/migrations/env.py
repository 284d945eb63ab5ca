"""Alembic's entry: runs migrations over the connection that `mailer.database.migrate` hands in."""

from alembic import context

from mailer.database.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
