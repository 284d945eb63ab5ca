from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.web.inbox.parsing import Contents, read_contents, snippet, summarise

LINK = "http://127.0.0.1:8080/u/token"


def newsletter(**headers: str) -> bytes:
    message = EmailMessage()
    values = {
        "From": "The Meridian <news@example.org>",
        "To": "Ada <ada@example.org>",
        "Subject": "Künstliche Gezeiten 🌊",
        "List-Unsubscribe": f"<{LINK}>, <mailto:leave@example.org>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    for name, value in {**values, **headers}.items():
        if value:
            message[name] = value
    message.set_content("Good morning.\n\nToday: räder\n", cte="quoted-printable")
    message.add_alternative("<p>Good morning: räder</p>", subtype="html", cte="base64")
    return message.as_bytes()


def test_a_list_shows_sender_recipients_and_subject() -> None:
    summary = summarise(newsletter())
    assert summary.sender == "The Meridian"
    assert summary.subject == "Künstliche Gezeiten 🌊"
    assert summary.recipients == ("ada@example.org",)


def test_a_message_is_taken_apart() -> None:
    contents = read_contents(newsletter())
    assert contents.text == "Good morning.\n\nToday: räder\n"
    assert contents.html.strip() == "<p>Good morning: räder</p>"
    assert contents.sender_address == "news@example.org"
    assert dict(contents.headers)["Subject"] == "Künstliche Gezeiten 🌊"
    assert contents.source.startswith("From: The Meridian")


def test_the_snippet_is_what_the_html_begins_with() -> None:
    assert snippet(newsletter()) == "Good morning: räder"


def test_without_html_the_snippet_is_the_beginning_of_the_text() -> None:
    raw = b"Content-Type: text/plain; charset=utf-8\r\n\r\n Good\r\n  morning <b>\r\n"
    assert snippet(raw) == "Good morning <b>"


def test_the_snippet_leaves_out_what_nobody_sees() -> None:
    page = (
        "<html><head><title>no</title><style>no{}</style></head><body><!-- no --><style>no</style>"
        "<div>This &amp; that.&#847;&zwnj;&nbsp;&#8203;</div><p>More</p><a href='no"
    )
    raw = b"Content-Type: text/html\r\n\r\n" + page.encode()
    assert snippet(raw) == "This & that. More"


def test_headers_may_stand_in_plain_utf_8() -> None:
    raw = "From: Zoë <zoë@bücher.example>\r\nSubject: grün\r\n\r\nx".encode()
    assert summarise(raw).sender == "Zoë"
    assert read_contents(raw).headers[1] == ("Subject", "grün")


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({}, LINK),
        ({"List-Unsubscribe": f"<mailto:a@b.c>,\n <{LINK}>"}, LINK),
        ({"List-Unsubscribe-Post": ""}, ""),
        ({"List-Unsubscribe-Post": "something else"}, ""),
        ({"List-Unsubscribe": "<mailto:a@b.c>"}, ""),
        ({"List-Unsubscribe": ""}, ""),
        ({"List-Unsubscribe": "<javascript:alert(1)>"}, ""),
    ],
)
def test_the_button_is_there_only_for_one_click(changes: dict[str, str], url: str) -> None:
    raw = newsletter(**{name: value.replace("\n", "") for name, value in changes.items()})
    assert read_contents(raw).one_click_url == url


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"no header at all",
        b"Subject: =?utf-8?b?!!!?=\r\n\r\nx",
        b"Subject: =?no-such-charset?q?x?=\r\n\r\nx",
        b"Content-Type: text/plain; charset=no-such\r\n\r\n\xff",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n!!",
        b"From: \r\nTo: ,,,<\r\n\r\n",
        b"Subject: \xff\xfe\r\n\r\n",
    ],
)
def test_broken_mail_is_shown_as_well_as_can_be(raw: bytes) -> None:
    summarise(raw)
    snippet(raw)
    assert isinstance(read_contents(raw), Contents)


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda t: b"Subject: " + t.encode()))
def test_nothing_makes_it_fail(raw: bytes) -> None:
    for text in (summarise(raw).subject, summarise(raw).sender, snippet(raw)):
        text.encode()
    read_contents(raw).html.encode("utf-8", "surrogatepass")
