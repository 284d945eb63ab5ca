"""Logs hold no address and no token, whatever goes wrong in a send."""

import logging
import re

import cli_kit
import pytest
import structlog
from cli_kit import ISSUE, Cli, wait_until
from fakes.smtp import SmtpServer
from sink import Sink

from mailer.platform.logs import configure_logging, without_personal_data

cli = cli_kit.cli
sink = cli_kit.sink

PEOPLE = [f"reader{number}@private-domain.example.org" for number in range(6)]

TROUBLES = {
    "none": [],
    "no attempts": ["ALTER TABLE attempt RENAME TO attempt_away"],
    "a check that fails": [
        "ALTER TABLE delivery ADD CONSTRAINT no CHECK (state <> 'accepted') NOT VALID"
    ],
    "an error that quotes the row": [
        (
            "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
            " 'no % here', (SELECT email FROM subscriber WHERE id = NEW.subscriber_id); END $$"
        ),
        "CREATE TRIGGER no BEFORE UPDATE ON delivery FOR EACH ROW EXECUTE FUNCTION no()",
    ],
    "read-only": ["ALTER TABLE suppression RENAME TO suppression_away"],
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_send_with_trouble(cli: Cli, sink: Sink, trouble: str) -> None:
    cli.set(MAILER_PROVIDER="smtp", MAILER_SMTP__PORT=str(sink.port))
    cli.list_of(*PEOPLE)
    issue = cli.write("week-1.md", ISSUE)
    assert cli.run("send", issue, "--list", "readers", "--yes", "--no-watch").code == 0
    cli.change(*TROUBLES[trouble])
    worker = cli.worker()
    wait_until(
        lambda: (
            re.search("Error|error|Traceback", worker.text)
            or all(row[0] == "accepted" for row in cli.rows("SELECT state::text FROM delivery"))
        ),
        seconds=60,
    )
    worker.stop(15)
    assert "@private" not in worker.text.replace("•••@private", "")
    assert "reader" not in worker.text.replace("readers", "")
    assert "/u/" not in worker.text


def test_a_mail_server_that_quotes_addresses_in_every_answer(cli: Cli) -> None:
    """Refusals and deferrals, each with the reader's address."""
    quotes = {
        "reader0": "550 5.1.1 <reader0@private-domain.example.org> is unknown",
        "reader1": "451 4.7.1 reader1@private-domain.example.org greylisted",
        "reader2": "552 5.2.2 mailbox of reader2@private-domain.example.org full",
    }
    refusals = {f"{name}@private-domain.example.org": said for name, said in quotes.items()}
    with SmtpServer(rcpt=dict(refusals)).running() as server:
        cli.set(MAILER_PROVIDER="smtp", MAILER_SMTP__PORT=str(server.port))
        cli.list_of(*PEOPLE)
        cli.write("week-1.md", ISSUE)
        assert cli.call("send", "week-1.md", "--list", "readers", "--yes", "--no-watch").code == 0
        worker = cli.worker()
        wait_until(
            lambda: all(
                row[0] != "planned" for row in cli.rows("SELECT state::text FROM delivery")
            ),
            seconds=60,
        )
        worker.stop(15)
    files = [*(cli.path / ".mailer").rglob("*.log"), worker.log]
    for logged in (file.read_text() for file in files):
        assert "@private" not in logged.replace("•••@private", "")
        assert "reader" not in logged.replace("readers", "")
        assert "/u/" not in logged


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Key (email_key)=(ada@example.org) exists", "Key (email_key)=(•••@example.org) exists"),
        ("to <ada.l+x@mail.example.org>: 550", "to <•••@mail.example.org>: 550"),
        ("https://n.example.org/u/AbCdEfGhIjKlMnOpQrSt", "https://n.example.org/u/•••"),
        ("postgresql://ada:pass@db/x refused", "postgresql://•••@db/x refused"),
        ("mailer-12@host celery@node1", "mailer-12@host celery@node1"),
    ],
)
def test_a_line(line: str, shown: str) -> None:
    assert without_personal_data(line) == shown


def test_every_record_of_every_library(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    try:
        int("ada@example.org \x1b[31m")
    except ValueError:
        logging.getLogger("celery.x").exception("of %s", "ada@example.org")
        structlog.get_logger("ours").exception("of", who="ada@example.org", odd="\x9b2J")
    logged = capsys.readouterr().err
    assert "ada@" not in logged
    assert logged.count("•••@example.org") >= 3
    assert "\x1b" not in logged
    assert "\x9b" not in logged
