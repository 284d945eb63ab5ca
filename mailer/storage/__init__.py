"""The truth: tables, queries and migrations in PostgreSQL, and the journal of hand-overs."""
