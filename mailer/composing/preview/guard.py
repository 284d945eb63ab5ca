"""Access control: only this machine, by its own name, at the address that the command printed.

A page elsewhere can make the browser ask, but neither by our name (DNS rebinding changes the
address, not the name) nor with the token; another user of this machine has no token either.
"""

import hmac
import ipaddress

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mailer.platform.serving.headers import EVERYWHERE

_NOT_HERE = "There is nothing here. Open the address that the preview printed when it began.\n"
_WRONG_NAME = "This page answers to this machine only: open it as 127.0.0.1 or localhost.\n"
_FROM_ELSEWHERE = "Only the preview's own page may do that.\n"


class Guard:
    """Allows paths that begin with `/TOKEN/`, and refuses everything else.

    Args:
        app: what is guarded; it sees paths without the token.
        token: unguessable.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {**EVERYWHERE, "Cache-Control": "no-store"}.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
            return
        inner = {**scope, "path": scope["path"][len(self._token) + 1 :], "raw_path": None}
        await self._app(inner, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        if not is_this_machine(headers.get("host", "")):
            return PlainTextResponse(_WRONG_NAME, status_code=421)
        token, slash, _ = scope["path"][1:].partition("/")
        if not slash or not hmac.compare_digest(token.encode(), self._token.encode()):
            return PlainTextResponse(_NOT_HERE, status_code=404)
        is_reading = scope["method"] in {"GET", "HEAD"}
        if not is_reading and not _is_from_our_page(headers):
            return PlainTextResponse(_FROM_ELSEWHERE, status_code=403)
        return None


def is_this_machine(host: str) -> bool:
    """Tell whether a Host header names this machine by a name that nobody else can give it."""
    name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    if not name:
        name, port = port, ""
    if port and not port.isdigit():
        return False
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_from_our_page(headers: Headers) -> bool:
    """Tell whether a request that changes something comes from our own page."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site not in {None, "same-origin"}:
        return False
    if origin is not None and origin != f"http://{headers.get('host', '')}":
        return False
    return headers.get("content-type", "").partition(";")[0] == "application/json"
