"""Rates as people write them."""

import pytest

from mailer.platform.rates import Rate, parse_rates


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("", ()),
        ("500/min", (Rate(500, 60),)),
        ("20/s 50000/day", (Rate(20, 1), Rate(50_000, 86_400))),
        ("50,000 / D  20/sec", (Rate(20, 1), Rate(50_000, 86_400))),
        ("1_000/hour", (Rate(1000, 3600),)),
    ],
)
def test_rates(text: str, rates: tuple[Rate, ...]) -> None:
    assert parse_rates(text) == rates
    assert parse_rates(" ".join(map(str, rates))) == rates


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fast", "not a rate"),
        ("500", "not a rate"),
        ("500/min please", "not a rate"),
        ("-5/s", "not a rate"),
        ("5/week", "per s, min, hour or day"),
        ("0/s", "from 1 to"),
        ("9999999999/s", "from 1 to"),
        ("5/s 6/sec", "two rates"),
    ],
)
def test_what_is_no_rate_is_told(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_rates(text)
