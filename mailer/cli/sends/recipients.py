"""`mailer sends recipients`: who got it, when, and by which evidence, row by row."""

import csv
import dataclasses
import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.encoding import is_unicode
from mailer.cli.options import Json, SendId
from mailer.cli.shared import ExitCode, show_time, warn
from mailer.cli.stopping import when_stopped
from mailer.platform.terminal import clean, escaped
from mailer.states import DeliveryState

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from mailer.sending.ledger.recipients import SendRecipient

COLUMNS = (
    "delivery",
    "email",
    "name",
    "state",
    "reason",
    "receipt",
    "attempts",
    "handed_over_at",
    "settled_at",
    "taken_by",
    "history",
)


def recipients(
    send_id: SendId,
    state: Annotated[
        list[DeliveryState] | None,
        typer.Option("--state", help="Only those in this state; may be repeated."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: Json = False,
) -> int:
    """List a send's recipients: who got it, when, and by which evidence.

    Each with the state in this send, its reason, the provider's receipt, times, attempts and
    events. However long the list is, it is printed as it is read.

    Examples:
      mailer sends recipients 3 --state failed --state rejected

      mailer sends recipients 3 --csv
    """
    from mailer.bootstrap import open_app
    from mailer.sending.ledger.recipients import stream_recipients

    if as_csv and as_json:
        raise typer.BadParameter("--csv and --json exclude each other")
    write = _write_csv if as_csv else _write_json if as_json else _write_lines
    with open_app() as app, when_stopped("the list is not complete"):
        _mention_pruned(app.engine, send_id)
        write(stream_recipients(app.engine, send_id, states=state or ()))
    return ExitCode.OK


def _mention_pruned(engine: "Engine", send_id: int) -> None:
    from mailer.sending.ledger import sends

    with engine.connect() as connection:
        pruned_at = sends.get_send(connection, send_id).pruned_at
    if pruned_at is not None:
        warn(f"the deliveries of send {send_id} were pruned on {pruned_at:%Y-%m-%d}")


def _write_lines(found: "Iterable[SendRecipient]") -> None:
    for one in found:
        state = f"{one.state} ({one.reason})" if one.reason else one.state
        taken = f"then in send {one.taken_by}" if one.taken_by else ""
        parts = (one.email or "(erased)", state, show_time(one.settled_at), one.receipt, taken)
        sys.stdout.write(clean("  ".join(part for part in parts if part)) + "\n")


def _write_csv(found: "Iterable[SendRecipient]") -> None:
    from subscribers.importing.csvtext import guard

    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    writer = csv.writer(sys.stdout)
    writer.writerow(COLUMNS)
    for one in found:
        cells = (_cell(getattr(one, name)) for name in COLUMNS)
        writer.writerow([guard(cell) for cell in cells])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _write_json(found: "Iterable[SendRecipient]") -> None:
    """Print one JSON document, an element a line."""
    is_ascii = not is_unicode(sys.stdout)
    start = "[\n"
    for one in found:
        text = json.dumps(dataclasses.asdict(one), default=_cell, ensure_ascii=is_ascii)
        sys.stdout.write(start + escaped(text))
        start = ",\n"
    sys.stdout.write("[]\n" if start == "[\n" else "\n]\n")
