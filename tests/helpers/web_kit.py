"""The web app over real HTTP, with what its tests put into the ledger."""

import base64
import contextlib
import datetime as dt
import http.client
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Engine, text
from steps_kit import BY_HAND

from mailer.bootstrap import App, open_database
from mailer.composing.preview.server import PreviewHandle
from mailer.config import Settings, kombu_url, load_settings
from mailer.message.compiled import CompiledIssue, Mailbox, Slot, SlotContext
from mailer.platform.clock import utcnow
from mailer.providers.sendgrid.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER
from mailer.sending.ledger import issues
from subscribers.tokens import Purpose, Signer

WEBHOOK_KEY = ec.generate_private_key(ec.SECP256R1())


def public_key_text() -> str:
    der = WEBHOOK_KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


@contextlib.contextmanager
def web_app(
    workspace: Path, database_url: str, redis_url: str, **sections: dict[str, object]
) -> Iterator[App]:
    """Yield the real container, on a test's database."""
    defaults: dict[str, dict[str, object]] = {
        "sender": {
            "name": "The Meridian",
            "email": "news@example.org",
            "postal_address": "12 Observatory Lane\nGreenwich",
        },
        "sendgrid": {"webhook_public_key": public_key_text()},
    }
    merged = {
        name: {**defaults.get(name, {}), **sections.get(name, {})}
        for name in {*defaults, *sections}
    }
    settings = Settings.model_validate({"workspace": workspace, "secret_key": "k" * 64, **merged})
    app = App(settings, database_url, kombu_url(redis_url))
    yield app
    app.close()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def request(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def post_events(url: str, events: object, *, signed_at: dt.datetime | None = None) -> Answer:
    """Post what the provider would, signed as it signs."""
    body = events if isinstance(events, bytes) else json.dumps(events).encode()
    return request(
        "POST", url + "/webhooks/sendgrid", body=body, headers=signed_headers(body, signed_at)
    )


def signed_headers(body: bytes, signed_at: dt.datetime | None = None) -> dict[str, str]:
    timestamp = str(int((signed_at or utcnow()).timestamp()))
    signature = WEBHOOK_KEY.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))
    return {
        SIGNATURE_HEADER: base64.b64encode(signature).decode(),
        TIMESTAMP_HEADER: timestamp,
        "Content-Type": "application/json",
    }


def sendgrid_event(word: str, delivery_id: object, email: str, **more: object) -> dict[str, object]:
    return {
        "event": word,
        "email": email,
        "timestamp": int(utcnow().timestamp()),
        "sg_event_id": secrets.token_urlsafe(12),
        "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
        "delivery_id": str(delivery_id),
        **more,
    }


def web_issue(slug: str = "first", **changes: Any) -> CompiledIssue:
    values = {
        "slug": slug,
        "subject": "Hello MFname",
        "preheader": "What the week brought",
        "html": "<html><head></head><body>Dear MFname at MFaddress, "
        '<a href="MFunsub">leave</a></body></html>',
        "text": "Dear MFname, leave: MFunsub",
        "sender": Mailbox("news@example.org", "The Meridian"),
        "reply_to": None,
        "language": "en",
        "date": dt.date(2026, 11, 22),
        "slots": (
            Slot("MFname", "name", SlotContext.HTML, "reader"),
            Slot("MFaddress", "email", SlotContext.HTML),
            Slot("MFunsub", "unsubscribe_url", SlotContext.HTML),
            Slot("MFonline", "archive_url", SlotContext.HTML),
        ),
        "content_hash": f"hash-{slug}",
    }
    return CompiledIssue(**{**values, **changes})


@dataclass
class WebLedger:
    """A ledger with a mailing list, to which one issue went."""

    engine: Engine
    signer: Signer

    def seed(self, count: int, *, state: str = "accepted") -> list[int]:
        """Add a list, subscribers r1..rn@example.com and a sent issue; return delivery ids."""
        self.run("INSERT INTO mailing_list (slug, name) VALUES ('weekly', 'The Weekly')")
        self.run(
            "INSERT INTO subscriber (email, email_key)"
            " SELECT 'R' || n || '@example.com', 'r' || n || '@example.com'"
            " FROM generate_series(1, :n) n",
            n=count,
        )
        self.run(
            "INSERT INTO subscription (mailing_list_id, subscriber_id, state)"
            " SELECT 1, id, 'active' FROM subscriber ORDER BY id"
        )
        send_id = self.add_send(web_issue(), intended=count)
        self.run("INSERT INTO batch (send_id, state) VALUES (:id, 'done')", id=send_id)
        self.run(
            "INSERT INTO delivery (issue_id, subscriber_id, send_id, batch_id, state)"
            " SELECT 1, id, :id, 1, CAST(:state AS delivery_state) FROM subscriber ORDER BY id",
            id=send_id,
            state=state,
        )
        return [row[0] for row in self.rows("SELECT id FROM delivery ORDER BY id")]

    def add_send(self, compiled: CompiledIssue, *, state: str = "sent", intended: int = 0) -> int:
        with self.engine.begin() as connection:
            connection.execute(BY_HAND)
            saved = issues.save_compiled(connection, compiled)
            send_id: int = connection.execute(
                text(
                    "INSERT INTO send (issue_id, compiled_issue_id, mailing_list_id, provider,"
                    " state, intended_count) VALUES (:issue, :compiled, 1, 'memory',"
                    " CAST(:state AS send_state), :n) RETURNING id"
                ),
                {
                    "issue": saved.issue_id,
                    "compiled": saved.compiled_issue_id,
                    "state": state,
                    "n": intended,
                },
            ).scalar_one()
            return send_id

    def token(self, *, subscriber: int = 1, mailing_list: int = 1, delivery: int = 1) -> str:
        return self.signer.sign(Purpose.UNSUBSCRIBE, subscriber, mailing_list, delivery)

    def states(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT state::text FROM delivery ORDER BY id")]

    def subscription_states(self) -> list[str]:
        return [row[0] for row in self.rows("SELECT state::text FROM subscription ORDER BY id")]

    def suppressed(self) -> dict[str, str]:
        return {
            row[0]: row[1]
            for row in self.rows(
                "SELECT email_key, reason::text FROM suppression ORDER BY email_key"
            )
        }

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of the tables that anything here could change."""
        tables = ("subscriber", "subscription", "consent", "suppression", "delivery", "event")
        return {
            table: [tuple(row) for row in self.rows(f"SELECT * FROM {table} ORDER BY 1")]  # noqa: S608
            for table in (*tables, "webhook", "send")
        }

    def rows(self, statement: str, **parameters: object) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(statement), parameters))

    def run(self, statement: str, **parameters: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(BY_HAND)
            connection.execute(text(statement), parameters)


def open_preview(issue: Path, *, port: int = 0) -> PreviewHandle:
    """Serve the preview of an issue file in a thread."""
    return PreviewHandle(
        issue,
        load_settings(issue.parent, environ={}),
        open_database=partial(open_database, issue.parent),
        port=port,
    )
