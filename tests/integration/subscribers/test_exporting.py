import csv
import io
from collections.abc import Callable
from pathlib import Path

from audience_kit import NOW, Audience

from subscribers import suppressions
from subscribers.exporting import export_csv
from subscribers.importing.run import import_csv
from subscribers.model import SubscriptionState, SuppressionReason

NASTY = {
    "plain": "Bern",
    "formula": '=HYPERLINK("http://x.test","y")',
    "phone": "+41 31 123 45 67",
    "minus": "-cmd",
    "at": "@x",
    "quoted": "'=already",
    "lines": "one\r\ntwo\nthree\rfour",
    "csv": 'a,"b";c',
    "emoji": "🙂 à propos",
    "apostrophe": "'s-Hertogenbosch",
    "backslash": "\\N\\t",
}


def exported(audience: Audience, *, list_id: int, state: str = "active") -> str:
    file = io.StringIO(newline="")
    export_csv(audience.engine, file, mailing_list_id=list_id, state=SubscriptionState(state))
    return file.getvalue()


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_an_export_reads_back_as_the_same_people(
    audience: Audience, csv_file: Callable[..., Path]
) -> None:
    audience.subscribe("=odd+tag@x.org", name="=1+1", fields=NASTY)
    audience.subscribe("Jörg@bücher.example", name="Jörg", fields={"plain": "Basel"})
    text = exported(audience, list_id=audience.weekly.id)
    copy = audience.list_named("copy")
    with audience.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM consent")
        connection.exec_driver_sql("DELETE FROM subscription")
        before = connection.exec_driver_sql(
            "DELETE FROM subscriber RETURNING email, email_key, name, fields"
        ).all()
    result = import_csv(audience.engine, csv_file(text), mailing_list_id=copy.id, now=NOW)
    assert result.added == 2
    after = audience.rows("SELECT email, email_key, name, fields FROM subscriber ORDER BY id")
    assert after == [tuple(row) for row in before]
    assert exported(audience, list_id=copy.id) == text


def test_no_cell_is_a_formula(audience: Audience) -> None:
    audience.subscribe("=odd@x.org", name="@SUM(A1)", fields=NASTY)
    _, row = rows_of(exported(audience, list_id=audience.weekly.id))
    assert [cell for cell in row if cell[:1] in "=@-\t\r"] == []
    assert [cell for cell in row if cell.startswith("+")] == ["+41 31 123 45 67"]


def test_columns_are_the_union_of_fields(audience: Audience) -> None:
    audience.subscribe("a@x.org", fields={"zip": "1", "city": "Bern"})
    audience.subscribe("b@x.org", fields={"plan": "pro"})
    assert rows_of(exported(audience, list_id=audience.weekly.id)) == [
        ["email", "name", "city", "plan", "zip"],
        ["a@x.org", "", "Bern", "", "1"],
        ["b@x.org", "", "", "pro", ""],
    ]


def test_who_said_no_is_left_out(audience: Audience) -> None:
    for email in ("a@x.org", "gone@x.org", "bad@x.org"):
        audience.subscribe(email)
    audience.unsubscribe("gone@x.org")
    with audience.engine.begin() as connection:
        suppressions.suppress(
            connection,
            email_key="bad@x.org",
            reason=SuppressionReason.COMPLAINT,
            evidence={},
            now=NOW,
        )
    list_id = audience.weekly.id
    assert [row[0] for row in rows_of(exported(audience, list_id=list_id))] == ["email", "a@x.org"]
    gone = rows_of(exported(audience, list_id=list_id, state="unsubscribed"))
    assert [row[0] for row in gone] == ["email", "gone@x.org"]


def test_an_empty_list_is_a_header(audience: Audience) -> None:
    assert exported(audience, list_id=audience.weekly.id) == "email,name\r\n"
