"""Recipients a second to SendGrid, as far as it depends on us, into a server that only accepts.

Prints one JSON object. `mailer` builds requests of 1,000 recipients and posts them through the
whole provider; `bare` posts the same prepared bytes with `http.client`, over and over. They take
turns; figures are medians. The ledger is not part of it.

Usage: python benchmarks/sendgrid_api.py [--recipients N] [--rounds N]
"""

import argparse
import datetime as dt
import http.client
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mailer.message.compiled import (
    CompiledIssue,
    Mailbox,
    MailingIdentity,
    Recipient,
    Slot,
    SlotContext,
)
from mailer.providers.outcome import Outcome
from mailer.providers.sendgrid.provider import SendGridProvider
from mailer.providers.sendgrid.request import Member, RequestBuilder
from mailer.providers.sendgrid.settings import SendGridSettings

FAKE = Path(__file__).resolve().parents[1] / "tests" / "contract" / "fakes" / "sendgrid.py"
KEY = "SG.test-key"
WINDOW = 1000
IDENTITY = MailingIdentity("weekly", "Weekly", "news.example.com", 1)


class NoJournal:
    """Notes nothing: what the journal costs is measured with the ledger."""

    def begin(self, delivery_ids: Sequence[int]) -> None:
        """Do nothing."""

    def end(self, outcomes: Sequence[Outcome]) -> None:
        """Do nothing."""


def issue() -> CompiledIssue:
    """Return an issue of 60 KB of HTML."""
    row = '<tr><td style="padding:0 24px">Lorem ipsum dolor sit amet</td></tr>\n'
    slots = (
        Slot("MF0001s", "name", SlotContext.SUBJECT, "reader"),
        Slot("MF0002h", "name", SlotContext.HTML, "reader"),
        Slot("MF0003t", "name", SlotContext.TEXT, "reader"),
        Slot("MF0004h", "unsubscribe_url", SlotContext.HTML),
        Slot("MF0005t", "unsubscribe_url", SlotContext.TEXT),
    )
    return CompiledIssue(
        slug="benchmark",
        subject="Hello MF0001s, this is No. 1",
        preheader="",
        html='<p>Dear MF0002h</p>\n<a href="MF0004h">leave</a>\n' + row * 900,
        text="Dear MF0003t\nleave: MF0005t\n" + "Lorem ipsum dolor sit amet\n" * 100,
        sender=Mailbox("editor@news.example.com", "The editor"),
        reply_to=None,
        language="en",
        date=dt.date(2026, 1, 1),
        slots=slots,
    )


def recipients(count: int) -> list[Recipient]:
    return [
        Recipient(
            delivery_id=number,
            email=f"reader{number}@example.org",
            name=f"Reader No {number}",
            message_id=f"{number:032x}@news.example.com",
            unsubscribe_url="https://news.example.com/u/" + f"{number:08d}" * 12,
            unsubscribe_mailto="mailto:leave@news.example.com?subject=unsubscribe",
            fields={"name": f"Reader{number}"},
        )
        for number in range(count)
    ]


def send_ours(port: int, people: Sequence[Recipient]) -> float:
    settings = SendGridSettings(api_key=KEY, base_url=f"http://127.0.0.1:{port}")
    connection = SendGridProvider(settings).connect(issue(), IDENTITY)
    began = time.perf_counter()
    for start in range(0, len(people), WINDOW):
        outcomes = connection.hand_over(people[start : start + WINDOW], journal=NoJournal())
        assert all(outcome.state == "accepted" for outcome in outcomes)
    return len(people) / (time.perf_counter() - began)


def prepared(people: Sequence[Recipient]) -> bytes:
    """Return the body of one full request."""
    builder = RequestBuilder(issue(), IDENTITY, is_sandbox=False)
    members = [builder.member(person) for person in people[:WINDOW]]
    return builder.body([member for member in members if isinstance(member, Member)]).encode()


def send_bare(port: int, people: Sequence[Recipient], body: bytes) -> float:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    began = time.perf_counter()
    for _ in range(0, len(people), WINDOW):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("POST", "/v3/mail/send", body, headers)
        response = connection.getresponse()
        response.read()
        assert response.status == http.client.ACCEPTED
        connection.close()
    return len(people) / (time.perf_counter() - began)


@contextmanager
def sink() -> Iterator[int]:
    command = [sys.executable, str(FAKE), "--sink"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    people = recipients(options.recipients)
    body = prepared(people)
    ways: dict[str, Callable[[int], float]] = {
        "mailer": lambda port: send_ours(port, people),
        "bare": lambda port: send_bare(port, people, body),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    with sink() as port:
        for _ in range(options.rounds):
            for name, way in ways.items():
                rates[name].append(way(port))
    ours, bare = (statistics.median(rates[name]) for name in ways)
    result = {
        "benchmark": "sendgrid",
        "request_bytes": len(body),
        "mailer_recipients_per_second": round(ours),
        "bare_recipients_per_second": round(bare),
        "ratio": round(ours / bare, 3),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
