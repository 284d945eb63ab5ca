"""The last who can answer: a fault of ours is one line in the log and a plain answer."""

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailer.platform.serving.headers import EVERYWHERE

logger = structlog.get_logger(__name__)


class Outermost:
    """Adds the headers of every response; answers what no route handled.

    Args:
        app: answers.
        failed: what is answered where it fails; the log says where, without values.
    """

    def __init__(self, app: ASGIApp, failed: Response) -> None:
        self._app = app
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                headers = MutableHeaders(scope=message)
                for name, value in EVERYWHERE.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except ClientDisconnect:
            return  # nobody is there to be answered, and nothing was begun
        except Exception as error:  # noqa: BLE001 - the last who can answer
            logger.error("web_error", error=type(error).__name__, where=_where(error))  # noqa: TRY400
            if not has_started:
                await self._failed(scope, receive, send_with_headers)


def _where(error: BaseException) -> str:
    """Return file and line, without the values that a traceback may quote."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
