"""The database is away for some seconds in the middle of a send."""

import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import cli_kit
import pytest
from cli_kit import Cli, wait_until
from gate import Gate
from sink import Sink

cli = cli_kit.cli
pytestmark = pytest.mark.slow
SEND = ("send", "week-1.md", "--list", "readers", "--yes")
PEOPLE = [f"reader{n}@example.org" for n in range(200)]
AWAY_SECONDS = 4


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink(seconds_a_message=0.03) as sink:
        yield sink


@pytest.fixture
def gate(database_url: str) -> Iterator[Gate]:
    query = parse_qs(urlsplit(database_url).query)
    with Gate(f"{query['host'][0]}/.s.PGSQL.{query.get('port', ['5432'])[0]}") as gate:
        yield gate


def test_a_send_and_its_worker_outlast_it(
    cli: Cli, sink: Sink, gate: Gate, database_url: str
) -> None:
    cli.list_of(*PEOPLE)
    name = urlsplit(database_url).path
    cli.set(
        DATABASE_URL=f"postgresql://postgres@127.0.0.1:{gate.port}{name}",
        MAILER_PROVIDER="smtp",
        MAILER_SMTP__PORT=str(sink.port),
        MAILER_SMTP__CONNECTIONS="2",
    )
    send = cli.start(*SEND)
    wait_until(lambda: len(sink.received) >= 40 or send.has_ended())
    gate.shut()
    wait_until(lambda: "database is away" in send.text or send.has_ended())
    time.sleep(AWAY_SECONDS)
    gate.open()
    wait_until(send.has_ended)

    assert "send 1 goes on when it is back" in send.text
    assert "the database is back" in send.text
    assert "Traceback" not in send.text
    assert max(sink.received.values()) == 1
    cli.set(DATABASE_URL=database_url)
    books = cli.books()
    assert books["state"] == "sent"
    assert books["books"]["balanced"]
    assert books["books"]["accepted"] + books["books"]["unknown"] == len(PEOPLE)
    assert send.process.returncode == (1 if books["books"]["unknown"] else 0), send.text
