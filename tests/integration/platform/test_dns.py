"""Questions to the DNS: what is there, what is not, and what nobody says."""

import dns.rcode
import pytest
from dns_kit import dns_server

from mailer.platform.net.dns import NoAnswerError, txt_records


def test_texts_come_in_one_piece() -> None:
    with dns_server({"a.example TXT": ['"v=DKIM1; " "p=abc"', '"other"']}):
        assert sorted(txt_records("a.example")) == ["other", "v=DKIM1; p=abc"]


def test_no_such_name_and_no_such_record_are_answers() -> None:
    with dns_server({"a.example MX": ["10 mx.example."]}):
        assert txt_records("a.example") == txt_records("none.example") == []


def test_a_server_that_fails_is_none() -> None:
    with (
        dns_server({}, rcode=dns.rcode.SERVFAIL),
        pytest.raises(NoAnswerError),
    ):
        txt_records("a.example", seconds=0.5)


@pytest.mark.parametrize("name", ["a" * 64 + ".example", "a..example", "x." * 140 + "example"])
def test_what_cannot_be_asked_is_not_answered(name: str) -> None:
    with dns_server({}), pytest.raises(NoAnswerError):
        txt_records(name)
