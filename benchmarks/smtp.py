"""Messages a second over SMTP, beside Postfix's own `smtp-source`, into the same `smtp-sink`.

Prints one JSON object. Both send 20 KB messages in turns, so that both meet the same machine;
figures are medians of the turns. `smtp-source` sends one fixed message; we bind each recipient's.

Usage: python benchmarks/smtp.py [--messages N] [--rounds N]
"""

import argparse
import dataclasses
import datetime as dt
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

from needs import SEARCH, lack_of_postfix, leave_out

from mailer.message.compiled import (
    CompiledIssue,
    Mailbox,
    MailingIdentity,
    Recipient,
    Slot,
    SlotContext,
)
from mailer.providers.outcome import Outcome
from mailer.providers.smtp.provider import SmtpProvider
from mailer.providers.smtp.settings import SmtpSettings

MESSAGE_BYTES = 20 * 1024
WINDOW = 500
IDENTITY = MailingIdentity("weekly", "Weekly", "news.example.com", 1)


class NoJournal:
    """Notes nothing: what the journal costs is measured with the ledger."""

    def begin(self, delivery_ids: Sequence[int]) -> None:
        """Do nothing."""

    def end(self, outcomes: Sequence[Outcome]) -> None:
        """Do nothing."""


def issue() -> CompiledIssue:
    row = '<tr><td style="padding:0 24px">Lorem ipsum dolor sit amet</td></tr>\n'
    compiled = CompiledIssue(
        slug="benchmark",
        subject="Hello MFs, this is No. 1",
        preheader="",
        html='<p>Dear MFh</p>\n<a href="MFu">leave</a>\n',
        text="Dear MFt\nleave: MFv\n" + "Lorem ipsum dolor sit amet\n" * 100,
        sender=Mailbox("editor@news.example.com", "The editor"),
        reply_to=None,
        language="en",
        date=dt.date(2026, 1, 1),
        slots=(
            Slot("MFs", "name", SlotContext.SUBJECT, "reader"),
            Slot("MFh", "name", SlotContext.HTML, "reader"),
            Slot("MFt", "name", SlotContext.TEXT, "reader"),
            Slot("MFu", "unsubscribe_url", SlotContext.HTML),
            Slot("MFv", "unsubscribe_url", SlotContext.TEXT),
        ),
    )
    rows = (MESSAGE_BYTES - 4500) // (len(row) + 4)
    return dataclasses.replace(compiled, html=compiled.html + row * rows)


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


def send_ours(port: int, connections: int, count: int) -> float:
    """Return messages a second over `connections` threads with a connection each."""
    provider, compiled = SmtpProvider(SmtpSettings(port=port)), issue()
    opened = [provider.connect(compiled, IDENTITY) for _ in range(connections)]
    share = recipients(count // connections)

    def lane(number: int) -> None:
        done = 0
        while done < len(share):  # a window ends when it takes long
            outcomes = opened[number].hand_over(share[done : done + WINDOW], journal=NoJournal())
            done += len(outcomes)
            assert all(outcome.state == "accepted" for outcome in outcomes)

    began = time.perf_counter()
    threads = [threading.Thread(target=lane, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    for connection in opened:
        connection.close()
    return len(share) * connections / seconds


def send_theirs(program: str, port: int, connections: int, count: int) -> float:
    """Return messages a second of `smtp-source -d`, which keeps its connections too."""
    command = [program, "-d", "-s", str(connections), "-m", str(count), "-l", str(MESSAGE_BYTES)]
    addresses = ["-f", "editor@news.example.com", "-t", "reader@example.org"]
    began = time.perf_counter()
    subprocess.run([*command, *addresses, f"127.0.0.1:{port}"], check=True)
    return count / (time.perf_counter() - began)


@contextmanager
def sink() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    as_root = ["-u", "root"] if os.geteuid() == 0 else []
    program = shutil.which("smtp-sink", path=SEARCH) or "smtp-sink"
    with subprocess.Popen([program, *as_root, f"127.0.0.1:{port}", "1000"]) as process:
        time.sleep(0.5)
        try:
            yield port
        finally:
            process.terminate()


def compare(connections: int, count: int, rounds: int, source: str) -> dict[str, float]:
    ways: dict[str, Callable[[int], float]] = {
        "mailer": lambda port: send_ours(port, connections, count),
        "smtp_source": lambda port: send_theirs(source, port, connections, count),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    with sink() as port:
        for _ in range(rounds):
            for name, way in ways.items():
                rates[name].append(way(port))
    ours, theirs = (statistics.median(rates[name]) for name in ways)
    return {
        "connections": connections,
        "mailer_messages_per_second": round(ours),
        "smtp_source_messages_per_second": round(theirs),
        "ratio": round(ours / theirs, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if reason := lack_of_postfix():
        leave_out(reason)
    source = shutil.which("smtp-source", path=SEARCH) or "smtp-source"
    results = [compare(n, options.messages, options.rounds, source) for n in (1, 4)]
    print(json.dumps({"benchmark": "smtp", "message_bytes": MESSAGE_BYTES, "results": results}))


if __name__ == "__main__":
    main()
