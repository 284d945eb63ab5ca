"""What tells a test from the issue itself."""

import dataclasses
import datetime as dt
import re

import html5lib
import pytest

from mailer.composing.rendering.pipeline import content_hash
from mailer.composing.trial.message import Marks, as_test, fields_left_empty, with_banner
from mailer.message.compiled import CompiledIssue, Mailbox, Slot, SlotContext, Variant

MARKS = Marks(shown_as="")
ISSUE = CompiledIssue(
    slug="week-1",
    subject="Hello MF_0s, at MF_9s",
    preheader="First words",
    html='<html><head><!--[if mso]><body class="x"><![endif]--></head><body class="a>b">'
    '<div style="color:red;display:none;max-height:0">First words &#8204;</div>'
    '<p>Dear MF_1h (MF_2h)</p><a href="MF_3h">leave</a></body></html>',
    text="Dear MF_4t (MF_5t)\n",
    sender=Mailbox("n@example.org", "N"),
    reply_to=None,
    language="en",
    date=dt.date(2026, 11, 22),
    slots=(
        Slot("MF_0s", "name", SlotContext.SUBJECT, "reader"),
        Slot("MF_9s", "email", SlotContext.SUBJECT),
        Slot("MF_1h", "name", SlotContext.HTML, "reader"),
        Slot("MF_2h", "email", SlotContext.HTML),
        Slot("MF_3h", "unsubscribe_url", SlotContext.HTML),
        Slot("MF_4t", "city", SlotContext.TEXT),
        Slot("MF_5t", "email", SlotContext.TEXT),
    ),
    conditions=("plan",),
    variants=(Variant(("plan",), "<body>paid</body>", "paid\n"),),
    content_hash="1234",
)


def test_subject_slug_and_hash_are_a_test_s() -> None:
    test = as_test(ISSUE, MARKS)
    assert test.subject == "[Test] Hello MF_0s, at MF_9s"
    assert test.slug == "week-1-test"
    assert test.content_hash == content_hash(test) != ISSUE.content_hash


def test_the_banner_stands_below_the_preheader_on_top_of_all_else() -> None:
    test = as_test(ISSUE, MARKS)
    head, banner, rest = re.split(r"(<table role=.*?</table>)", test.html, maxsplit=1)
    assert head.endswith("&#8204;</div>")
    assert "This is a test of week-1, filled in with defaults. Links that would" in banner
    assert rest.startswith("<p>Dear")
    assert test.text.startswith("*** This is a test of week-1, filled in with defaults.")
    assert max(map(len, test.text.splitlines())) <= 72
    assert "This is a test" in test.variants[0].html
    assert "This is a test" in test.variants[0].text


def test_without_a_banner_only_the_subject_tells() -> None:
    test = as_test(ISSUE, dataclasses.replace(MARKS, has_banner=False))
    assert "This is a test" not in test.html + test.text + test.variants[0].html
    assert test.subject.startswith("[Test] ")


def test_shown_as_a_subscriber_the_address_is_theirs() -> None:
    test = as_test(ISSUE, dataclasses.replace(MARKS, shown_as="a&b@example.org"))
    assert "(a&amp;b@example.org)" in test.html
    assert "(a&b@example.org)" in test.text
    assert test.subject == "[Test] Hello MF_0s, at a&b@example.org"
    assert {slot.field for slot in test.slots} == {"name", "city", "unsubscribe_url"}
    assert "filled in for a&amp;b@example.org" in test.html
    assert "filled in for a&b@example.org" in " ".join(test.text.split())


def test_fields_without_value_and_default_are_named() -> None:
    assert fields_left_empty(ISSUE, {}) == ["city"]
    assert fields_left_empty(ISSUE, {"city": ""}) == ["city"]
    assert fields_left_empty(ISSUE, {"city": "London"}) == []
    assert fields_left_empty(ISSUE, {"plan": "paid"}) == [], "they do not get the words with it"


@pytest.mark.parametrize(
    "page",
    [
        "<p>x</p>",
        "<BODY\nbgcolor='>'><p>x</p></BODY>",
        "<html><body>x</body></html>",
        '<body><div style="display:none">unclosed',
        "<!-- <body> --><body><!-- <div style='display:none'> -->x</body>",
        "",
    ],
)
def test_any_page_can_carry_the_banner(page: str) -> None:
    marked = with_banner(page, "A <test> & more")
    assert marked.replace(re.search(r"<table.*</table>", marked)[0], "") == page  # type: ignore[index]
    tree = html5lib.parse(marked, namespaceHTMLElements=False)
    [cell] = tree.findall(".//body//td")
    assert "".join(cell.itertext()) == "A <test> & more"
