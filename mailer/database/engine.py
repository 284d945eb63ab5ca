"""Connections to PostgreSQL."""

from sqlalchemy import Engine, create_engine


def make_engine(url: str, *, pool_size: int = 5) -> Engine:
    """Return an engine for `url`; nothing is connected until it is used.

    Args:
        url: `postgresql+psycopg://...`.
        pool_size: connections kept; as many again may be opened under load.
    """
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        connect_args={"application_name": "mailer", "connect_timeout": 10},
    )
