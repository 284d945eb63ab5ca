"""The whole system: worker processes, ledger and provider, into a sink that only accepts.

Prints JSON. `smtp`: messages a second into Postfix's `smtp-sink`, with `smtp-source -d` into the
same sink before and after, and the ratio. `sendgrid`: recipients a second into an HTTP server
that only accepts. Both with the peak memory of a worker process.

Usage: python benchmarks/delivery.py [--recipients N] [--workers N]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "helpers"), str(ROOT / "benchmarks")]

import psutil
from ledger_kit import Ledger, compiled_issue
from needs import SEARCH, lack_of_postfix
from sendgrid_api import issue as sendgrid_issue
from smtp import issue as smtp_issue
from smtp import send_theirs, sink

from mailer.bootstrap import App, open_app
from mailer.cli.run.processes import child_environment, stop, worker_command
from mailer.config import fill_template
from mailer.sending import planning, reporting
from subscribers.audience import Audience

KEY = "SG.benchmark"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    figures: dict[str, object] = {"benchmark": "delivery", **vars(options)}
    figures["smtp"] = _smtp(options.recipients, options.workers)
    figures["sendgrid"] = _sendgrid(options.recipients, options.workers)
    print(json.dumps(figures))


def _smtp(count: int, workers: int) -> dict[str, object]:
    if reason := lack_of_postfix():
        sys.stderr.write(f"SMTP is left out: {reason}\n")
        return {"left_out": reason}
    source = shutil.which("smtp-source", path=SEARCH) or "smtp-source"
    with sink() as port, _workspace({"provider": "smtp", "smtp.port": port}) as app:
        before = send_theirs(source, port, workers, count)
        figures = _deliver(app, count, workers, compiled=smtp_issue())
        after = send_theirs(source, port, workers, count)
    theirs = (before + after) / 2
    ratio = round(float(str(figures["recipients_a_second"])) / theirs, 2)
    return {**figures, "smtp_source_messages_a_second": round(theirs), "ratio": ratio}


def _sendgrid(count: int, workers: int) -> dict[str, object]:
    with _api() as port:
        settings = {
            "provider": "sendgrid",
            "sendgrid.api_key": KEY,
            "sendgrid.base_url": f"http://127.0.0.1:{port}",
        }
        with _workspace(settings) as app:
            return _deliver(app, count, workers, compiled=sendgrid_issue())


def _deliver(app: App, count: int, workers: int, *, compiled: object) -> dict[str, object]:
    ledger = Ledger(app.engine, app.journal_directory)
    readers = ledger.subscribe(count)
    process = subprocess.Popen(
        worker_command(app.settings, concurrency=workers),
        env=child_environment(app.settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not app.celery.control.ping(timeout=0.5):
            pass
        with _peak_memory(process.pid) as peak:
            seconds = _send(app, readers, compiled)
    finally:
        stop(process)
    return {"recipients_a_second": round(count / seconds), "peak_mib_a_worker": round(peak[0])}


def _send(app: App, readers: int, compiled: object) -> float:
    began = time.perf_counter()
    send_id = planning.start_send(
        app.engine,
        compiled or compiled_issue(),  # type: ignore[arg-type]
        audience=Audience.of_list(readers),
        provider=app.provider.name,
    )
    planning.plan(app.engine, send_id, batch_size=app.batch_size)
    planning.tell_workers(app.engine, app.hints, silence_seconds=30, most=10_000)
    while reporting.report(app.engine, send_id).summary.state != "sent":
        time.sleep(0.2)
    seconds = time.perf_counter() - began
    assert reporting.report(app.engine, send_id).books.is_clean
    return seconds


@contextmanager
def _peak_memory(pid: int) -> Iterator[list[float]]:
    peak, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            for child in psutil.Process(pid).children():
                peak[0] = max(peak[0], child.memory_info().rss / 2**20)

    thread = threading.Thread(target=look)
    thread.start()
    yield peak
    over.set()
    thread.join()


@contextmanager
def _workspace(settings: dict[str, str | int]) -> Iterator[App]:
    for name in [
        name for name in os.environ if name.startswith(("MAILER_", "DATABASE_", "REDIS_"))
    ]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="mailer-bench-") as folder:
        defaults = {"sender.email": "news@example.com", "sender.postal_address": "1 Street"}
        text = fill_template({**defaults, **settings})
        (Path(folder) / "mailer.toml").write_text(text)
        with open_app(Path(folder)) as app:
            yield app
        if app.lease is not None:
            app.lease.stop_if_last()


@contextmanager
def _api() -> Iterator[int]:
    fake = ROOT / "tests" / "contract" / "fakes" / "sendgrid.py"
    command = [sys.executable, str(fake), "--sink", "--key", KEY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
