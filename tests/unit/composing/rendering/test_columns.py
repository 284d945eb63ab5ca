"""Which columns of a table keep their words whole, so that no year breaks in two on a phone."""

import pytest

from mailer.composing.issue.tree import Table, Text
from mailer.composing.rendering.columns import whole_columns


def columns_of(*rows: str) -> list[int]:
    header, *others = [tuple((Text(cell),) for cell in row.split("|")) for row in rows]
    table = Table(header, tuple(others), ("",) * len(header), 1)
    return sorted(whole_columns(table))


@pytest.mark.parametrize(
    ("rows", "whole"),
    [
        (["Map|Year|Bends|Errors", "Soil atlas|1954|17|None, sadly"], [0, 1, 2, 3]),
        (["Key|Value", f"1871|{'x' * 60}"], [0]),
        (["Long", "x" * 60], []),
        (["Country|Republic", "Liechtenstein|Grossherzogtum"], [0, 1]),
        (["Country|Republic|River", "Liechtenstein|Grossherzogtum|Rhine"], [0, 1, 2]),
        (["Country|Republic|Railway", "Liechtenstein|Grossherzogtum|Rheintalbahn"], [0, 2]),
        (["|".join(["1234"] * 9)], []),
        (["|".join("abcdef"), "|".join("123456")], [0, 1, 2, 3, 4, 5]),
        (["語|Year", "忘れるための辞書は四十年かかって完成しましたとさ|1954"], [0, 1]),
        (["Word|Year", "a-hyphenated-word-that-may-break-anyway|1954"], [0, 1]),
    ],
)
def test_columns_that_keep_their_words(rows: list[str], whole: list[int]) -> None:
    assert columns_of(*rows) == whole


def test_a_table_of_a_header_alone() -> None:
    assert columns_of("One|Two") == [0, 1]
