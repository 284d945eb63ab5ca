"""Errors as clear pages: no traceback, no details, no personal data in the log."""

from collections.abc import Mapping
from http import HTTPStatus

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from mailer.errors import WebhookPayloadError, WebhookSignatureError
from mailer.platform.serving.bodies import (
    BodiesFullError,
    BodyError,
    BodyTooLargeError,
    BodyTooSlowError,
)
from mailer.platform.serving.faults import Outermost
from mailer.platform.serving.lanes import BusyError
from mailer.web.pages import Pages

logger = structlog.get_logger(__name__)

_TEXTS = {
    404: ("Not found", "There is nothing here.", "The address is wrong, or what was here is gone."),
    405: ("Not possible", "That cannot be done here.", "This page can only be read."),
    408: ("Too slow", "That took too long.", "The request was not complete in time."),
    413: ("Too large", "That is too much at once.", "The request has more in it than we take."),
    500: ("Our fault", "Something went wrong.", "It was not your doing. Please try again later."),
    503: (
        "One moment",
        "We cannot do that right now.",
        "Please try again in a minute.",
    ),
}


STATUSES: Mapping[type[Exception], int] = {
    WebhookSignatureError: 401,
    WebhookPayloadError: 400,
    BodyTooSlowError: 408,
    BodyTooLargeError: 413,
    BodiesFullError: 503,
}
"""The HTTP status of each kind of error that a request can meet."""


def install(web: FastAPI, pages: Pages) -> None:
    """Give `web` its error pages and the headers that every answer has."""

    def page(status: int) -> Response:
        kicker, heading, lead = _TEXTS.get(status, _TEXTS[500])
        return pages.message(status, heading, lead, kicker=kicker)

    def http_error(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        answer = page(status if status in _TEXTS else 404)
        if isinstance(error, HTTPException):
            answer.headers.update(error.headers or {})
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            answer.headers["Allow"] = ", ".join(_methods(web, request))
        return answer

    def database_error(_: Request, error: Exception) -> Response:
        logger.error("web_database_error", error=type(error).__name__)
        answer = page(503)
        answer.headers["Retry-After"] = "60"
        return answer

    def body_error(_: Request, error: Exception) -> Response:
        return page(STATUSES[type(error)])

    web.add_exception_handler(HTTPException, http_error)
    web.add_exception_handler(RequestValidationError, http_error)
    web.add_exception_handler(BodyError, body_error)
    for passing in (OperationalError, InterfaceError, NoConnectionError, BusyError):
        web.add_exception_handler(passing, database_error)
    web.add_middleware(Outermost, failed=page(500))


def _methods(web: FastAPI, request: Request) -> list[str]:
    """Return every method of the path; the framework names those of its first route only."""
    candidates = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
    return [
        method
        for method in candidates
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in web.router.routes
        )
    ]
