"""Backup and restore of the database, with PostgreSQL's own programs."""
