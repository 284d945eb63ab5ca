"""Webhooks: verified, stored, answered, and only then applied."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy import Engine
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from mailer.config import Settings
from mailer.errors import WebhookPayloadError, WebhookSignatureError
from mailer.feedback.applying import store_webhook, try_to_apply
from mailer.platform.clock import utcnow
from mailer.platform.serving.bodies import BodyTooLargeError, read_body
from mailer.providers.registry import KINDS
from mailer.providers.webhook import Verifier, Webhook
from mailer.web.errors import STATUSES

logger = structlog.get_logger(__name__)

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

    @router.post("/webhooks/{provider}")
    async def events(provider: str, request: Request) -> Response:
        receiver = receivers.get(provider)
        if receiver is None:
            raise HTTPException(404)
        if receiver.verifier is None:
            return PlainTextResponse(receiver.webhook.not_set_up + "\n", status_code=503)
        try:
            body = await read_body(request, most_bytes=MOST_BODY_BYTES)
        except BodyTooLargeError:
            return PlainTextResponse(f"At most {MOST_BODY_BYTES} bytes.\n", status_code=413)
        return await run_in_threadpool(
            _receive, engine, receiver, receiver.verifier, body, request.headers
        )

    return router


def _receive(
    engine: Engine, receiver: Receiver, verifier: Verifier, body: bytes, headers: Headers
) -> Response:
    now = utcnow()
    try:
        verifier.verify(body, headers, now=now)
        receiver.webhook.parse_events(body, received_at=now)
    except (WebhookSignatureError, WebhookPayloadError) as error:
        return _refused(STATUSES[type(error)], error)
    webhook_id = store_webhook(engine, receiver.provider, body, now=now)
    applying = BackgroundTask(try_to_apply, engine, webhook_id, now=now)
    return Response(status_code=204, background=applying)


def _refused(status: int, error: Exception) -> Response:
    logger.warning("webhook_refused", status=status, why=str(error))
    return PlainTextResponse(f"{error}\n", status_code=status)
