"""A small SMTP server that behaves as told: well, badly, or as some real servers do."""

import base64
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

MODERN = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 10485760", "ENHANCEDSTATUSCODES")
OK = "250 2.0.0 ok"


class HangUp(Exception):  # noqa: N818 - not an error: an order
    """Close the connection now, without a word."""


@dataclass(frozen=True)
class Taken:
    """A message that the server took responsibility for."""

    sender: str
    recipient: str
    options: str
    content: bytes = field(repr=False)


Answer = str | Callable[[], str]


def hang_up() -> str:
    """Answer that closes the connection instead."""
    raise HangUp


class Ration:
    """Answers with `OK` so many times a second, and with `refusal` otherwise.

    Args:
        per_second: messages.
        burst: messages at once.
        refusal: what is said to everybody beyond.
        usual: what is said to the others.
    """

    def __init__(
        self, per_second: float, refusal: str, *, burst: float = 3, usual: str = OK
    ) -> None:
        self.refused = 0
        self._per_second, self._burst = per_second, burst
        self._refusal, self._usual = refusal, usual
        self._tokens, self._filled_at = burst, time.monotonic()
        self._guard = threading.Lock()

    def __call__(self) -> str:
        with self._guard:
            now = time.monotonic()
            filled = self._tokens + (now - self._filled_at) * self._per_second
            self._tokens, self._filled_at = min(filled, self._burst), now
            if self._tokens < 1:
                self.refused += 1
                return self._refusal
            self._tokens -= 1
            return self._usual


@dataclass
class SmtpServer:
    """The server and its manners.

    Args:
        extensions: what EHLO offers.
        mail, rcpt, data, final: answers, each by recipient (`mail`: by sender), OK for others. An
            answer is a reply, or a function that returns one or hangs up. `final` answers the dot.
        keeps_lost: a message whose dot is answered by hanging up was kept all the same.
        messages_per_connection: after so many, `parting` is said and the line closed.
        waits_for_data: answers MAIL and RCPT only when DATA has come too.
        takes_data_anyway: answers DATA with 354 though no recipient was accepted.
        most_connections: further ones hear `421` at once.
        most_read: bytes read at once; with 1, what was sent ahead is unread when the line closes,
            and the kernel answers it with a reset.
        discards_ahead: what came in one piece with a command is thrown away.
        refuses_ahead: the answer where more than one command came in one piece.
        context: for TLS.
        starttls: answer to STARTTLS.
        is_implicit: TLS from the first byte.
        login: user and password.
        login_refusal: what anyone else hears.
        delay: seconds before each reply.
    """

    extensions: tuple[str, ...] = MODERN
    greeting: str = "220 fake.example ESMTP"
    mail: dict[str, Answer] = field(default_factory=dict)
    rcpt: dict[str, Answer] = field(default_factory=dict)
    data: dict[str, Answer] = field(default_factory=dict)
    final: dict[str, Answer] = field(default_factory=dict)
    keeps_lost: bool = True
    messages_per_connection: int = 10**9
    parting: str = "421 4.7.0 that is enough for one connection"
    waits_for_data: bool = False
    takes_data_anyway: bool = False
    most_connections: int = 10**9
    most_read: int = 65536
    discards_ahead: bool = False
    refuses_ahead: Answer | None = None
    context: ssl.SSLContext | None = None
    starttls: str = "220 go ahead"
    is_implicit: bool = False
    login: tuple[str, str] | None = None
    login_refusal: str = "535 5.7.8 bad username or password"
    delay: float = 0
    taken: list[Taken] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    open_connections: int = 0
    turned_away: int = 0
    cut_off: int = 0  # DATA that ended without a dot
    too_early: int = 0  # commands that came before the reply to the one before
    port: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def running(self) -> Iterator["SmtpServer"]:
        """Serve on a free port of the loopback."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
            listener.settimeout(0.05)
            stop = threading.Event()
            server = threading.Thread(target=self._accept, args=(listener, stop))
            server.start()
            try:
                yield self
            finally:
                stop.set()
                server.join()

    def _accept(self, listener: socket.socket, stop: threading.Event) -> None:
        talks = []
        while not stop.is_set():
            with suppress(TimeoutError):
                client, _ = listener.accept()
                self.connections += 1
                talks.append(threading.Thread(target=self._talk, args=(client, stop)))
                talks[-1].start()
        for talk in talks:
            talk.join()

    def _talk(self, client: socket.socket, stop: threading.Event) -> None:
        talk = _Talk(self, client, stop)
        with self._guard:
            is_welcome = self.open_connections < self.most_connections
            self.open_connections += is_welcome
            self.turned_away += not is_welcome
        with suppress(OSError, HangUp):
            if is_welcome:
                talk.run()
            else:
                talk.say("421 4.7.0 too many connections")
        talk.close()
        with self._guard:
            self.open_connections -= is_welcome


class _Talk:
    def __init__(self, server: SmtpServer, client: socket.socket, stop: threading.Event) -> None:
        client.settimeout(0.1)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.server, self.client, self.stop = server, client, stop
        self.buffer = b""
        self.held: list[str] = []
        self.has_sender = False
        self.sender = self.recipient = self.options = ""
        self.messages = 0

    def run(self) -> None:
        if self.server.is_implicit:
            self._encrypt()
        self.say(self.server.greeting)
        while True:
            line = self.line().decode("utf-8", "replace")
            self.server.commands.append(line)
            if not self._offers("PIPELINING") and self._more_is_waiting():
                self.server.too_early += 1
            if self.buffer and self.server.discards_ahead:
                self.buffer = b""
            if self.buffer and self.server.refuses_ahead is not None:
                self.refuse_ahead()
                continue
            verb = line.split(" ")[0].split(":")[0].upper()
            getattr(self, f"do_{verb.lower()}", self.do_unknown)(line)

    def refuse_ahead(self) -> None:
        answer = self.server.refuses_ahead
        assert answer is not None
        self.buffer = b""
        self.say(answer if isinstance(answer, str) else answer())

    def close(self) -> None:
        self.client.close()

    def do_ehlo(self, _: str) -> None:
        lines = ["fake.example", *self.server.extensions]
        if self.server.login and "AUTH" not in " ".join(self.server.extensions):
            lines.append("AUTH PLAIN LOGIN")
        self.say("\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))

    def do_starttls(self, _: str) -> None:
        self.say(self.server.starttls)
        if self.server.starttls.startswith("220"):
            self._encrypt()

    def do_auth(self, line: str) -> None:
        words = line.split(" ")
        if words[1].upper() == "PLAIN":
            given = tuple(base64.b64decode(words[2]).decode().split("\0")[1:])
        elif words[1].upper() == "XOAUTH2":
            given = self._token(base64.b64decode(words[2]).decode())
        else:
            user = words[2] if len(words) > 2 else self._challenge("VXNlcm5hbWU6")
            password = self._challenge("UGFzc3dvcmQ6")
            given = (base64.b64decode(user).decode(), base64.b64decode(password).decode())
        good = given == self.server.login
        self.say("235 2.7.0 welcome" if good else self.server.login_refusal)

    def _token(self, said: str) -> tuple[str, ...]:
        user, bearer = said.removesuffix("\x01\x01").split("\x01")
        given = (user.removeprefix("user="), bearer.removeprefix("auth=Bearer "))
        if given != self.server.login:
            assert self._challenge("eyJzdGF0dXMiOiI0MDEifQ==") == ""
        return given

    def do_mail(self, line: str) -> None:
        self.sender, _, self.options = line[len("MAIL FROM:<") :].partition(">")
        self.recipient = ""
        answer = self._answer(self.server.mail, self.sender)
        self.has_sender = answer.startswith("2")
        self.hold_or_say(answer)

    def do_rcpt(self, line: str) -> None:
        recipient = line[len("RCPT TO:<") : -1]
        answer = self._answer(self.server.rcpt, recipient)
        if not self.has_sender and not self.server.takes_data_anyway:
            answer = "503 5.5.1 need MAIL"
        if answer.startswith("2"):
            self.recipient = recipient
        self.hold_or_say(answer)

    def do_data(self, _: str) -> None:
        for answer in self.held:
            self.say(answer)
        self.held.clear()
        if not self.recipient and not self.server.takes_data_anyway:
            self.say("503 5.5.1 no valid recipients")
            return
        answer = self._answer(self.server.data, self.recipient, default="354 go ahead")
        self.say(answer)
        if answer.startswith("354"):
            self._take(self._content())

    def do_rset(self, _: str) -> None:
        self.say(OK)

    do_noop = do_rset

    def do_quit(self, _: str) -> None:
        self.say("221 2.0.0 bye")
        raise HangUp

    def do_unknown(self, _: str) -> None:
        self.say("500 5.5.2 what?")

    def say(self, reply: str) -> None:
        time.sleep(self.server.delay)
        self.client.sendall(reply.encode() + b"\r\n")

    def hold_or_say(self, reply: str) -> None:
        if self.server.waits_for_data:
            self.held.append(reply)
        else:
            self.say(reply)

    def line(self) -> bytes:
        while b"\r\n" not in self.buffer:
            self._receive()
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def _receive(self) -> None:
        while not self.stop.is_set():
            with suppress(TimeoutError):
                data = self.client.recv(self.server.most_read)
                if not data:
                    raise HangUp
                self.buffer += data
                return
        raise HangUp

    def _content(self) -> bytes:
        self.buffer = b"\r\n" + self.buffer
        while b"\r\n.\r\n" not in self.buffer:
            try:
                self._receive()
            except (HangUp, OSError):
                self.server.cut_off += 1
                raise
        content, _, self.buffer = self.buffer.partition(b"\r\n.\r\n")
        return content[2:].replace(b"\r\n..", b"\r\n.") + b"\r\n"

    def _take(self, content: bytes) -> None:
        taken = Taken(self.sender, self.recipient, self.options.strip(), content)
        try:
            answer = self._answer(self.server.final, self.recipient, default=f"{OK} queued as Q1")
        except HangUp:
            if self.server.keeps_lost:
                self.server.taken.append(taken)
            raise
        if answer.startswith("2") and self.recipient:
            self.server.taken.append(taken)
        self.say(answer)
        self.messages += 1
        if self.messages >= self.server.messages_per_connection:
            if self.server.parting:
                self.say(self.server.parting)
            raise HangUp

    def _answer(self, answers: dict[str, Answer], key: str, default: str = OK) -> str:
        answer = answers.get(key, answers.get("*", default))
        return answer if isinstance(answer, str) else answer()

    def _challenge(self, prompt: str) -> str:
        self.say(f"334 {prompt}")
        return self.line().decode()

    def _encrypt(self) -> None:
        assert self.server.context is not None
        self.client.settimeout(5)
        self.client = self.server.context.wrap_socket(self.client, server_side=True)
        self.client.settimeout(0.1)
        self.buffer = b""

    def _offers(self, extension: str) -> bool:
        return extension in self.server.extensions

    def _more_is_waiting(self) -> bool:
        return bool(self.buffer) or bool(select.select([self.client], [], [], 0.01)[0])
