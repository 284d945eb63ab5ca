"""A SendGrid of our own: the mail send endpoint, built from its public description.

It checks a request as strictly as the documentation reads (and more strictly where sources
disagree), applies substitutions, and keeps what each recipient would get. It can be told to
answer as SendGrid does on bad days. Errors have SendGrid's form.

Sources: OpenAPI `spec/json/tsg_mail_v3.json` (`twilio/sendgrid-oai`); the reference pages Errors,
Limitations, Rate Limits, Personalizations and Substitution Tags.

As a program: `python tests/contract/fakes/sendgrid.py [--port N] [--key K] [--sink]` prints its
port; `GET /_fake/accepted` returns what it accepted, as JSON.
"""

import argparse
import dataclasses
import itertools
import json
import re
import socket
import socketserver
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "SG.test-key"
MOST_PERSONALIZATIONS = 1000
MOST_REQUEST_BYTES = 30_000_000
MOST_SUBSTITUTION_BYTES = 10_000
MOST_CATEGORIES = 10
HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message"
_WORD = re.compile(r"\S+")
RESERVED_HEADERS = frozenset(
    _WORD.findall(
        """x-sg-id x-sg-eid received dkim-signature content-type content-transfer-encoding to from
        subject reply-to cc bcc"""
    )
)
TOP_LEVEL = frozenset(
    _WORD.findall(
        """personalizations from reply_to reply_to_list subject content attachments template_id
        headers categories custom_args send_at batch_id asm ip_pool_name mail_settings
        tracking_settings"""
    )
)
IN_PERSONALIZATION = frozenset(
    _WORD.findall(
        """from to cc bcc subject headers substitutions dynamic_template_data custom_args
        send_at"""
    )
)
ADDRESS = re.compile(r"[!-?A-~]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]{2,}")
HEADER_NAME = re.compile(r"[!-9;-~]+")


@dataclass(frozen=True)
class Accepted:
    """What one recipient would get."""

    delivery_id: str
    email: str
    name: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    sender: dict[str, str]
    reply_to: dict[str, str]
    custom_args: dict[str, str]
    categories: list[str]
    request_id: str


class BadRequestError(Exception):
    """The request is refused with these errors."""

    def __init__(self, *errors: tuple[str | None, str]) -> None:
        super().__init__(errors)
        self.errors = [
            {"message": message, "field": field, "help": f"{HELP}.{field}" if field else None}
            for field, message in errors
        ]


@dataclass
class FakeSendGrid:
    """The server, what it accepted, and how it is to behave.

    Args:
        key: the only good API key.
        is_sink: take everything unread, for benchmarks.
        scopes: what the key may do.
        blamed: addresses that get a 400 which names their personalization.
        unexplained: addresses that get a 400 which names nothing.
        frame_error: field and message of a 400 for every request; the field may be None.
        most_request_bytes: larger requests get a 413.
        answers: for the next requests, in order: "429", "429:SECONDS", a status such as "500", or
            "redirect"; "hang", "close" and "cut" accept the request and then do not answer,
            hang up, or break off in the answer; "slam" hangs up before reading; "ok" is usual.
    """

    key: str = KEY
    is_sink: bool = False
    scopes: tuple[str, ...] = ("mail.send", "sender_verification_eligible")
    blamed: set[str] = field(default_factory=set)
    unexplained: set[str] = field(default_factory=set)
    frame_error: tuple[str | None, str] | None = None
    most_request_bytes: int = MOST_REQUEST_BYTES
    answers: deque[str] = field(default_factory=deque)
    accepted: list[Accepted] = field(default_factory=list)
    request_sizes: list[int] = field(default_factory=list)
    hang_seconds: float = 2
    port: int = 0
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """What to set as `base_url`."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def emails(self) -> list[str]:
        """Who would get mail, in order."""
        return [one.email for one in self.accepted]

    @contextmanager
    def running(self, port: int = 0) -> Iterator["FakeSendGrid"]:
        """Serve on the loopback."""
        handler = type("Handler", (_Handler,), {"fake": self})
        with _Server(("127.0.0.1", port), handler) as server:
            self.port = server.server_address[1]
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def next_answer(self) -> str:
        """Return how the next request is to be answered."""
        with self._guard:
            return self.answers.popleft() if self.answers else "ok"

    def take(self, body: bytes) -> str:
        """Check a request, keep its messages and return its id.

        Raises:
            BadRequestError: nothing was kept.
        """
        with self._guard:
            self.request_sizes.append(len(body))
            request_id = f"request-{next(self._numbers)}"
            if self.is_sink:
                return request_id
            request = self._checked(body)
            self.accepted += [
                _bound(request, one, request_id) for one in _personalizations(request)
            ]
        return request_id

    def _checked(self, body: bytes) -> dict[str, Any]:
        try:
            request = json.loads(body)
        except ValueError:
            raise BadRequestError((None, "Bad Request")) from None
        errors = [*_errors(request)]
        if self.frame_error:
            errors.append(self.frame_error)
        for index, one in enumerate(_personalizations(request)):
            email = one["to"][0]["email"] if isinstance(one.get("to"), list) else ""
            if email in self.blamed:
                errors.append(
                    (f"personalizations.{index}.to.0.email", "Does not contain a valid address.")
                )
            if email in self.unexplained:
                errors.append((None, "Bad Request"))
        if errors:
            raise BadRequestError(*errors)
        checked: dict[str, Any] = request
        return checked


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that give up are part of the game."""

    def server_bind(self) -> None:
        # The parent would ask the resolver for the host's name.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "fake", self.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    fake: FakeSendGrid
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_POST(self) -> None:
        answer = self.fake.next_answer()
        if answer == "slam":
            self._hang_up()
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._is_welcome():
            return
        if answer in ("ok", "hang", "close", "cut", "200"):
            self._take(body, answer)
        else:
            self._refuse(answer)

    def do_GET(self) -> None:
        if self.path == "/_fake/accepted":
            self._say(200, [dataclasses.asdict(one) for one in self.fake.accepted])
        elif self.path == "/a-page":
            self._say(200, {"key": self.headers.get("Authorization")})
        elif self.path == "/v3/scopes":
            answer = self.fake.next_answer()
            if answer != "ok":
                self._refuse(answer)
            elif self._is_welcome(path="/v3/scopes"):
                self._say(200, {"scopes": self.fake.scopes})
        else:
            self._say(404, _error("not found"))

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _is_welcome(self, path: str = "/v3/mail/send") -> bool:
        if self.path != path:
            self._say(404, _error("not found"))
        elif self.headers.get("Authorization") != f"Bearer {self.fake.key}":
            self._say(
                401, _error("The provided authorization grant is invalid, expired, or revoked")
            )
        elif path != "/v3/scopes" and not _is_json(self.headers.get("Content-Type", "")):
            self._say(415, _error("Content-Type should be application/json."))
        else:
            return True
        return False

    def _take(self, body: bytes, answer: str) -> None:
        if len(body) >= self.fake.most_request_bytes:
            self._say(413, _error("content too large"))
            return
        try:
            request_id = self.fake.take(body)
        except BadRequestError as bad:
            self._say(400, {"errors": bad.errors})
            return
        if answer == "hang":
            time.sleep(self.fake.hang_seconds)
        elif answer == "cut":
            self.wfile.write(b"HTTP/1.1 20")
        if answer in ("hang", "close", "cut"):
            self._hang_up()
            return
        sandbox = json.loads(body).get("mail_settings", {}).get("sandbox_mode", {})
        status = 200 if answer == "200" or sandbox.get("enable") else 202
        self._say(status, None, {"X-Message-Id": request_id})

    def _refuse(self, answer: str) -> None:
        if answer == "redirect":
            self._say(302, None, {"Location": f"{self.fake.url}/a-page"})
            return
        status, _, seconds = answer.partition(":")
        headers = {}
        if status == "429":
            reset = str(int(time.time() + float(seconds or 30)))
            headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
        self._say(int(status), _error("too many requests" if status == "429" else "no"), headers)

    def _say(self, status: int, content: object, headers: dict[str, str] | None = None) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def _error(message: str) -> dict[str, object]:
    return {"errors": [{"field": None, "message": message}]}


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/json"


def _personalizations(request: object) -> list[dict[str, Any]]:
    found = request.get("personalizations") if isinstance(request, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


Errors = Iterator[tuple[str | None, str]]


def _errors(request: Any) -> Errors:
    if not isinstance(request, dict):
        yield None, "Bad Request"
        return
    for name in request.keys() - TOP_LEVEL:
        yield name, f"Additional property {name} is not allowed"
    yield from _mailbox_errors("from", request.get("from"))
    if not str(request.get("from", {}).get("email", "")).isascii():
        yield "from.email", "Unicode encoding not supported in from field"
    if "reply_to" in request:
        yield from _mailbox_errors("reply_to", request["reply_to"])
    if not isinstance(request.get("subject"), str) or not request["subject"]:
        yield "subject", "The subject is required."
    yield from _content_errors(request.get("content"))
    yield from _header_errors("headers", request.get("headers", {}))
    yield from _category_errors(request.get("categories", []))
    yield from _personalization_list_errors(request.get("personalizations"))


def _content_errors(content: Any) -> Errors:
    if not isinstance(content, list) or not content:
        yield "content", "The content value must be an array with at least one content object."
        return
    order = ["text/plain", "text/html"]
    kinds = [part.get("type") for part in content]
    if [kind for kind in order if kind in kinds] != kinds[: len({*kinds} & {*order})]:
        yield "content", "The text/plain content must come first, followed by text/html."
    for index, part in enumerate(content):
        if not isinstance(part.get("value"), str) or not part["value"]:
            yield (
                f"content.{index}.value",
                "The content value must be a string at least one character in length.",
            )


def _category_errors(categories: Any) -> Errors:
    if not isinstance(categories, list) or len(categories) > MOST_CATEGORIES:
        yield "categories", "The categories parameter must be an array of at most 10 strings."
        return
    for index, category in enumerate(categories):
        if not isinstance(category, str) or len(category) > 255 or not category.isascii():
            yield f"categories.{index}", "A category is a string of at most 255 ASCII characters."


def _personalization_list_errors(personalizations: Any) -> Errors:
    if not isinstance(personalizations, list) or not personalizations:
        yield "personalizations", "You must have at least one personalization."
        return
    if len(personalizations) > MOST_PERSONALIZATIONS:
        yield (
            "personalizations",
            (
                "The personalization block is limited to 1000 personalizations per API "
                f"request. You have provided {len(personalizations)} personalizations."
            ),
        )
        return
    addresses: set[str] = set()
    for index, one in enumerate(personalizations):
        yield from _personalization_errors(f"personalizations.{index}", one)
        email = str(one.get("to", [{}])[0].get("email", "")).lower()
        if email in addresses:
            yield (
                "personalizations",
                (
                    "Each unique email address in the personalizations array should only be "
                    f"included once. You have included {email} more than once."
                ),
            )
        addresses.add(email)


def _personalization_errors(path: str, one: Any) -> Errors:
    for name in one.keys() - IN_PERSONALIZATION:
        yield f"{path}.{name}", f"Additional property {name} is not allowed"
    to = one.get("to")
    if not isinstance(to, list) or not to:
        yield (
            f"{path}.to",
            (
                "The to array is required for all personalization objects, and must have at "
                "least one email object with a valid email address."
            ),
        )
        return
    for index, mailbox in enumerate(to):
        yield from _mailbox_errors(f"{path}.to.{index}", mailbox)
    yield from _header_errors(f"{path}.headers", one.get("headers", {}))
    yield from _map_errors(f"{path}.custom_args", one.get("custom_args", {}))
    yield from _map_errors(f"{path}.substitutions", one.get("substitutions", {}))


def _map_errors(path: str, values: Any) -> Errors:
    if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
        yield path, "Invalid type. Expected: string"
        return
    size = sum(len(name.encode()) + len(value.encode()) for name, value in values.items())
    if size > MOST_SUBSTITUTION_BYTES:
        yield path, f"may not exceed {MOST_SUBSTITUTION_BYTES} bytes"


def _mailbox_errors(path: str, mailbox: Any) -> Errors:
    if not isinstance(mailbox, dict):
        yield path, "Invalid type. Expected: object, given: string."
        return
    email = mailbox.get("email")
    if not isinstance(email, str) or not ADDRESS.fullmatch(email):
        yield f"{path}.email", "Does not contain a valid address."
    name = mailbox.get("name", "")
    if not isinstance(name, str) or "\r" in name or "\n" in name:
        yield f"{path}.name", "The name is not a valid string."


def _header_errors(path: str, headers: Any) -> Errors:
    if not isinstance(headers, dict):
        yield path, "Invalid type. Expected: object."
        return
    for name, value in headers.items():
        if name.lower() in RESERVED_HEADERS:
            yield f"{path}.{name}", f"The header {name} is reserved."
        elif not HEADER_NAME.fullmatch(name) or not isinstance(value, str):
            yield f"{path}.{name}", "Header names and values are strings."
        elif not value.isascii() or "\r" in value or "\n" in value:
            yield f"{path}.{name}", "Header values are ASCII without line breaks."


def _bound(request: dict[str, Any], one: dict[str, Any], request_id: str) -> Accepted:
    """Return what the recipient gets: tokens replaced in one pass, without nesting."""
    substitutions: dict[str, str] = one.get("substitutions", {})

    def bind(text: str) -> str:
        if not substitutions:
            return text
        tokens = "|".join(map(re.escape, sorted(substitutions, key=len, reverse=True)))
        return re.sub(tokens, lambda token: substitutions[token[0]], text)

    content = {part["type"]: bind(part["value"]) for part in request["content"]}
    to = one["to"][0]
    custom_args = {**request.get("custom_args", {}), **one.get("custom_args", {})}
    return Accepted(
        delivery_id=custom_args.get("delivery_id", ""),
        email=to["email"],
        name=to.get("name", ""),  # SendGrid quotes it in the header, and mail programs show it so
        subject=bind(one.get("subject", request["subject"])),
        text=content.get("text/plain", ""),
        html=content.get("text/html", ""),
        headers={**request.get("headers", {}), **one.get("headers", {})},
        sender=request["from"],
        reply_to=request.get("reply_to", {}),
        custom_args=custom_args,
        categories=request.get("categories", []),
        request_id=request_id,
    )


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default=KEY)
    parser.add_argument("--sink", action="store_true", help="accept everything unread")
    options = parser.parse_args()
    with FakeSendGrid(key=options.key, is_sink=options.sink).running(options.port) as fake:
        sys.stdout.write(f"{fake.port}\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
