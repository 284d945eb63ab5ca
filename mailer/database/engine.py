"""Connections to PostgreSQL."""

from sqlalchemy import URL, Engine, create_engine, event, make_url

CONNECT_SECONDS = 10


def make_engine(url: str, *, pool_size: int = 5, answer_seconds: float = 0) -> Engine:
    """Return an engine for `url`; nothing is connected until it is used.

    Its errors do not repeat the values of a statement: they are addresses.

    Args:
        url: `postgresql+psycopg://...`.
        pool_size: connections kept; as many again may be opened under load.
        answer_seconds: longest wait for a connection, and for each answer of the server; 0 for
            work that may take long.
    """
    connect_seconds = max(2, round(answer_seconds)) if answer_seconds else CONNECT_SECONDS
    engine = create_engine(
        _hidden(make_url(url)),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=answer_seconds or 30,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "application_name": "mailer",
            "connect_timeout": connect_seconds,
            "client_encoding": "utf8",  # else a database without an encoding answers in bytes
        },
    )
    if answer_seconds:
        _hurry(engine, answer_seconds)
    return engine


def _hidden(url: URL) -> URL:
    """Return `url` with a password among its options where SQLAlchemy never shows it."""
    password = url.query.get("password")
    if not isinstance(password, str):
        return url
    return url.set(password=url.password or password).difference_update_query(["password"])


def _hurry(engine: Engine, seconds: float) -> None:
    from mailer.database.patience import impatient  # noqa: PLC0415 - psycopg, only where it is used

    connect = impatient(seconds)

    @event.listens_for(engine, "do_connect")
    def _connect(
        _: object, __: object, arguments: tuple[str], options: dict[str, object]
    ) -> object:
        return connect(*arguments, **options)
