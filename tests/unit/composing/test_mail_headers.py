import pytest

from mailer.composing.importing.sources.eml import read_mail
from mailer.composing.mail_headers import header_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain \\u0041", "plain \\u0041"),
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Gr\u00fc\u00dfe"),
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?= \u65e5\u672c", "Gr\u00fc\u00dfe \u65e5\u672c"),
        ("=?zork?b?aGk=?=", "hi"),
        ("=?utf-8?b?!?=", ""),
    ],
)
def test_a_value(value: str, text: str) -> None:
    assert header_text(value) == text


def test_an_imported_mail_keeps_a_subject_that_is_not_encoded() -> None:
    raw = "Subject: Gr\u00fc\u00dfe \u65e5\u672c\nContent-Type: text/plain\n\nHi".encode()
    assert read_mail(raw, name="x.eml").title == "Gr\u00fc\u00dfe \u65e5\u672c"
