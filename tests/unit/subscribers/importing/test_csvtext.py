import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.importing.csvtext import (
    LONGEST_RECORD,
    MOST_LINES,
    Record,
    detect_encoding,
    guard,
    read_records,
    unguard,
)


def lines_of(text: str) -> list[str]:
    return list(io.StringIO(text, newline=""))


def records_of(text: str, delimiter: str = ",") -> list[Record]:
    return list(read_records(lines_of(text), delimiter=delimiter))


def test_line_numbers_count_physical_lines() -> None:
    found = records_of('a,"two\r\nlines"\r\nb,c\n\nd,"x\ny\nz"\ne,f')
    assert [(record.line_number, record.cells) for record in found] == [
        (1, ["a", "two\r\nlines"]),
        (3, ["b", "c"]),
        (4, []),
        (5, ["d", "x\ny\nz"]),
        (8, ["e", "f"]),
    ]
    assert not any(record.problem for record in found)


@pytest.mark.parametrize(
    "broken",
    ['"a@x.org,Ann\n', 'a@x.org,"Ann\n', '"\n', 'a"b,"c\n'],
)
@pytest.mark.parametrize("rest", ["", 'b@x.org,"Bob"\n', "b@x.org,Bob\n", "b\n" * 1000])
def test_an_unclosed_quote_costs_its_own_line(broken: str, rest: str) -> None:
    found = records_of(broken + rest)
    assert found[0] == Record(1, broken.rstrip(), [], "opens a quote and does not close it")
    assert found[1:] == [
        Record(number + 1, record.raw, record.cells)
        for number, record in enumerate(records_of(rest), 1)
    ]


def test_text_after_a_closing_quote_is_refused() -> None:
    assert [record.problem for record in records_of('"a"b,c\nd,e\n')] == [
        "has text after a closing quote",
        "",
    ]


def test_a_quote_inside_an_unquoted_cell_is_a_character() -> None:
    assert records_of('a,5" pipe\nb,c\n')[0].cells == ["a", '5" pipe']


def test_a_space_before_a_quote_does_not_matter() -> None:
    assert records_of('a, "Lee, Ann"\n')[0].cells == ["a", "Lee, Ann"]


def test_an_endless_line_is_one_rejected_record() -> None:
    pieces = ["x" * LONGEST_RECORD, "x" * LONGEST_RECORD, "x\n", "a,b\n"]
    found = list(read_records(pieces, delimiter=","))
    assert [(record.line_number, record.cells) for record in found] == [(1, []), (2, ["a", "b"])]
    assert "longer" in found[0].problem


def test_a_record_of_too_many_lines_is_refused() -> None:
    found = records_of('a,"' + "x\n" * (MOST_LINES + 5) + '"\n')
    assert found[0].problem
    assert found[1].cells == ["x"]


@settings(max_examples=400)
@given(st.text(alphabet='ab,"\n\r; =', max_size=60))
def test_any_text_is_read_to_its_end(text: str) -> None:
    found = records_of(text)
    starts = [record.line_number for record in found]
    assert starts == sorted(set(starts))
    ends = "".join(lines_of(text)).replace("\r", "").replace("\n", "")
    assert "".join(record.raw for record in found).replace("\r", "").replace("\n", "") == ends


cells = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12
).map(str.strip)


@settings(max_examples=300)
@given(st.lists(st.lists(cells, min_size=2, max_size=4), max_size=5), st.sampled_from(",;\t"))
def test_what_the_csv_module_writes_is_read_back(rows: list[list[str]], delimiter: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    assert [record.cells for record in records_of(file.getvalue(), delimiter)] == rows


@given(st.text(max_size=6) | st.text("'=+-@1 \t", max_size=5))
def test_guarding_can_be_undone(cell: str) -> None:
    assert unguard(guard(cell)) == cell


@pytest.mark.parametrize(
    ("cell", "guarded"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3+cmd", "'-2+3+cmd"),
        ("\uff1dHYPERLINK()", "'\uff1dHYPERLINK()"),
        ("'=x", "''=x"),
        ("+41 31 123-45-67", "+41 31 123-45-67"),
        ("-5,25", "-5,25"),
        ("O'Neil", "O'Neil"),
        ("'t Hooft", "'t Hooft"),
    ],
)
def test_what_looks_like_a_formula_is_guarded(cell: str, guarded: str) -> None:
    assert guard(cell) == guarded


@pytest.mark.parametrize(
    ("data", "name", "is_damaged"),
    [
        (b"email\n", "utf-8-sig", False),
        ("\ufeffemail,ü\n".encode(), "utf-8-sig", False),
        ("email,ü\n".encode("utf-16"), "utf-16", False),
        (b"email\n\x81\n", "utf-8-sig", True),
        ("email,J\u00fcrg\n".encode("cp1252"), "cp1252", False),
        ("email,J\u00fcrg \u00e9t\u00e9 \u20ac\n".encode() + b"\xff\n", "utf-8-sig", True),
        ("email,J\u00fcrg\n".encode()[:-2] + b"\xc3", "utf-8-sig", True),
    ],
)
def test_encoding(data: bytes, name: str, is_damaged: bool) -> None:  # noqa: FBT001
    found = detect_encoding(io.BytesIO(data))
    assert (found.name, found.is_damaged) == (name, is_damaged)


def test_a_character_cut_by_a_block_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subscribers.importing.csvtext._SCAN_BYTES", 3)
    assert not detect_encoding(io.BytesIO("aaü€𝄞".encode() * 5)).is_damaged


@pytest.mark.parametrize("data", [b"\xff\xfea", b"PK\x03\x04\x14"])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="save it as"):
        detect_encoding(io.BytesIO(data))
