"""Webhooks: verified, stored, answered, and only then applied."""

import structlog
from fastapi import APIRouter, Request, Response
from sqlalchemy import Engine
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse

from mailer.errors import WebhookPayloadError, WebhookSignatureError
from mailer.feedback.applying import store_webhook, try_to_apply
from mailer.platform.clock import utcnow
from mailer.platform.serving.bodies import BodyTooLargeError, read_body
from mailer.providers.sendgrid import webhook
from mailer.providers.sendgrid.signature import (
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    SignatureVerifier,
)
from mailer.web.errors import STATUSES

logger = structlog.get_logger(__name__)

MOST_BODY_BYTES = 10 * 1024 * 1024
"""SendGrid posts about 768 KB at a time."""

_NO_KEY = (
    "Event webhooks are off: set sendgrid.webhook_public_key to the verification key "
    "of your SendGrid account."
)


def make_router(engine: Engine, verifier: SignatureVerifier | None) -> APIRouter:
    """Return the routes; without a verifier each request is asked to come again (503)."""
    router = APIRouter()

    @router.post("/webhooks/sendgrid")
    async def sendgrid_events(request: Request) -> Response:
        if verifier is None:
            return PlainTextResponse(_NO_KEY + "\n", status_code=503)
        try:
            body = await read_body(request, most_bytes=MOST_BODY_BYTES)
        except BodyTooLargeError:
            return PlainTextResponse(f"At most {MOST_BODY_BYTES} bytes.\n", status_code=413)
        signature = request.headers.get(SIGNATURE_HEADER, "")
        timestamp = request.headers.get(TIMESTAMP_HEADER, "")
        return await run_in_threadpool(take, verifier, body, signature, timestamp)

    def take(verifier: SignatureVerifier, body: bytes, signature: str, timestamp: str) -> Response:
        now = utcnow()
        try:
            verifier.check(body, signature=signature, timestamp=timestamp, now=now)
            webhook.parse_events(body, received_at=now)
        except (WebhookSignatureError, WebhookPayloadError) as error:
            return _refused(STATUSES[type(error)], error)
        webhook_id = store_webhook(engine, webhook.PROVIDER, body, now=now)
        applying = BackgroundTask(try_to_apply, engine, webhook_id, now=now)
        return Response(status_code=204, background=applying)

    return router


def _refused(status: int, error: Exception) -> Response:
    logger.warning("webhook_refused", status=status, why=str(error))
    return PlainTextResponse(f"{error}\n", status_code=status)
