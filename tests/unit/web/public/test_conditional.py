"""Conditional requests, as RFC 9110 has them."""

import datetime as dt

import pytest
from starlette.requests import Request

from mailer.web.public.conditional import etag_of, not_modified, validators

WHEN = dt.datetime(2026, 11, 22, 7, 30, 12, 500_000, tzinfo=dt.UTC)
ETAG = etag_of(b"body")
HEADERS = validators(ETAG, WHEN)


def asked(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw})


@pytest.mark.parametrize(
    ("headers", "is_known"),
    [
        ({}, False),
        ({"if_none_match": ETAG}, True),
        ({"if_none_match": f'"other", W/{ETAG}'}, True),
        ({"if_none_match": "*"}, True),
        ({"if_none_match": '"other"'}, False),
        ({"if_modified_since": "Sun, 22 Nov 2026 07:30:12 GMT"}, True),
        ({"if_modified_since": "Sun, 22 Nov 2026 07:30:11 GMT"}, False),
        ({"if_modified_since": "yesterday"}, False),
        ({"if_modified_since": "Sun, 22 Nov 2026 07:30:12"}, False),
        (
            {"if_none_match": '"other"', "if_modified_since": "Sun, 22 Nov 2026 07:30:12 GMT"},
            False,
        ),
    ],
)
def test_who_has_it_is_not_sent_it(headers: dict[str, str], *, is_known: bool) -> None:
    answer = not_modified(asked(**headers), HEADERS)
    assert (answer is not None) == is_known
    if answer is not None:
        assert answer.status_code == 304
        assert answer.headers["ETag"] == ETAG
