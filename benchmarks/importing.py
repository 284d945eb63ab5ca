"""Import speed: rows a second into a real PostgreSQL, beside a bare COPY of the same file.

Prints JSON. Works in a fresh database that it drops again, on the server of DATABASE_URL or, when
unset, on one from the wheel. `python benchmarks/importing.py [ROWS]`, 200,000 by default.
"""

import json
import math
import os
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import URL, Engine, create_engine, make_url, text

from mailer.database.engine import make_engine
from mailer.database.migrate import upgrade
from mailer.platform.clock import utcnow
from mailer.platform.embedded import acquire
from subscribers.importing.rows import CsvRows
from subscribers.importing.run import ImportResult, import_csv
from subscribers.lists import mailing_lists

if TYPE_CHECKING:
    import psycopg

ROWS = 200_000
_BLOCK_BYTES = 1 << 16


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/tmp")))
        url = _server(stack, folder)
        engine = stack.enter_context(_database(url))
        path = _write_people(folder / "people.csv", count)
        print(json.dumps(_measure(engine, path, count), indent=2))


def _measure(engine: Engine, path: Path, count: int) -> dict[str, Any]:
    with engine.begin() as connection:
        weekly = mailing_lists.create_mailing_list(connection, slug="weekly", name="", now=utcnow())

    def run() -> ImportResult:
        return import_csv(engine, path, mailing_list_id=weekly.id, now=utcnow())

    before = _peak_mebibytes()
    parse_seconds, _ = _timed(lambda: _parse(path))
    copy_seconds, _ = _timed(lambda: _bare_copy(engine, path))
    first_seconds, first = _timed(run)
    again_seconds, again = _timed(run)
    assert (first.added, again.unchanged) == (count, count)
    return {
        "benchmark": "importing",
        "rows": count,
        "import_rows_per_second": round(count / first_seconds),
        "reimport_rows_per_second": round(count / again_seconds),
        "parse_rows_per_second": round(count / parse_seconds),
        "bare_copy_rows_per_second": round(count / copy_seconds),
        "import_to_bare_copy_ratio": round(copy_seconds / first_seconds, 4),
        "peak_memory_mib": round(_peak_mebibytes(), 1),
        "peak_memory_grown_mib": round(_peak_mebibytes() - before, 1),
    }


def _timed(work: Callable[[], ImportResult | None]) -> tuple[float, ImportResult]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result or ImportResult()


def _peak_mebibytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _write_people(path: Path, count: int) -> Path:
    """Write `count` people in no order, a sixth of them outside ASCII."""
    step = next(step for step in range(7_368_787, 2**31) if math.gcd(step, count) == 1)
    names = ("Ann Lee", "Bob Roe", "Jürg Été", "Cid Poe", "Dan Fay", "Eve Kay")
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name,city,plan\n")
        for place in range(count):
            number = place * step % count
            name = names[number % len(names)]
            file.write(f'reader.{number}@mail{number % 300}.example.com,{name},"Bern, CH",pro\n')
    return path


def _parse(path: Path) -> None:
    with path.open("rb") as file:
        for _ in CsvRows(file, path):
            pass


def _bare_copy(engine: Engine, path: Path) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE bare (email text, name text, city text, plan text)"))
        cursor = cast("psycopg.Cursor", connection.connection.cursor())
        with path.open("rb") as file, cursor.copy("COPY bare FROM STDIN (FORMAT csv)") as copy:
            while block := file.read(_BLOCK_BYTES):
                copy.write(block)


def _server(stack: ExitStack, folder: Path) -> URL:
    if url := os.environ.get("DATABASE_URL"):
        return make_url(url).set(drivername="postgresql+psycopg")
    lease = stack.enter_context(acquire(folder))
    stack.callback(lease.stop_if_last)
    return make_url(lease.database_url)


@contextmanager
def _database(url: URL) -> Iterator[Engine]:
    name = f"bench_{uuid.uuid4().hex[:12]}"
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
        engine = make_engine(url.set(database=name).render_as_string(hide_password=False))
        try:
            upgrade(engine)
            yield engine
        finally:
            engine.dispose()
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


if __name__ == "__main__":
    main()
