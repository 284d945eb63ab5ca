import csv
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from audience_kit import LATER, NOW, Audience

from mailer.platform.files import PRIVATE, writing_text
from subscribers import suppressions
from subscribers.errors import ImportFileError
from subscribers.importing.rejects import RejectFile
from subscribers.importing.run import ImportResult, Phase, Progress, import_csv, preview_csv
from subscribers.model import SuppressionReason

Write = Callable[..., Path]

PEOPLE = """Email,Name,City
ann@x.org,Ann Lee,Bern
bob@x.org,Bob,
nobody,Nobody,Basel
ANN@X.ORG,Ann Again,Chur
"cid@bücher.example","Cid ""C"" Roe","Genève\\nVaud"
"""


def do_import(audience: Audience, path: Path, **options: Any) -> ImportResult:
    values = {"mailing_list_id": audience.weekly.id, "now": NOW} | options
    result = import_csv(audience.engine, path, **values)
    assert result.is_balanced
    return result


def kept_in(path: Path) -> RejectFile:
    return RejectFile(path, writing=partial(writing_text, mode=PRIVATE))


def people(count: int, *, city: str = "Bern") -> str:
    rows = "".join(f"p{number:04}@x.org,P {number},{city}\n" for number in range(count))
    return f"email,name,city\n{rows}"


def test_good_rows_are_kept_and_bad_ones_told(
    audience: Audience, csv_file: Write, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.csv"
    result = do_import(audience, csv_file(PEOPLE), rejects=kept_in(rejects))
    assert result == ImportResult(read=5, added=3, duplicates=1, rejected=1)
    assert audience.person("ann@x.org") == ("ann@x.org", "Ann Lee", {"city": "Bern"})
    assert audience.person("bob@x.org") == ("bob@x.org", "Bob", {})
    email, name, fields = audience.person("cid@xn--bcher-kva.example")
    assert (email, name) == ("cid@xn--bcher-kva.example", 'Cid "C" Roe')
    assert fields == {"city": "Genève\\nVaud"}
    with rejects.open(encoding="utf-8", newline="") as file:
        header, row = csv.reader(file)
    assert header == ["line_number", "reason", "raw"]
    assert row == ["4", "An email address must have an @-sign.", "nobody,Nobody,Basel"]
    assert rejects.stat().st_mode & 0o077 == 0


def test_consent_is_recorded_with_its_line(audience: Audience, csv_file: Write) -> None:
    do_import(audience, csv_file(PEOPLE))
    query = """SELECT c.action, c.source, c.evidence, c.recorded_at FROM consent c
        JOIN subscriber p ON p.id = c.subscriber_id WHERE p.email_key = 'bob@x.org'"""
    evidence = {"file": "people.csv", "line": 3}
    assert audience.rows(query) == [("subscribed", "import", evidence, NOW)]
    assert audience.count("consent") == 3


def test_importing_twice_changes_nothing(audience: Audience, csv_file: Write) -> None:
    path = csv_file(PEOPLE)
    do_import(audience, path)
    before = audience.snapshot()
    result = do_import(audience, path, now=LATER)
    assert result == ImportResult(read=5, unchanged=3, duplicates=1, rejected=1)
    assert audience.snapshot() == before


def test_new_values_are_taken_over_and_empty_cells_erase_nothing(
    audience: Audience, csv_file: Write
) -> None:
    do_import(audience, csv_file(PEOPLE))
    again = csv_file("email,name,city,plan\nann@x.org,,Basel,\nbob@x.org,Rob,,pro\n", "2.csv")
    result = do_import(audience, again, now=LATER)
    assert result == ImportResult(read=2, updated=2)
    assert audience.person("ann@x.org")[1:] == ("Ann Lee", {"city": "Basel"})
    assert audience.person("bob@x.org")[1:] == ("Rob", {"plan": "pro"})
    changed = audience.rows("SELECT updated_at FROM subscriber ORDER BY email_key")
    assert changed == [(LATER,), (LATER,), (NOW,)]
    assert audience.count("consent") == 3


def test_nobody_who_said_no_comes_back(audience: Audience, csv_file: Write) -> None:
    for email in ("gone@x.org", "wait@x.org", "stays@x.org"):
        audience.subscribe(email)
    audience.unsubscribe("gone@x.org")
    with audience.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE subscription SET state = 'pending' FROM subscriber p "
            "WHERE p.id = subscriber_id AND p.email_key = 'wait@x.org'"
        )
        for key in ("bad@x.org", "stays@x.org"):
            suppressions.suppress(
                connection, email_key=key, reason=SuppressionReason.BOUNCE, evidence={}, now=NOW
            )
    before = audience.snapshot()
    path = csv_file("email,name\ngone@x.org,G\nwait@x.org,W\nstays@x.org,S\nBad@x.org,B\n")
    result = do_import(audience, path, now=LATER)
    assert result == ImportResult(read=4, kept_unsubscribed=1, kept_pending=1, suppressed=2)
    assert audience.snapshot() == before


def test_a_person_known_from_another_list_is_added(audience: Audience, csv_file: Write) -> None:
    other = audience.list_named("other")
    do_import(audience, csv_file(people(5)), mailing_list_id=other.id)
    path = csv_file(people(6, city="Basel"), "2.csv")
    result = do_import(audience, path, now=LATER)
    assert result == ImportResult(read=6, added=6)
    assert audience.count("subscriber") == 6
    assert audience.person("p0001@x.org")[2] == {"city": "Basel"}


def test_duplicates_are_found_across_slices(audience: Audience, csv_file: Write) -> None:
    rows = [f"p{number % 7}@x.org,first{number}\n" for number in range(50)]
    result = do_import(audience, csv_file("email,name\n" + "".join(rows)), slice_size=2)
    assert result == ImportResult(read=50, added=7, duplicates=43)
    names = audience.rows("SELECT name FROM subscriber ORDER BY email_key")
    assert names == [(f"first{number}",) for number in range(7)]


@pytest.mark.parametrize("is_second", [False, True])
def test_a_preview_counts_the_same_and_writes_nothing(
    audience: Audience,
    csv_file: Write,
    is_second: bool,  # noqa: FBT001
) -> None:
    if is_second:
        do_import(audience, csv_file("email,city\nann@x.org,Zug\ncid@bücher.example,\n", "1.csv"))
        audience.unsubscribe("cid@xn--bcher-kva.example")
    before = audience.snapshot()
    path = csv_file(PEOPLE)
    foreseen = preview_csv(audience.engine, path, mailing_list_id=audience.weekly.id)
    assert audience.snapshot() == before
    assert not list(path.parent.glob("*reject*"))
    assert foreseen == do_import(audience, path)


def test_a_preview_needs_no_mailing_list(audience: Audience, csv_file: Write) -> None:
    audience.subscribe("ann@x.org")
    result = preview_csv(audience.engine, csv_file(PEOPLE), mailing_list_id=None)
    assert result == ImportResult(read=5, added=3, duplicates=1, rejected=1)


def test_a_crash_leaves_whole_slices_and_the_rerun_ends_the_work(
    audience: Audience, csv_file: Write
) -> None:
    path = csv_file(people(50))

    def crash(step: Progress) -> None:
        if step.phase is Phase.MERGING and step.done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        do_import(audience, path, slice_size=10, progress=crash)
    assert [audience.count(t) for t in ("subscriber", "subscription", "consent")] == [20, 20, 20]
    result = do_import(audience, path, slice_size=10)
    assert result == ImportResult(read=50, added=30, unchanged=20)
    assert [audience.count(t) for t in ("subscriber", "subscription", "consent")] == [50, 50, 50]


def test_concurrent_imports_neither_fail_nor_double(audience: Audience, csv_file: Write) -> None:
    forward = people(400)
    header, *rows = forward.splitlines(keepends=True)
    backward = header + "".join(reversed(rows)).replace("Bern", "Basel")
    paths = [csv_file(text, f"{at}.csv") for at, text in enumerate([forward, backward] * 2)]
    gate = threading.Barrier(len(paths))

    def run(path: Path) -> ImportResult:
        gate.wait()
        return do_import(audience, path, slice_size=50)

    with ThreadPoolExecutor(len(paths)) as pool:
        results = list(pool.map(run, paths))
    assert sum(result.added for result in results) == 400
    assert {audience.count(t) for t in ("subscriber", "subscription", "consent")} == {400}
    with ThreadPoolExecutor(len(paths)) as pool:
        again = list(pool.map(run, paths))
    assert sum(result.added for result in again) == 0


def test_who_unsubscribes_during_an_import_stays_so(audience: Audience, csv_file: Write) -> None:
    path = csv_file(people(60))
    do_import(audience, path)
    changed = csv_file(people(60, city="Basel"), "2.csv")

    def leave(step: Progress) -> None:
        if step.phase is Phase.MERGING and step.done == 20:
            audience.unsubscribe("p0005@x.org")
            audience.unsubscribe("p0055@x.org")

    result = do_import(audience, changed, slice_size=20, progress=leave, now=LATER)
    assert result == ImportResult(read=60, updated=59, kept_unsubscribed=1)
    assert audience.states()["p0005@x.org"] == "unsubscribed"
    assert audience.states()["p0055@x.org"] == "unsubscribed"


def test_progress_is_told_to_the_end(audience: Audience, csv_file: Write) -> None:
    steps: list[Progress] = []
    path = csv_file(people(2500))
    do_import(audience, path, slice_size=1000, progress=steps.append)
    reading = [step for step in steps if step.phase is Phase.READING]
    merging = [step for step in steps if step.phase is Phase.MERGING]
    assert reading[-1] == Progress(Phase.READING, path.stat().st_size, path.stat().st_size, 2500)
    assert [step.done for step in merging] == [1000, 2000, 2500]
    assert {step.total for step in merging} == {2500}


def test_values_of_every_kind_survive(audience: Audience, csv_file: Write) -> None:
    value = 'a\\b\tc "d" \\N \\. {"x": 1} 🙂'
    path = csv_file('email,name,note\na@x.org,"' + value.replace('"', '""') + '","\\N"\n')
    do_import(audience, path)
    assert audience.person("a@x.org")[1] == " ".join(value.split())
    assert audience.person("a@x.org")[2] == {"note": "\\N"}


@pytest.mark.parametrize("content", ["email\n", "email,name\n\n,\n"])
def test_a_file_without_rows_is_fine(audience: Audience, csv_file: Write, content: str) -> None:
    assert do_import(audience, csv_file(content)) == ImportResult()


def test_a_missing_file_is_one_line(audience: Audience, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match=r"gone\.csv: no such file or directory"):
        do_import(audience, tmp_path / "gone.csv")


def test_an_old_reject_file_is_replaced(
    audience: Audience, csv_file: Write, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects.csv"
    do_import(audience, csv_file(people(2)), rejects=kept_in(rejects))
    assert not rejects.exists()
    rejects.write_text("old")
    do_import(audience, csv_file(people(2)), rejects=kept_in(rejects))
    assert rejects.read_text().split() == ["line_number,reason,raw"]


def test_a_failed_import_leaves_no_reject_file(
    audience: Audience, csv_file: Write, tmp_path: Path
) -> None:
    def crash(_: Progress) -> None:
        raise KeyboardInterrupt

    path = csv_file(PEOPLE)
    with pytest.raises(KeyboardInterrupt):
        do_import(audience, path, rejects=kept_in(tmp_path / "rejects.csv"), progress=crash)
    assert [found.name for found in tmp_path.iterdir()] == [path.name]
    assert audience.count("subscriber") == 0


def test_rejected_rows_come_back_as_they_were(audience: Audience, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    path = tmp_path / "raw.csv"
    path.write_bytes(
        "email,name\nJürg Été,ok\n=cmd|x,y\n".encode() + b"\xff@x.org,\x00\n" + b'"a\n'
    )
    result = do_import(audience, path, rejects=kept_in(rejects))
    assert result.rejected == 4
    assert "UTF-8" in result.note
    with rejects.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    raws = [row["raw"] for row in rows]
    assert raws == ["Jürg Été,ok", "'=cmd|x,y", "\\udcff@x.org,\\x00", '"a']
    assert [row["line_number"] for row in rows] == ["2", "3", "4", "5"]


def test_a_result_is_json(audience: Audience, csv_file: Write) -> None:
    data = asdict(do_import(audience, csv_file(people(1))))
    assert json.loads(json.dumps(data))["added"] == 1


def test_a_slice_does_not_read_all_subscribers(audience: Audience, csv_file: Write) -> None:
    path = csv_file(people(3000))
    do_import(audience, path)
    with audience.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")
    audience.engine.dispose()
    whole, by_index = _whole_reads(audience), _index_reads(audience)
    do_import(audience, path, slice_size=50)
    deadline = time.monotonic() + 5
    while _index_reads(audience) < by_index + 3000 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _index_reads(audience) >= by_index + 3000
    assert _whole_reads(audience) - whole < 10


def _whole_reads(audience: Audience) -> int:
    query = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'subscriber'"
    return int(audience.rows(query)[0][0])


def _index_reads(audience: Audience) -> int:
    query = """SELECT idx_scan FROM pg_stat_user_indexes
        WHERE indexrelname = 'uq_subscriber_email_key'"""
    return int(audience.rows(query)[0][0])
