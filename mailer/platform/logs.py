"""Logging: one line per event, key=value on a terminal, JSON elsewhere; never personal data."""

import logging
import re
import sys
from typing import TYPE_CHECKING, cast

import structlog

from mailer.platform.terminal import clean

if TYPE_CHECKING:
    from collections.abc import Sequence


def configure_logging(*, level: int = logging.INFO) -> None:
    """Send structlog's and the standard library's records to stderr in one form."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _clean,
                _renderer(),
                _without_personal_data,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for chatty in ("watchfiles", "alembic"):  # a line for every save, or every upgrade
        logging.getLogger(chatty).setLevel(logging.WARNING)


_ADDRESS = re.compile(
    r"(?<![^\s<>\"'(),:;\[\]=@\\])[^\s<>\"'(),:;\[\]=@\\]++@(?=[\w-]+\.[\w.-]*\w)"
)
_TOKEN = re.compile(r"(?<=/)(u|t|k)/[\w.~-]{16,}")
_LOGIN = re.compile(r"(?<=://)[^\s/@]*:[^\s/]*@")


def without_personal_data(line: str) -> str:
    """Return a line without the local parts of addresses, tokens of links, and logins of URLs.

    Our own records name none; errors of servers and libraries quote what they were given.
    """
    line = _LOGIN.sub("•••@", line)
    return _TOKEN.sub(r"\1/•••", _ADDRESS.sub("•••@", line))


def _clean(_: object, __: str, record: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Take from values what would steer a terminal, and write objects as they show themselves."""
    return {name: _plain(value) for name, value in record.items()}


def _plain(value: object) -> object:
    """Return a value for JSON, which would take a named tuple apart, such as a URL's password."""
    if isinstance(value, str):
        return clean(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if type(value) in {list, tuple}:
        return [_plain(one) for one in cast("Sequence[object]", value)]
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return clean(repr(value))


def _without_personal_data(
    _: object, __: str, line: str | bytes | structlog.typing.EventDict
) -> str:
    return without_personal_data(str(line))


def _renderer() -> structlog.typing.Processor:
    if sys.stderr.isatty():
        return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    is_unicode = "utf" in (sys.stderr.encoding or "utf-8").lower()
    return structlog.processors.JSONRenderer(ensure_ascii=not is_unicode)
