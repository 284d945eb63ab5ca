"""The local inbox's pages: messages as mail programs show them. For this machine only."""

import http.client
import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal, NoReturn
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from mailer.message.viewing import Scheme, for_frame
from mailer.platform.net.errors import RequestError
from mailer.platform.net.urls import asked_url
from mailer.platform.serving.headers import EMAIL_POLICY
from mailer.web.inbox.parsing import Contents, read_contents, snippet
from mailer.web.inbox.store import InboxStore, StoredMessage
from mailer.web.pages import PRIVATE, Pages

PAGE_SIZE = 40
_HUES = 8
_ONE_CLICK_BODY = b"List-Unsubscribe=One-Click"
_ONE_CLICK_TIMEOUT_SECONDS = 10

Tab = Literal["message", "text", "headers", "source"]
Width = Literal["desktop", "mobile"]


@dataclass(frozen=True, slots=True)
class View:
    """Which part of the inbox is shown, and how; each page's links preserve it."""

    q: str = ""
    page: int = 1
    tab: Tab = "message"
    width: Width = "desktop"
    scheme: Scheme = "auto"

    def link(self, message_id: int | None = None, **changes: str | int) -> str:
        """Return the address of this view with `changes`; defaults are left out."""
        usual = View()
        names = ("q", "page", "tab", "width", "scheme")
        wanted = {name: changes.get(name, getattr(self, name)) for name in names}
        rest = {name: value for name, value in wanted.items() if value != getattr(usual, name)}
        path = "/inbox/" if message_id is None else f"/inbox/{message_id}"
        return f"{path}?{urlencode(rest)}" if rest else path


def _view(
    q: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    tab: Tab = "message",
    width: Width = "desktop",
    scheme: Scheme = "auto",
) -> View:
    return View(q=q.strip(), page=page, tab=tab, width=width, scheme=scheme)


@dataclass(frozen=True, slots=True)
class ListedMessage:
    """A message as the list shows it."""

    message: StoredMessage
    snippet: str
    hue: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list."""

    messages: tuple[ListedMessage, ...]
    found_count: int
    first: int
    last: int
    has_newer: bool
    has_older: bool


class InboxPages:
    """Answers requests for the list, a message, and its parts.

    Args:
        store: the messages.
        base_url: of the web app; the unsubscribe button posts to nobody else.
    """

    def __init__(self, store: InboxStore, *, base_url: str) -> None:
        self._store = store
        self._base_url = base_url
        self._pages = Pages({"unsubscribed": None}, stylesheet="inbox.css")
        self._snippets = lru_cache(maxsize=4096)(lambda message_id: _snippet(store, message_id))

    def index(self, view: Annotated[View, Depends(_view)]) -> Response:
        """Show the list alone."""
        return self._pages.render(
            "inbox_list.html", view=view, listing=self._listing(view), message=None
        )

    def read(
        self, message_id: int, request: Request, view: Annotated[View, Depends(_view)]
    ) -> Response:
        """Show a message beside the list."""
        message, raw = self._find(message_id)
        return self._pages.render(
            "inbox_message.html",
            view=view,
            listing=self._listing(view),
            message=message,
            hue=hue_of(message),
            contents=read_contents(raw),
            answered=_answered(request.query_params.get("answered", "")),
        )

    def html(self, message_id: int, view: Annotated[View, Depends(_view)]) -> Response:
        """Return the HTML part, for the frame."""
        contents = read_contents(self._find(message_id)[1])
        return HTMLResponse(
            for_frame(contents.html, view.scheme),
            headers={
                **PRIVATE,
                "Content-Security-Policy": EMAIL_POLICY
                + "; sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'",
            },
        )

    def download(self, message_id: int) -> Response:
        """Return the message as it was received."""
        raw = self._find(message_id)[1]
        name = f'attachment; filename="message-{message_id}.eml"'
        return Response(
            raw, media_type="message/rfc822", headers={**PRIVATE, "Content-Disposition": name}
        )

    def press_unsubscribe(
        self, message_id: int, request: Request, view: Annotated[View, Depends(_view)]
    ) -> Response:
        """Unsubscribe in one click, as a mail client does, and show the message again."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return PlainTextResponse("Only from the inbox's own page.\n", status_code=403)
        contents = read_contents(self._find(message_id)[1])
        answered = post_one_click(contents, base_url=self._base_url)
        target = view.link(message_id)
        mark = "&" if "?" in target else "?"
        return RedirectResponse(f"{target}{mark}answered={answered}", status_code=303)

    def _listing(self, view: View) -> Listing:
        found = self._store.search(view.q)
        start = (view.page - 1) * PAGE_SIZE
        shown = found[start : start + PAGE_SIZE]
        return Listing(
            messages=tuple(ListedMessage(m, self._snippets(m.id), hue_of(m)) for m in shown),
            found_count=len(found),
            first=min(start + 1, len(found)),
            last=start + len(shown),
            has_newer=view.page > 1,
            has_older=start + PAGE_SIZE < len(found),
        )

    def _find(self, message_id: int) -> tuple[StoredMessage, bytes]:
        message = self._store.get(message_id)
        try:
            return message or _missing(), self._store.raw(message_id)
        except FileNotFoundError:
            return _missing()


def make_router(store: InboxStore, *, base_url: str) -> APIRouter:
    """Return the inbox's routes; they answer this machine only."""
    pages = InboxPages(store, base_url=base_url)
    router = APIRouter(prefix="/inbox", dependencies=[Depends(_only_from_here)])
    message = "/{message_id:int}"
    for path, endpoint in (
        ("", pages.index),
        ("/", pages.index),
        (message, pages.read),
        (f"{message}/html", pages.html),
        (f"{message}/message.eml", pages.download),
    ):
        router.add_api_route(path, endpoint, methods=["GET", "HEAD"])
    router.add_api_route(f"{message}/unsubscribe", pages.press_unsubscribe, methods=["POST"])
    return router


def post_one_click(contents: Contents, *, base_url: str) -> str:
    """Send the POST that a mail client sends when its unsubscribe button is pressed.

    Returns:
        The status of the answer; `elsewhere` where the link is not ours, `unreachable` where
        nobody answered.

    Source: RFC 8058 3.2.
    """
    try:
        url, ours = urlsplit(asked_url(contents.one_click_url)), urlsplit(asked_url(base_url))
    except RequestError:
        return "elsewhere"
    if (url.scheme, url.netloc) != (ours.scheme, ours.netloc):
        return "elsewhere"
    make = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = make(url.hostname or "", url.port, timeout=_ONE_CLICK_TIMEOUT_SECONDS)
    try:
        connection.request(
            "POST",
            url.path + (f"?{url.query}" if url.query else ""),
            body=_ONE_CLICK_BODY,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        return str(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return "unreachable"
    finally:
        connection.close()


def hue_of(message: StoredMessage) -> int:
    """Return which of the avatar colours a recipient has: always the same."""
    return sum(message.recipients[0].encode()) % _HUES if message.recipients else 0


def _answered(value: str) -> str:
    is_status = len(value) == len("200") and value.isascii() and value.isdigit()
    return value if is_status or value in {"elsewhere", "unreachable"} else ""


def _only_from_here(request: Request) -> None:
    """Answer this machine only, by its own name: a page elsewhere cannot read it by the browser."""
    host = request.url.hostname or ""
    client = request.client.host if request.client else ""
    if not (_is_loopback(client) and (host == "localhost" or _is_loopback(host))):
        _missing()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _missing() -> NoReturn:
    raise HTTPException(404)


def _snippet(store: InboxStore, message_id: int) -> str:
    try:
        return snippet(store.raw(message_id))
    except FileNotFoundError:
        return ""
