"""Slots are filled and escaped for where they stand; ids are deterministic and keyed."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from mailer.message.compiled import (
    CompiledIssue,
    Mailbox,
    Recipient,
    Slot,
    SlotContext,
    message_id,
    slot_values,
)

SLOTS = (
    Slot("T1", "name", SlotContext.HTML, "reader"),
    Slot("T2", "name", SlotContext.TEXT, "reader"),
    Slot("T3", "city", SlotContext.SUBJECT),
    Slot("T4", "unsubscribe_url", SlotContext.HTML),
    Slot("T5", "email", SlotContext.TEXT),
)
ISSUE = CompiledIssue(
    "one", "T3", "", "T1 T4", "T2 T5", Mailbox("a@example.com"), None, "en",
    dt.date(2026, 1, 1), SLOTS,
)  # fmt: skip


def recipient(**fields: str) -> Recipient:
    return Recipient(1, "ada@example.org", "Ada", "id@example.com", "https://e.com/u?a=1&b=2",
                     fields=fields)  # fmt: skip


def test_values_are_escaped_for_html_only() -> None:
    values = slot_values(ISSUE, recipient(name='<b>"Ada" & co</b>', city="Oslo & <co>"))
    assert values["T1"] == "&lt;b&gt;&quot;Ada&quot; &amp; co&lt;/b&gt;"
    assert values["T2"] == '<b>"Ada" & co</b>'
    assert values["T3"] == "Oslo & <co>"
    assert values["T4"] == "https://e.com/u?a=1&amp;b=2"
    assert values["T5"] == "ada@example.org"


def test_defaults_stand_in_for_missing_and_empty_values() -> None:
    assert slot_values(ISSUE, recipient())["T2"] == "reader"
    assert slot_values(ISSUE, recipient(name=""))["T2"] == "reader"
    assert slot_values(ISSUE, recipient())["T3"] == ""


@given(st.text())
def test_no_value_brings_a_line_break_or_a_tag(value: str) -> None:
    values = slot_values(ISSUE, recipient(name=value, city=value))
    assert not set("\r\n\v\f\x85\u2028\u2029") & set("".join(values.values()))
    assert "<" not in values["T1"]


def test_system_fields_are_not_the_authors() -> None:
    assert ISSUE.fields == {"name", "city"}


def test_a_message_id_is_the_same_every_time_and_different_for_all_else() -> None:
    def made(key: bytes = b"k", slug: str = "one", address: str = "a@b.c") -> str:
        return message_id(key=key, slug=slug, address_key=address, domain="example.com")

    assert made() == made()
    assert len({made(), made(key=b"q"), made(slug="two"), made(address="x@b.c")}) == 4
    assert made().endswith("@example.com")
