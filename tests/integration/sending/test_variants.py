"""A send of an issue with conditional parts, to a list whose archive is private."""

import dataclasses
import re

from ledger_kit import SIGNER, Ledger, compiled_issue
from provider_kit import seen

from mailer.archive.access import private_access
from mailer.message.compiled import Slot, SlotContext, Variant
from mailer.platform.clock import utcnow
from mailer.providers.memory import Answer
from mailer.sending import reporting
from mailer.sending.gaps import count_gaps
from subscribers.audience import Audience
from subscribers.lists.archive import change_archive
from subscribers.model import ArchiveVisibility

VARIED = dataclasses.replace(
    compiled_issue(),
    text="For all. Online: MFonline",
    html="<p>For all.</p>",
    slots=(Slot("MFonline", "archive_url", SlotContext.TEXT),),
    conditions=('plan = "paid"',),
    variants=(Variant(('plan = "paid"',), "<p>For members.</p>", "For members. Online: MFonline"),),
)


def test_fields_decide_in_the_middle_of_a_send(ledger: Ledger) -> None:
    list_id = ledger.subscribe(40)
    ledger.run(
        """UPDATE subscriber SET fields = '{"plan": "Paid"}' WHERE email LIKE 'r1%@example.com'"""
    )
    send_id = ledger.plan(list_id, VARIED)
    ledger.deliver_all()
    got = {one.email: one.message.decode() for one in ledger.provider.messages}
    assert len(got) == 40
    for email, message in got.items():
        assert ("For members." in message) is email.startswith("r1")
        assert ("For all." in message) is not email.startswith("r1")
    assert ledger.books(send_id).is_balanced


def test_who_does_not_get_a_part_sees_no_gap_in_it(ledger: Ledger) -> None:
    list_id = ledger.subscribe(40)
    ledger.run(
        """UPDATE subscriber SET fields = '{"plan": "Paid"}' WHERE email LIKE 'r1%@example.com'"""
    )
    number = Slot("MFnumber", "number", SlotContext.TEXT)
    plan = Slot("MFplan", "plan", SlotContext.TEXT)
    (part,) = VARIED.variants
    in_part = dataclasses.replace(
        VARIED,
        slots=(number, plan),
        variants=(dataclasses.replace(part, text="MFplan, MFnumber"),),
    )
    members = 1 + 10
    audience = Audience.of_list(list_id)
    for_all = dataclasses.replace(in_part, text="MFplan")
    with ledger.engine.connect() as connection:
        assert count_gaps(connection, in_part, audience=audience) == {"number": members}
        lacking = count_gaps(connection, for_all, audience=audience)
    assert lacking == {"number": members, "plan": 40 - members}


def test_a_private_archive_opens_from_the_message(ledger: Ledger) -> None:
    list_id = ledger.subscribe(2)
    with ledger.engine.begin() as connection:
        change_archive(connection, "weekly", visibility=ArchiveVisibility.PRIVATE)
    ledger.plan(list_id, VARIED)
    ledger.deliver_all()
    links = [seen(one.message).text.split()[-1] for one in ledger.provider.messages]
    assert len(set(links)) == 2
    for link in links:
        found = re.search(r"/archive/k/([^/]+)/first$", link)
        assert found
        with ledger.engine.connect() as connection:
            assert private_access(connection, SIGNER, found[1], now=utcnow())


def shown_for(ledger: Ledger, email: str) -> list[str] | None:
    return reporting.explain(ledger.engine, email).stories[0].delivery.shown_for


def test_what_a_reader_got_is_told_whatever_is_known_of_them_today(ledger: Ledger) -> None:
    list_id = ledger.subscribe(3)
    ledger.run("""UPDATE subscriber SET fields = '{"plan": "paid"}' WHERE email LIKE 'r1@%'""")
    ledger.provider.answers = {"r2@example.com": Answer.DEFER}
    ledger.plan(list_id, VARIED)
    assert shown_for(ledger, "r1@example.com") is None
    ledger.deliver_all()

    ledger.run("""UPDATE subscriber SET fields = '{"plan": "free"}' WHERE email LIKE 'r1@%'""")
    ledger.run("""UPDATE subscriber SET fields = '{"plan": "paid"}' WHERE email NOT LIKE 'r1@%'""")
    assert shown_for(ledger, "r0@example.com") == []
    assert shown_for(ledger, "r1@example.com") == ['plan = "paid"']
    assert shown_for(ledger, "r2@example.com") == []

    ledger.provider.answers = {}
    ledger.run("UPDATE batch SET not_before = now()")
    ledger.deliver_all()
    assert shown_for(ledger, "r2@example.com") == ['plan = "paid"']


def test_an_unknown_delivery_tells_its_variant_too(ledger: Ledger) -> None:
    list_id = ledger.subscribe(1)
    ledger.run("""UPDATE subscriber SET fields = '{"plan": "paid"}'""")
    ledger.provider.answers = {"r0@example.com": Answer.LOSE}
    ledger.plan(list_id, VARIED)
    ledger.deliver_all()
    told = reporting.explain(ledger.engine, "r0@example.com").stories[0].delivery
    assert (told.state, told.shown_for) == ("unknown", ['plan = "paid"'])


def test_what_was_sent_before_variants_were_written_down(ledger: Ledger) -> None:
    ledger.plan(ledger.subscribe(1), VARIED)
    ledger.deliver_all()
    ledger.run("UPDATE delivery SET variant = NULL")
    assert shown_for(ledger, "r0@example.com") is None
