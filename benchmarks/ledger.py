"""The ledger's own speed: planning, delivering with all its book-keeping, memory of a worker.

Prints JSON. `planning`: rows a second beside a bare INSERT of as many rows into a table without
index. `delivering`: recipients a second of one worker process through claim, window, journal and
record, into a provider that takes all and does nothing, beside the same provider without ledger.
`python benchmarks/ledger.py [RECIPIENTS]`, 100,000 by default.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "tests" / "helpers")]

from ledger_kit import Ledger, compiled_issue

from mailer.database.engine import make_engine
from mailer.database.migrate import upgrade
from mailer.message.compiled import CompiledIssue, MailingIdentity, Recipient
from mailer.message.mime import MimeTemplate
from mailer.platform.clock import utcnow
from mailer.platform.embedded import acquire
from mailer.providers.outcome import Journal, Outcome
from mailer.states import DeliveryState

RECIPIENTS = 100_000


class Taker:
    """Takes every message and does nothing with it; singly as SMTP, or a window as SendGrid."""

    name = "taker"
    connection_count = 4

    def __init__(self, *, commits_singly: bool) -> None:
        self.commits_singly = commits_singly
        self.window_size = 500 if commits_singly else 1_000

    def connect(self, compiled: CompiledIssue, identity: MailingIdentity) -> "TakerLine":
        return TakerLine(MimeTemplate(compiled, identity), singly=self.commits_singly)

    def check(self) -> str:
        return ""


class TakerLine:
    def __init__(self, template: MimeTemplate, *, singly: bool) -> None:
        self._template, self._singly = template, singly

    def hand_over(self, recipients: Sequence[Recipient], *, journal: Journal) -> list[Outcome]:
        if not self._singly:
            journal.begin([one.delivery_id for one in recipients])
            outcomes = [_accepted(one) for one in recipients]
            journal.end(outcomes)
            return outcomes
        now, outcomes = utcnow(), []
        for one in recipients:
            self._template.bind(one, date=now)
            journal.begin([one.delivery_id])
            outcomes.append(_accepted(one))
            journal.end(outcomes[-1:])
        return outcomes

    def close(self) -> None:
        pass


def _accepted(recipient: Recipient) -> Outcome:
    return Outcome(recipient.delivery_id, DeliveryState.ACCEPTED, receipt="250 taken")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else RECIPIENTS
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/tmp")))
        engine = stack.enter_context(_database(folder))
        print(json.dumps(_measure(engine, folder, count), indent=2))


def _measure(engine: Engine, folder: Path, count: int) -> dict[str, object]:
    ledger = Ledger(engine, folder / "journal", batch_size=1_000)
    readers = ledger.subscribe(count)
    bare = _rate(count, lambda: _bare_insert(ledger, count))
    planning = _rate(count, lambda: ledger.plan(readers, provider=Taker.name))
    figures: dict[str, object] = {
        "recipients": count,
        "planning_rows_a_second": round(planning),
        "bare_insert_rows_a_second": round(bare),
        "planning_ratio": round(planning / bare, 3),
        "peak_mib_before_delivering": _peak_mib(),
    }
    for name, singly in (("by_window", False), ("singly", True)):
        if singly:
            ledger.plan(readers, slug="second", provider=Taker.name)
        with_ledger = _rate(count, lambda s=singly: ledger.deliver_all(Taker(commits_singly=s)))
        without = _rate(count, lambda s=singly: _without_ledger(s, count))
        figures[f"delivered_a_second_{name}"] = round(with_ledger)
        figures[f"without_ledger_a_second_{name}"] = round(without)
        figures[f"peak_mib_after_{name}"] = _peak_mib()
    return figures


class _NoJournal:
    def begin(self, delivery_ids: Sequence[int]) -> None:
        pass

    def end(self, outcomes: Sequence[Outcome]) -> None:
        pass


def _without_ledger(singly: bool, count: int) -> None:
    identity = MailingIdentity("weekly", "Weekly", "example.com", 1)
    line = Taker(commits_singly=singly).connect(compiled_issue(), identity)
    recipients = [
        Recipient(number, f"r{number}@example.com", "", f"{number}@example.com", "https://e.com/u")
        for number in range(1_000)
    ]
    for _ in range(count // 1_000):
        line.hand_over(recipients, journal=_NoJournal())


def _bare_insert(ledger: Ledger, count: int) -> None:
    ledger.run("CREATE TABLE bare AS SELECT * FROM delivery WHERE false")
    ledger.run(
        "INSERT INTO bare (issue_id, subscriber_id, send_id, batch_id, state)"
        " SELECT 1, n, 1, n / 1000, 'pending' FROM generate_series(1, CAST(:n AS int)) n",
        n=count,
    )


def _rate(count: int, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def _peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@contextmanager
def _database(folder: Path) -> Iterator[Engine]:
    folder.chmod(0o755)
    with acquire(folder / "servers") as lease:
        engine = make_engine(lease.database_url)
        upgrade(engine)
        with engine.begin() as connection:
            connection.execute(text("ANALYZE"))
        yield engine
        engine.dispose()
        lease.stop_if_last()


if __name__ == "__main__":
    main()
