"""The health check: whether the servers that the web app depends on answer.

Each server is asked in a thread of its own, by one question at a time, on a connection of its
own: a server that hangs costs nobody else a thread, however often the health check is called.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

import structlog
from fastapi import APIRouter, Response
from sqlalchemy import text
from starlette.responses import JSONResponse

from mailer.database.engine import make_engine

if TYPE_CHECKING:
    from mailer.platform.broker import CeleryHints

logger = structlog.get_logger(__name__)

_TIMEOUT_SECONDS = 2


class Probe:
    """Asks one server whether it answers.

    Args:
        name: of the server, for the log.
        check: returns where it answers, and raises where it does not.
    """

    def __init__(self, name: str, check: Callable[[], None]) -> None:
        self._name = name
        self._check = check
        self._asking: Future[str] | None = None

    async def answer(self) -> str:
        """Return `ok` or `unavailable`, within seconds."""
        if self._asking is None or self._asking.done():
            self._asking = Future()
            threading.Thread(target=self._ask, args=(self._asking,), daemon=True).start()
        waiting = asyncio.shield(asyncio.wrap_future(self._asking))
        try:
            return await asyncio.wait_for(waiting, _TIMEOUT_SECONDS)
        except TimeoutError:
            logger.warning("health_check_failed", part=self._name, error="no answer in time")
            return "unavailable"

    def _ask(self, asking: "Future[str]") -> None:
        try:
            self._check()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is not well
            logger.warning("health_check_failed", part=self._name, error=type(error).__name__)
            asking.set_result("unavailable")
        else:
            asking.set_result("ok")


def make_router(database_url: str, hints: "CeleryHints") -> APIRouter:
    """Return the route."""
    router = APIRouter()
    probes = {
        "database": Probe("database", lambda: _check_database(database_url)),
        "broker": Probe("broker", lambda: hints.check(seconds=_TIMEOUT_SECONDS)),
    }

    @router.api_route("/healthz", methods=["GET", "HEAD"])
    async def health() -> Response:
        found = await asyncio.gather(*(probe.answer() for probe in probes.values()))
        answers = dict(zip(probes, found, strict=True))
        is_well = set(answers.values()) == {"ok"}
        return JSONResponse(
            {"status": "ok" if is_well else "unavailable", **answers},
            status_code=200 if is_well else 503,
            headers={"Cache-Control": "no-store"},
        )

    return router


def _check_database(url: str) -> None:
    engine = make_engine(url, pool_size=1, answer_seconds=_TIMEOUT_SECONDS)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    finally:
        engine.dispose()
