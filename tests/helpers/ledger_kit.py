"""A ledger with a mailing list, an issue and a courier that hands to the in-memory provider."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, text
from steps_kit import BY_HAND

from mailer.message.compiled import CompiledIssue, Mailbox, Slot, SlotContext
from mailer.platform.clock import utcnow
from mailer.providers.base import Provider
from mailer.providers.memory import MemoryProvider
from mailer.sending import planning, sweeping
from mailer.sending.addressing import Addresser
from mailer.sending.books import Books
from mailer.sending.courier import Courier
from mailer.sending.ledger import sends
from mailer.sending.ledger.leases import LeaseWatch
from mailer.sending.ledger.recounting import recount
from mailer.sending.pace.tokens import Tokens
from mailer.sending.rules import DeliveryRules
from mailer.sending.sweeping import SweepRules
from subscribers.audience import Audience
from subscribers.tokens import Signer

SIGNER = Signer([b"k" * 32])


@dataclass
class ListHints:
    """Hints kept in a list, to be lost or doubled at will."""

    waiting: list[int] = field(default_factory=list)

    def deliver(self, batch_id: int) -> None:
        self.waiting.append(batch_id)

    def waiting_count(self) -> int:
        return len(self.waiting)


def compiled_issue(slug: str = "first") -> CompiledIssue:
    return CompiledIssue(
        slug=slug,
        subject="Hello",
        preheader="",
        html="<p>Dear MFname, <a href='MFunsub'>leave</a></p>",
        text="Dear MFname, leave: MFunsub",
        sender=Mailbox("news@example.com", "News"),
        reply_to=None,
        language="en",
        date=dt.date(2026, 11, 22),
        slots=(
            Slot("MFname", "name", SlotContext.TEXT, "reader"),
            Slot("MFunsub", "unsubscribe_url", SlotContext.TEXT),
        ),
        content_hash=f"hash-{slug}",
    )


@dataclass
class Ledger:
    """Everything that a ledger test works with."""

    engine: Engine
    directory: Path
    provider: MemoryProvider = field(default_factory=MemoryProvider)
    hints: ListHints = field(default_factory=ListHints)
    batch_size: int = 10
    rules: DeliveryRules = field(
        default_factory=lambda: DeliveryRules(lease_seconds=120, max_attempts=3)
    )

    tokens: Tokens | None = None
    passed_seconds: float = 0
    leases: LeaseWatch = field(init=False)

    def __post_init__(self) -> None:
        self.leases = LeaseWatch(self.rules.lease_seconds, clock=lambda: self.passed_seconds)

    def subscribe(self, count: int, *, slug: str = "weekly", start: int = 0) -> int:
        with self.engine.begin() as connection:
            list_id = connection.execute(
                text(
                    "INSERT INTO mailing_list (slug, name) VALUES (:slug, :slug)"
                    " ON CONFLICT (slug) DO UPDATE SET name = excluded.name RETURNING id"
                ),
                {"slug": slug},
            ).scalar_one()
            connection.execute(
                text(
                    "INSERT INTO subscriber (email, email_key, name)"
                    " SELECT e, e, 'Reader ' || n FROM (SELECT n, 'r' || n || '@example.com' AS e"
                    " FROM generate_series(CAST(:low AS int), CAST(:high AS int)) n) x"
                    " ON CONFLICT DO NOTHING"
                ),
                {"low": start, "high": start + count - 1},
            )
            connection.execute(
                text(
                    "INSERT INTO subscription (mailing_list_id, subscriber_id, state)"
                    " SELECT :list, id, 'active' FROM subscriber"
                    " WHERE substr(split_part(email, '@', 1), 2)::int BETWEEN :low AND :high"
                    " ORDER BY id ON CONFLICT DO NOTHING"
                ),
                {"list": list_id, "low": start, "high": start + count - 1},
            )
        return int(list_id)

    def plan(
        self,
        mailing_list_id: int,
        issue: CompiledIssue | None = None,
        *,
        slug: str = "first",
        provider: str = "memory",
    ) -> int:
        issue = issue or compiled_issue(slug)
        send_id = planning.start_send(
            self.engine,
            issue,
            audience=Audience.of_list(mailing_list_id),
            provider=provider,
        )
        planning.plan(self.engine, send_id, batch_size=self.batch_size)
        return send_id

    def courier(self, provider: Provider | None = None) -> Courier:
        return Courier(
            engine=self.engine,
            provider=provider or self.provider,
            addresser=Addresser(SIGNER, b"m" * 32, "https://news.example.com"),
            rules=self.rules,
            journal_directory=self.directory,
            now=utcnow,
            jitter=lambda: 1.0,
            tokens=self.tokens,
        )

    def tell(self) -> int:
        return planning.tell_workers(self.engine, self.hints, silence_seconds=30, most=1000)

    def sweep(self) -> None:
        sweeping.sweep(
            self.engine,
            self.hints,
            SweepRules(self.directory, self.batch_size, self.rules.max_attempts, self.leases),
            now=utcnow(),
        )

    def deliver_all(self, provider: Provider | None = None) -> None:
        courier = self.courier(provider)
        self.tell()
        while self.hints.waiting:
            courier.deliver(self.hints.waiting.pop(0))
        courier.close()

    def books(self, send_id: int) -> Books:
        with self.engine.connect() as connection:
            return recount(connection, send_id)

    def state(self, send_id: int) -> str:
        with self.engine.connect() as connection:
            return sends.get_send(connection, send_id).state

    def run(self, statement: str, **parameters: object) -> None:
        """Change the database by hand, past the tables of steps."""
        with self.engine.begin() as connection:
            connection.execute(BY_HAND)
            connection.execute(text(statement), parameters)

    def scalar(self, statement: str, **parameters: object) -> object:
        with self.engine.connect() as connection:
            return connection.scalar(text(statement), parameters)

    def ids(self) -> list[int]:
        """Return the ids of all deliveries."""
        with self.engine.connect() as connection:
            return list(connection.scalars(text("SELECT id FROM delivery ORDER BY id")))
