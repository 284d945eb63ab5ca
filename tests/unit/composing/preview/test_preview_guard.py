"""Whose requests the preview answers, and what it takes for a reader."""

from typing import Any

import pytest

from mailer.composing.preview.guard import is_this_machine
from mailer.composing.preview.typed import LONGEST_VALUE, read_choice
from mailer.composing.readers import SAMPLE, Reader


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8026", "localhost:1", "[::1]:8026", "[::1]", "127.8.9.1:80"]
)
def test_this_machine_by_its_own_name(host: str) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        ":",
        ":8026",
        "evil.example",
        "evil.example:8026",
        "localhost.evil.example:8026",
        "127.0.0.1.evil.example",
        "127.0.0.1:8026.evil.example",
        "127.0.0.1@evil.example",
        "192.168.1.2:8026",
        "0.0.0.0:8026",
        "[::]:8026",
        "2130706433",
        "localhost:80:80",
    ],
)
def test_anybody_else(host: str) -> None:
    assert not is_this_machine(host)


def test_readers_as_the_page_sends_them() -> None:
    assert read_choice({"kind": "sample"}) is SAMPLE
    assert read_choice({"kind": "subscriber", "email": "a@example.org"}) == "a@example.org"
    typed = read_choice({"kind": "typed", "fields": {"name": "Ada", "city": "London"}})
    assert typed == Reader("typed", name="Ada", fields={"city": "London"})


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"kind": "subscriber"},
        {"kind": "subscriber", "email": 1},
        {"kind": "typed", "fields": {"a": 1}},
        {"kind": "typed", "fields": {"a": "x" * (LONGEST_VALUE + 1)}},
        {"kind": "typed", "fields": {str(n): "" for n in range(101)}},
    ],
)
def test_what_is_no_reader(value: Any) -> None:
    with pytest.raises(ValueError, match=r"kind|text"):
        read_choice(value)
