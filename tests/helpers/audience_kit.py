"""A database with one mailing list, and short ways to change it and to look at it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, text

from subscribers import subscriptions
from subscribers.lists import mailing_lists
from subscribers.lists.mailing_lists import MailingList
from subscribers.people.address import parse_address

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)


@dataclass(frozen=True)
class Audience:
    """A database with the mailing list `weekly`, and ways to look at it."""

    engine: Engine
    weekly: MailingList

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def count(self, table: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608

    def snapshot(self) -> dict[str, list[tuple[Any, ...]]]:
        tables = ("mailing_list", "subscriber", "subscription", "consent", "suppression")
        return {
            table: self.rows(f"SELECT * FROM {table} ORDER BY id")  # noqa: S608
            for table in tables
        }

    def states(self) -> dict[str, str]:
        query = """SELECT p.email_key, s.state FROM subscription s
            JOIN subscriber p ON p.id = s.subscriber_id WHERE s.mailing_list_id = :id"""
        return dict(self.rows(query, id=self.weekly.id))  # type: ignore[arg-type]

    def person(self, email_key: str) -> tuple[Any, ...]:
        return self.rows(
            "SELECT email, name, fields FROM subscriber WHERE email_key = :key", key=email_key
        )[0]

    def list_named(self, slug: str) -> MailingList:
        with self.engine.begin() as connection:
            return mailing_lists.create_mailing_list(connection, slug=slug, name="", now=NOW)

    def subscribe(self, email: str, **options: Any) -> subscriptions.Subscribed:
        values = {"mailing_list_id": self.weekly.id, "source": "cli", "evidence": {}, "now": NOW}
        with self.engine.begin() as connection:
            return subscriptions.subscribe(
                connection, address=parse_address(email), **(values | options)
            )

    def unsubscribe(self, email: str) -> bool:
        subscriber_id = self.rows("SELECT id FROM subscriber WHERE email_key = :k", k=email)[0][0]
        with self.engine.begin() as connection:
            return subscriptions.unsubscribe(
                connection,
                subscriber_id=subscriber_id,
                mailing_list_id=self.weekly.id,
                source="one_click",
                evidence={"ip": "::1"},
                now=NOW,
            )
