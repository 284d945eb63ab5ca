import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.errors import ImportFileError
from subscribers.importing.csvtext import guard
from subscribers.importing.rows import (
    CsvRows,
    ImportRow,
    RejectedRow,
    detect_delimiter,
    read_columns,
    split_mailbox,
)
from subscribers.people.fields import LONGEST_VALUE, field_name, is_field_name

PATH = Path("people.csv")


def rows_of(data: str | bytes) -> list[ImportRow | RejectedRow]:
    raw = data.encode() if isinstance(data, str) else data
    return list(CsvRows(io.BytesIO(raw), PATH))


def good(data: str | bytes) -> list[ImportRow]:
    rows = rows_of(data)
    assert not [row for row in rows if isinstance(row, RejectedRow)]
    return [row for row in rows if isinstance(row, ImportRow)]


def rejected(data: str | bytes) -> list[RejectedRow]:
    return [row for row in rows_of(data) if isinstance(row, RejectedRow)]


def test_a_row() -> None:
    (row,) = good("E-Mail,Name,First Name,Größe\nAnn@X.org, Ann  Lee ,Ann,\n")
    assert row.line_number == 2
    assert row.address.email_key == "ann@x.org"
    assert row.name == "Ann Lee"
    assert row.fields == {"first_name": "Ann"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters(delimiter: str) -> None:
    text = "name|email|city\nLee|a@x.org|Bern\n".replace("|", delimiter)
    assert good(text)[0].fields == {"city": "Bern"}


def test_a_comma_in_a_semicolon_header_is_no_delimiter() -> None:
    assert detect_delimiter('email;"name, first, last";city') == ";"


@pytest.mark.parametrize("header", ["email", "E-mail", "Email Address", " EMAIL ", "\ufeffemail"])
def test_names_of_the_address_column(header: str) -> None:
    assert good(f"{header}\na@x.org\n")[0].address.email == "a@x.org"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str) -> None:
    text = "email,name\na@x.org,Jürg Été\nb@x.org,Ann\n"
    assert [row.name for row in good(text.encode(encoding))] == ["Jürg Été", "Ann"]


def test_a_bad_byte_costs_one_row_of_a_utf8_file() -> None:
    data = "email,name\na@x.org,Jürg Été\n".encode() + b"b@x.org,\xff\nc@x.org,Cid\n"
    rows = rows_of(data)
    assert [row.line_number for row in rows] == [2, 3, 4]
    assert isinstance(rows[1], RejectedRow)
    assert rows[1].reason == "is not valid UTF-8"


def test_blank_lines_are_no_rows_but_are_counted() -> None:
    rows = good("email,name\n\n,\na@x.org,\n\n")
    assert [row.line_number for row in rows] == [4]


def test_short_rows_and_empty_extra_cells_are_fine() -> None:
    rows = good("email,name,city\na@x.org\nb@x.org,Bob,Bern,,\n")
    assert [row.fields for row in rows] == [{}, {"city": "Bern"}]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("nobody,Ann", "@-sign"),
        (",Ann", "has no address"),
        ("a@x.org,Ann,Bern", "has 3 cells, but the header names 2"),
        ("a@x.org,A\x00nn", "NUL"),
        ('a@x.org,"Ann', "quote"),
        ('"a@x.org"b,Ann', "quote"),
        ('"a@x.org\nb@x.org",Ann', "invalid characters"),
        ("a@x.org," + "x" * (LONGEST_VALUE + 1), "cell 2 is longer than 2,000"),
        ("a@x.org," + "x" * 70_000, "longer than 65,536"),
    ],
)
def test_bad_rows_are_rejected_and_the_next_is_read(row: str, reason: str) -> None:
    rows = rows_of(f"email,name\n{row}\nz@x.org,Zoe\n")
    assert isinstance(rows[0], RejectedRow)
    assert reason in rows[0].reason
    assert rows[0].line_number == 2
    assert isinstance(rows[1], ImportRow)
    assert len(rows) == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"\n\nemail\n", "empty"),
        (b"name,city\nAnn,Bern\n", "people.csv:1: no column is named 'email' (found 'name'"),
        (b"ann@x.org\nbob@x.org\n", "looks like data"),
        (b"email,City,city\n", "columns 2 and 3 are both 'city'; rename one"),
        (b"email,e-mail\n", "columns 1 and 2 are both 'email'"),
        (b'"email,name\n', "opens a quote"),
        (b"email," + b",".join(b"f%d" % n for n in range(101)), "at most 100"),
        (b"PK\x03\x04", "people.csv: is a spreadsheet or ZIP file; save it as CSV"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, message: str) -> None:
    with pytest.raises(ImportFileError) as caught:
        rows_of(data)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_column_without_a_usable_name_goes_by_its_place() -> None:
    (row,) = good("email,名前,\na@x.org,花子,x\n")
    assert row.fields == {"column_2": "花子", "column_3": "x"}


def test_a_guarded_cell_is_read_as_it_was() -> None:
    (row,) = good("email,note\n'=a@x.org,'=1+1\n")
    assert (row.address.email, row.fields) == ("=a@x.org", {"note": "=1+1"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@x.org", ("", "a@x.org")),
        ("Ann Lee <a@x.org>", ("Ann Lee", "a@x.org")),
        ('"Lee, Ann" <a@x.org>', ("Lee, Ann", "a@x.org")),
        ("José García<j@x.org>", ("José García", "j@x.org")),
        ("<a@x.org>", ("", "a@x.org")),
        ("'a@x.org' <a@x.org>", ("", "a@x.org")),
        (">", ("", ">")),
    ],
)
def test_an_address_may_bring_its_name(text: str, expected: tuple[str, str]) -> None:
    assert split_mailbox(text) == expected


def test_the_name_column_wins_over_the_mailbox() -> None:
    rows = good("email,name\nAnn <a@x.org>,Ann Lee\nBob <b@x.org>,\n")
    assert [row.name for row in rows] == ["Ann Lee", "Bob"]


@given(st.text(max_size=80))
def test_column_names_are_field_names_and_stay(header: str) -> None:
    name = field_name(header)
    assert field_name(name) == name
    if name and name not in {"email", "name", "e_mail", "email_address", "e_mail_address"}:
        assert is_field_name(name)


@pytest.mark.parametrize("name", ["", "Name", "email", "name", "1st", "a-b", "ä", "x" * 64, "a_"])
def test_not_field_names(name: str) -> None:
    assert not is_field_name(name)


def test_positions() -> None:
    columns = read_columns(["City", "Email", "Name"])
    assert (columns.email, columns.name, columns.fields) == (1, 2, ((0, "city"),))


@settings(max_examples=400)
@given(st.binary(max_size=120))
def test_no_bytes_crash_it(data: bytes) -> None:
    for row in rows_of(b"email,name\n\xc3\xbc" + data):
        assert row.line_number >= 2


@settings(max_examples=200)
@given(st.lists(st.sampled_from(['"', "a@x.org", ",", "\n", "\r\n", "é", "\x00", ";", "="])))
def test_each_row_lands_somewhere(parts: list[str]) -> None:
    text = "".join(parts)
    assert len(rows_of("email,name\n" + text)) <= text.count("\n") + 1


values = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
    | st.sampled_from("'=+-@\"\r\n,"),
    max_size=15,
).map(str.strip)


@settings(max_examples=400)
@given(st.lists(st.tuples(values, values), min_size=1, max_size=4), st.sampled_from(",;\t"))
def test_what_an_export_writes_is_read_back(people: list[tuple[str, str]], delimiter: str) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(["email", "name", "note"])
    for at, (name, note) in enumerate(people):
        writer.writerow([guard(cell) for cell in (f"+{at}@x.org", " ".join(name.split()), note)])
    rows = good(file.getvalue())
    assert [row.address.email for row in rows] == [f"+{at}@x.org" for at in range(len(people))]
    assert [row.name for row in rows] == [" ".join(name.split()) for name, _ in people]
    assert [row.fields.get("note", "") for row in rows] == [note for _, note in people]
