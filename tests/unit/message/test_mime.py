"""What `MimeTemplate` writes, read back by parsers that did not write it."""

import dataclasses
import datetime as dt
import email
import email.header
import email.policy
import html
import quopri
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.message.compiled import (
    CompiledIssue,
    Mailbox,
    MailingIdentity,
    Recipient,
    Slot,
    SlotContext,
)
from mailer.message.mime import MimeTemplate, feedback_id
from mailer.message.mime_body import encode_slot
from mailer.message.mime_headers import one_line

DATE = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
IDENTITY = MailingIdentity("weekly", "Die Wöchentliche", "news.example.com", 7)
ISSUE = CompiledIssue(
    slug="first-issue",
    subject="Hello MF_subject_name, here is No. 1",
    preheader="",
    html='<p title="MF_html_name">Hello MF_html_name =3D</p>\n<a href="MF_html_url">leave</a>\n',
    text="Hello MF_text_name\n\n.leading dot\nFrom the start\nleave: MF_text_url",
    sender=Mailbox("editor@news.example.com", "Zoë Ångström, Editor"),
    reply_to=Mailbox("reply@example.com", "Replies"),
    language="de-AT",
    date=dt.date(2026, 11, 23),
    slots=(
        Slot("MF_subject_name", "name", SlotContext.SUBJECT, "reader"),
        Slot("MF_html_name", "name", SlotContext.HTML, "reader"),
        Slot("MF_text_name", "name", SlotContext.TEXT, "reader"),
        Slot("MF_html_url", "unsubscribe_url", SlotContext.HTML),
        Slot("MF_text_url", "unsubscribe_url", SlotContext.TEXT),
    ),
)
READER = Recipient(
    delivery_id=5,
    email="ada@example.org",
    name="Ada Lovelace",
    message_id="0123abcd@news.example.com",
    unsubscribe_url="https://news.example.com/u/" + "tok=en_" * 20,
    unsubscribe_mailto="mailto:leave@news.example.com?subject=unsubscribe%20x",
    fields={"name": "Ada <3 & Bob"},
)

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
awkward_text = st.lists(
    st.one_of(
        st.sampled_from(
            [
                " ",
                "  ",
                "\t",
                ".",
                "..",
                "=",
                "=3D",
                "From ",
                "\n",
                "\n.",
                "\nFrom x",
                "é",
                "🎉",
                "a" * 80,
            ]
        ),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    ),
    max_size=40,
).map("".join)
values = st.one_of(any_text, awkward_text)


def bind(compiled: CompiledIssue = ISSUE, recipient: Recipient = READER) -> bytes:
    return MimeTemplate(compiled, IDENTITY).bind(recipient, date=DATE)


def parse(message: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def body(parsed: EmailMessage, subtype: str) -> str:
    part = parsed.get_body((subtype,))
    assert part is not None
    assert not part.defects
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


def squash(value: str) -> str:
    return " ".join(value.split())


def test_a_bound_message_is_alternative_with_text_first() -> None:
    parsed = parse(bind())
    assert parsed.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    assert body(parsed, "plain") == (
        "Hello Ada <3 & Bob\n\n.leading dot\nFrom the start\nleave: " + READER.unsubscribe_url
    )
    assert body(parsed, "html") == (
        '<p title="Ada &lt;3 &amp; Bob">Hello Ada &lt;3 &amp; Bob =3D</p>\n'
        f'<a href="{READER.unsubscribe_url}">leave</a>\n'
    )


def test_headers_say_who_what_and_how_to_leave() -> None:
    parsed = parse(bind())
    assert parsed["From"].addresses[0].display_name == "Zoë Ångström, Editor"
    assert parsed["From"].addresses[0].addr_spec == "editor@news.example.com"
    assert parsed["To"].addresses[0].display_name == "Ada Lovelace"
    assert parsed["Reply-To"].addresses[0].addr_spec == "reply@example.com"
    assert parsed["Subject"] == "Hello Ada <3 & Bob, here is No. 1"
    assert parsed["Date"].datetime == DATE
    assert parsed["Message-ID"] == "<0123abcd@news.example.com>"
    assert str(email.header.make_header(email.header.decode_header(parsed["List-Id"]))) == (
        "Die Wöchentliche <weekly.news.example.com>"
    )
    assert parsed["List-Unsubscribe"] == (
        f"<{READER.unsubscribe_url}>, <{READER.unsubscribe_mailto}>"
    )
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert parsed["Feedback-ID"] == "first-issue-7:weekly:mailer:newsexamplecom"
    assert parsed["Precedence"] == "bulk"
    assert parsed["Content-Language"] == "de-AT"
    assert parsed["MIME-Version"] == "1.0"
    assert "Auto-Submitted" not in parsed


def test_without_a_mailbox_only_the_url_stands_in_list_unsubscribe() -> None:
    parsed = parse(bind(recipient=dataclasses.replace(READER, unsubscribe_mailto="")))
    assert parsed["List-Unsubscribe"] == f"<{READER.unsubscribe_url}>"


def test_no_reply_to_where_none_is_wanted() -> None:
    assert "Reply-To" not in parse(bind(dataclasses.replace(ISSUE, reply_to=None)))


def test_binding_is_deterministic() -> None:
    assert bind() == bind()


def test_a_token_within_another_does_not_win() -> None:
    issue = dataclasses.replace(
        ISSUE,
        subject="T1 T12",
        text="T12 T1",
        slots=(
            Slot("T1", "one", SlotContext.TEXT),
            Slot("T12", "two", SlotContext.TEXT),
        ),
    )
    reader = dataclasses.replace(READER, fields={"one": "eins", "two": "zwei"})
    parsed = parse(bind(issue, reader))
    assert parsed["Subject"] == "eins zwei"
    assert body(parsed, "plain") == "zwei eins"


def test_a_utf8_local_part_stands_unencoded_for_smtputf8() -> None:
    message = bind(recipient=dataclasses.replace(READER, email="δοκιμή@example.org", name="Ada"))
    assert "To: Ada <δοκιμή@example.org>\r\n".encode() in message


@pytest.mark.parametrize("domain", ["x.y", "a-very-long-subdomain.of.news.example.com"])
def test_the_sender_id_has_five_to_fifteen_characters(domain: str) -> None:
    sender = feedback_id(ISSUE, dataclasses.replace(IDENTITY, domain=domain)).split(":")[3]
    assert 5 <= len(sender) <= 15


@pytest.mark.parametrize(
    "evil", ["a\r\nBcc: x@example.com", "a\nBcc: x", "a\rBcc: x", "a\x0b\x0cBcc: x", "\u2028Bcc: x"]
)
def test_no_value_makes_a_new_header(evil: str) -> None:
    issue = dataclasses.replace(
        ISSUE,
        subject=f"{evil} MF_subject_name",
        sender=Mailbox(f"e@example.com{evil}", evil),
        reply_to=Mailbox(f"e@example.com{evil}", evil),
        language=evil,
        slug=evil,
    )
    reader = Recipient(1, f"x@y.z{evil}", evil, evil, evil, evil, {"name": evil})
    identity = MailingIdentity(evil, evil, evil, 1)
    message = MimeTemplate(issue, identity).bind(reader, date=DATE)
    head = message.partition(b"\r\n\r\n")[0].replace(b"\r\n", b"")
    assert b"\r" not in head
    assert b"\n" not in head
    assert parse(message)["Bcc"] is None


@settings(max_examples=300)
@given(name=values, subject=values, text=values, markup=values, field=values)
def test_whatever_goes_in_comes_out(
    name: str, subject: str, text: str, markup: str, field: str
) -> None:
    issue = dataclasses.replace(
        ISSUE,
        subject=f"{subject}MF_subject_name",
        text=f"{text}MF_text_name{text}MF_text_name",
        html=f"MF_html_name{markup}MF_html_nameMF_html_name{markup}",
        sender=Mailbox("editor@news.example.com", name),
    )
    reader = dataclasses.replace(READER, name=name, fields={"name": field})
    message = bind(issue, reader)
    parsed = parse(message)
    value = squash(field) if field else "reader"
    written = text.replace("\r\n", "\n").replace("\r", "\n")
    assert body(parsed, "plain") == _newlines(f"{text}") + value + written + value
    escaped = html.escape(value)
    marked = _newlines(markup)
    assert body(parsed, "html") == f"{escaped}{marked}{escaped}{escaped}{marked}"
    assert str(parsed["Subject"]) == one_line(f"{subject}{value}")
    assert_lines_are_short(message)
    assert_names(message, one_line(name))


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def assert_lines_are_short(message: bytes) -> None:
    assert message.isascii()
    assert b"\n" not in message.replace(b"\r\n", b"")
    head, _, bodies = message.partition(b"\r\n\r\n")
    for line in bodies.split(b"\r\n"):
        assert len(line) <= 76
        assert not line.startswith((b".", b"From "))
        assert not line.endswith((b" ", b"\t"))
    for line in head.split(b"\r\n"):
        assert line.strip()
        assert len(line) <= 78 or b"https://" in line


def assert_names(message: bytes, name: str) -> None:
    for header in ("From", "To"):
        raw = email.message_from_bytes(message, policy=email.policy.compat32)[header]
        shown, address = email.utils.parseaddr(str(raw).replace("\r\n", ""))
        assert "@" in address
        assert str(email.header.make_header(email.header.decode_header(shown))) == name


def test_an_independent_decoder_agrees() -> None:
    message = bind(dataclasses.replace(ISSUE, text="naïve = ünïcödé 🎉 \n" * 50))
    encoded = message.split(b"quoted-printable\r\n\r\n")[1].split(b"\r\n--=_")[0]
    assert quopri.decodestring(encoded).decode() == "naïve = ünïcödé 🎉 \r\n" * 50


def test_a_url_is_cut_without_a_line_that_starts_with_a_dot() -> None:
    for length in range(60, 160):
        url = "x" * length + "." * 5 + "y" * 80
        encoded = encode_slot(url)
        assert quopri.decodestring(encoded) == url.encode()
        assert all(len(line) <= 76 for line in encoded.split(b"\r\n"))
        assert not any(line.startswith(b".") for line in encoded.split(b"\r\n"))


def test_a_lone_surrogate_does_not_stop_a_send() -> None:
    broken = "a\ud800b"
    issue = dataclasses.replace(ISSUE, subject=broken, text=broken, html=broken)
    parsed = parse(bind(issue, dataclasses.replace(READER, name=broken)))
    assert parsed["Subject"] == "a?b"
    assert body(parsed, "plain") == "a?b"


def test_bound_values_may_be_empty_and_last() -> None:
    issue = dataclasses.replace(
        ISSUE, text="x MF_text_name", slots=(Slot("MF_text_name", "none", SlotContext.TEXT),)
    )
    assert body(parse(bind(issue)), "plain") == "x "
