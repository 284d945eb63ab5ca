"""Whatever a message is made of, the inbox shows something of it."""

import pytest

from mailer.web.inbox.pages import post_one_click
from mailer.web.inbox.parsing import read_contents, snippet, summarise


def nested(depth: int) -> bytes:
    parts = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth)
    )
    return f"Subject: x\n{parts}Content-Type: text/plain\n\nhello\n".encode()


ODD = {
    "nested": nested(500),
    "nested deeper": nested(2000),
    "mail in mail": b"Subject: x\n" + b"Content-Type: message/rfc822\n\n" * 5000 + b"\nhi",
    "charset with NUL": b"Content-Type: text/plain; charset=a\x00b\n\nx",
    "boundary with NUL": b"Content-Type: multipart/mixed; boundary*=a\x00b''x\n\nx",
    "charset idna": b"Content-Type: text/plain; charset=idna\n\nxn--\xff",
    "charset punycode": b"Content-Type: text/plain; charset=punycode\n\n\xffzz",
    "charset undefined": b"Content-Type: text/plain; charset=undefined\n\nx",
    "file name idna": b"Content-Type: text/plain; name*=idna''%ff\n\nx",
    "brackets": b"To: " + b"(" * 100_000 + b"\nFrom: " + b"(" * 100_000 + b"\n\nx",
    "many fields": b"".join(b"X-%d: y\n" % n for n in range(20_000)) + b"\nx",
    "a date": b"Date: Mon, 99 Foo 99999999 99:99:99 +9999\n\nx",
    "nothing": b"",
}


@pytest.mark.parametrize("name", ODD)
def test_odd_mail_is_shown(name: str) -> None:
    summarise(ODD[name])
    snippet(ODD[name])
    contents = read_contents(ODD[name])
    assert isinstance(contents.sender_address, str)
    assert len(contents.headers) <= 500


def test_a_subject_of_a_hundred_thousand_words_is_cut() -> None:
    raw = b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\n\nx"
    assert len(summarise(raw).subject) < 10_000  # decoding them all takes a minute


@pytest.mark.parametrize(
    "link",
    [
        "http://[bad/",
        "http://127.0.0.1:x/",
        "http://127.0.0.1:99999999/",
        "http://\u2488com\uff0f/",
        "http://" + "a" * 300 + ".com/",
        "http://127.0.0.2/",
        "http://a%00b/",
    ],
)
def test_a_link_that_is_none_is_not_posted_to(link: str) -> None:
    raw = (
        f"List-Unsubscribe-Post: List-Unsubscribe=One-Click\nList-Unsubscribe: <{link}>\n\n"
    ).encode()
    assert post_one_click(read_contents(raw), base_url="http://127.0.0.1:1") == "elsewhere"


def test_a_path_beyond_ascii_is_posted_to() -> None:
    raw = (
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"
        "List-Unsubscribe: <http://127.0.0.1:1/\u00fc>\n\n"
    ).encode()
    assert post_one_click(read_contents(raw), base_url="http://127.0.0.1:1") == "unreachable"
