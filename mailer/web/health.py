"""The health check: whether the servers that the web app depends on answer."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from fastapi import APIRouter, Response
from sqlalchemy import Engine, text
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from celery import Celery

logger = structlog.get_logger(__name__)

_TIMEOUT_SECONDS = 2


def make_router(engine: Engine, celery: "Celery") -> APIRouter:
    """Return the route."""
    router = APIRouter()
    checks: dict[str, Callable[[], None]] = {
        "database": lambda: _check_database(engine),
        "broker": lambda: _check_broker(celery),
    }

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    def health() -> Response:
        answers = {name: _answer(name, check) for name, check in checks.items()}
        is_well = set(answers.values()) == {"ok"}
        return JSONResponse(
            {"status": "ok" if is_well else "unavailable", **answers},
            status_code=200 if is_well else 503,
            headers={"Cache-Control": "no-store"},
        )

    return router


def _answer(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is not well
        logger.warning("health_check_failed", part=name, error=type(error).__name__)
        return "unavailable"
    return "ok"


def _check_database(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text(f"SET LOCAL statement_timeout = '{_TIMEOUT_SECONDS}s'"))
        connection.execute(text("SELECT 1"))


def _check_broker(celery: "Celery") -> None:
    with celery.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, timeout=_TIMEOUT_SECONDS)
