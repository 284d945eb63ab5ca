"""The preview's web app: the page, its frames and pictures, change events, and the reader."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse
from starlette.types import ASGIApp

from mailer.composing.preview.assets import Assets
from mailer.composing.preview.frames import BY_NAME, SANDBOX, frame
from mailer.composing.preview.guard import Guard
from mailer.composing.preview.library import Library
from mailer.composing.preview.look import Look
from mailer.composing.preview.session import EventStream, Session
from mailer.composing.preview.typed import read_choice
from mailer.composing.preview.views import View
from mailer.composing.preview.watching import follow, watched_by
from mailer.composing.readers import Reader
from mailer.config import SETTINGS_FILE
from mailer.database import troubles
from mailer.platform.serving.bodies import BodyError, received_body
from mailer.platform.serving.faults import Outermost
from mailer.platform.serving.headers import EMAIL_POLICY
from mailer.platform.terminal import clean
from subscribers.errors import CodedError

_MOST_BODY_BYTES = 64 * 1024
_HEARTBEAT_SECONDS = 15.0
_FRAME_POLICY = f"{EMAIL_POLICY}; sandbox {SANDBOX}; frame-ancestors 'self'"
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_AGAIN = "retry: 1000\n\n"
"""A page whose preview has stopped polls once a second."""
_FAILED = "Something went wrong here, and the terminal says where.\n"
_NOT_YET = "<!doctype html><title>Nothing yet</title><p>Nothing has compiled yet."


class Preview:
    """The app of one session, and the connections that it keeps open.

    Args:
        session: what is shown.
        library: looks up subscribers.
        token: what every path begins with.
        explain: what to say of an error.
    """

    def __init__(
        self,
        session: Session,
        library: Library,
        *,
        token: str,
        explain: Callable[[Exception], str] = str,
    ) -> None:
        self._session = session
        self._library = library
        self._explain = explain
        self._assets = Assets()
        self._streams: set[EventStream] = set()
        web = FastAPI(openapi_url=None, redirect_slashes=False, lifespan=self._lifespan)
        self._add_routes(web)
        web.add_middleware(Outermost, failed=PlainTextResponse(_FAILED, status_code=500))
        self.app: ASGIApp = Guard(web, token)

    def close(self) -> None:
        """End the connections that would otherwise stay open forever; from any thread."""
        self._session.close()
        for stream in list(self._streams):
            stream.close()

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        session = self._session
        following = asyncio.create_task(
            follow(lambda: watched_by(session.state, session.settings), self._changed)
        )
        yield
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following

    def _changed(self, files: Iterable[Path]) -> None:
        if any(file.name == SETTINGS_FILE for file in files):
            self._session.reload_settings()
        else:
            self._session.refresh()

    def _add_routes(self, web: FastAPI) -> None:
        web.add_api_route("/", self._page, methods=["GET", "HEAD"])
        web.add_api_route("/assets/{name}", self._asset, methods=["GET", "HEAD"])
        web.add_api_route("/frame/{name}", self._frame, methods=["GET", "HEAD"])
        web.add_api_route("/picture/{name}", self._picture, methods=["GET", "HEAD"])
        web.add_api_route("/events", self._events, methods=["GET"])
        web.add_api_route("/readers", self._readers, methods=["GET"])
        web.add_api_route("/reader", self._choose, methods=["POST"])

    def _page(self) -> Response:
        return self._assets.page(self._session.message)

    def _asset(self, name: str) -> Response:
        return self._assets.get(name) or _missing()

    def _frame(self, name: str, scheme: str = "") -> Response:
        view, look = BY_NAME.get(name), self._session.state.look
        if view is None:
            return _missing()
        headers = {"Content-Security-Policy": _FRAME_POLICY}
        body = _NOT_YET if look is None else self._framed(look, view, scheme)
        return HTMLResponse(body, headers=headers)

    def _framed(self, look: Look, view: View, scheme: str) -> str:
        return frame(look, view, store=self._session.store, scheme=scheme)

    def _picture(self, name: str) -> Response:
        found = self._session.store.read(name)
        if found is None:
            return _missing()
        headers = {"Content-Security-Policy": _PICTURE_POLICY}
        return Response(found[0], media_type=found[1], headers=headers)

    async def _events(self) -> Response:
        return StreamingResponse(self._news(), media_type="text/event-stream")

    async def _news(self) -> AsyncIterator[str]:
        stream = EventStream()
        self._streams.add(stream)
        leave = self._session.subscribe(stream.put)
        try:
            yield _AGAIN
            yield _event(self._session.message)
            while not stream.is_closed:
                message = await stream.take(seconds=_HEARTBEAT_SECONDS)
                if not stream.is_closed:
                    yield ": still here\n\n" if message is None else _event(message)
        finally:
            leave()
            self._streams.discard(stream)

    def _readers(self, q: str = "") -> Response:
        words = clean(q).strip()[:200]
        return self._told(lambda: [_shown(each) for each in self._library.search(words)])

    async def _choose(self, request: Request) -> Response:
        try:
            async with received_body(request, most_bytes=_MOST_BODY_BYTES) as body:
                choice = read_choice(json.loads(body))
        except BodyError:
            return JSONResponse({"error": "that is too much, or too slow"}, status_code=413)
        except (ValueError, RecursionError) as error:
            return JSONResponse({"error": f"not a reader: {error}"}, status_code=400)
        return await run_in_threadpool(self._take, choice)

    def _take(self, choice: Reader | str) -> Response:
        def choose() -> dict[str, str]:
            reader = self._library.find(choice) if isinstance(choice, str) else choice
            self._session.refresh(reader=reader)
            return {"kind": reader.kind}

        return self._told(choose)

    def _told(self, act: Callable[[], object]) -> Response:
        """Return what `act` does as JSON, or why it cannot."""
        try:
            return JSONResponse(act())
        except CodedError as error:
            return JSONResponse({"error": self._explain(error)}, status_code=422)
        except SQLAlchemyError as error:
            said = f"the database cannot be used: {troubles.explain(error)}"
            return JSONResponse({"error": said}, status_code=503)


def _shown(reader: Reader) -> dict[str, object]:
    return {"email": reader.email, "name": reader.name, "fields": dict(reader.fields)}


def _event(message: str) -> str:
    return f"event: state\ndata: {message}\n\n"


def _missing() -> Response:
    return PlainTextResponse("There is nothing here.\n", status_code=404)
