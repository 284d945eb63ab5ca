"""Webhooks: verified, stored, answered, and only then applied."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from sqlalchemy import Engine
from starlette.background import BackgroundTask
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from mailer.config import Settings
from mailer.errors import WebhookPayloadError, WebhookSignatureError
from mailer.feedback.applying import store_webhook, try_to_apply
from mailer.platform.clock import utcnow
from mailer.platform.serving.bodies import received_body
from mailer.platform.serving.lanes import BusyError, Lane
from mailer.providers.registry import KINDS
from mailer.providers.webhook import Verifier, Webhook
from mailer.web.errors import STATUSES

logger = structlog.get_logger(__name__)

_THREADS = 4
_SECONDS = 15.0
MOST_BODY_BYTES = 10 * 1024 * 1024
"""Providers collect events for some seconds; the largest posts known are below 1 MB."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A provider's webhook, as the settings have it.

    Args:
        provider: its name, in the route and in stored requests.
        webhook: how requests are read.
        verifier: what tells them from forgeries; None where the settings hold no key.
    """

    provider: str
    webhook: Webhook[Any]
    verifier: Verifier | None


def receivers(settings: Settings) -> dict[str, Receiver]:
    """Return the webhooks there are, of all providers: old sends have events for weeks.

    Raises:
        ConfigurationError: a key in the settings is not one.
    """
    return {
        name: Receiver(name, webhook, webhook.verifier(settings.account_at(name).settings))
        for name, kind in KINDS.items()
        if (webhook := kind.webhook()) is not None
    }


def make_router(engine: Engine, receivers: Mapping[str, Receiver]) -> APIRouter:
    """Return the route; where a provider has no key, it is asked to come again (503)."""
    router = APIRouter()
    lane = Lane(_THREADS, seconds=_SECONDS)
    for receiver in receivers.values():
        router.add_api_route(
            f"/webhooks/{receiver.provider}", _route(engine, receiver, lane), methods=["POST"]
        )
    return router


def _route(
    engine: Engine, receiver: Receiver, lane: Lane
) -> Callable[[Request], Awaitable[Response]]:
    async def events(request: Request) -> Response:
        verifier = receiver.verifier
        if verifier is None:
            return PlainTextResponse(receiver.webhook.not_set_up + "\n", status_code=503)
        try:
            verifier.check_headers(request.headers, now=utcnow())
        except WebhookSignatureError as error:
            return _refused(error)
        async with received_body(request, most_bytes=MOST_BODY_BYTES) as body:
            return await lane.run(
                _receive, engine, receiver, verifier, body, request.headers, lane=lane
            )

    return events


def _receive(  # noqa: PLR0913 - a request, and what it is received by
    engine: Engine,
    receiver: Receiver,
    verifier: Verifier,
    body: bytes,
    headers: Headers,
    *,
    lane: Lane,
) -> Response:
    now = utcnow()
    try:
        verifier.verify(body, headers, now=now)
        receiver.webhook.parse_events(body, received_at=now)
    except (WebhookSignatureError, WebhookPayloadError) as error:
        return _refused(error)
    webhook_id = store_webhook(engine, receiver.provider, body, now=now)
    applying = BackgroundTask(_apply, engine, webhook_id, now, lane)
    return Response(status_code=204, background=applying)


async def _apply(engine: Engine, webhook_id: int, now: dt.datetime, lane: Lane) -> None:
    """Apply what is stored; where that takes too long, a sweep does it."""
    with suppress(BusyError):
        await lane.run(try_to_apply, engine, webhook_id, now=now)


def _refused(error: Exception) -> Response:
    status = STATUSES[type(error)]
    logger.warning("webhook_refused", status=status, why=str(error))
    return PlainTextResponse(f"{error}\n", status_code=status)
