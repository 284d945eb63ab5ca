"""The Celery app: `celery -A worker worker` (or `mailer worker`, which sets it up well).

Tasks are thin: ids in, one service call out. What they say may be late, doubled or lost; the
ledger decides what is done. Nobody imports this module.
"""

import atexit
import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from typing import Any

from celery import bootsteps, signals
from celery.exceptions import WorkerShutdown
from celery.platforms import SecurityWarning
from kombu.exceptions import OperationalError

from mailer.bootstrap import App, open_app
from mailer.errors import MailerError
from mailer.feedback.applying import apply_unapplied
from mailer.platform.broker import DELIVER, SWEEP
from mailer.platform.clock import utcnow
from mailer.platform.logs import configure_logging
from mailer.platform.terminal import clean
from mailer.sending.courier import Courier
from mailer.sending.ledger.journal import check_directory
from mailer.sending.sweeping import sweep as sweep_once

SWEEP_EVERY_SECONDS = 2.0
PARTING_SECONDS = 5.0
"""For telling the broker goodbye, once nothing is in flight."""
CONFIGURATION = 3
"""The exit code of `mailer` for wrong settings."""


PAUSE_SECONDS = 2.0
"""Before a worker starts again after a fault."""

PR_SET_PDEATHSIG = 1
"""Source: prctl(2), Linux."""


def _end_with_parent() -> None:
    """Have the kernel tell us to stop when the command that started us dies, however it dies."""
    if sys.platform == "linux" and os.environ.get("MAILER_ENDS_WITH_PARENT"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _open() -> App:
    """Return this worker's parts, with the schema in place; what is wrong ends it with a line."""
    try:
        container = _stack.enter_context(open_app())
        container.provider  # noqa: B018 - a wrong setting shows before any work is taken
        container.check_keys()
        if container.settings.delivery.pace:
            container.require_pace()
        check_directory(container.journal_directory)
    except MailerError as error:
        from mailer.cli.advice import told  # noqa: PLC0415 - half a second for one line

        sys.stderr.write(f"error: {clean(' '.join(told(error).split()))}\n")
        raise SystemExit(CONFIGURATION) from None
    container.engine.dispose()  # connections do not survive a fork
    return container


def _begin_anew() -> None:
    """Start again in place if a fault of the broker's client ended this worker.

    Celery outlives a broker that is away, and ends at what it takes for a fault of its own: at an
    odd answer of Redis, or at a connection that breaks in the wrong moment.
    """
    if not _faults:
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    time.sleep(PAUSE_SECONDS)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - as we were started


_end_with_parent()
_faults: list[str] = []
"""What ended this worker, once it was ready, without anybody telling it to."""

atexit.register(_begin_anew)  # what is registered first is called last
_stack = ExitStack()
atexit.register(_stack.close)
_container = _open()
_stopping = multiprocessing.get_context("fork").Event()
_running = multiprocessing.get_context("fork").Value("i", 0)
"""Tasks that children are at."""
_pools: list[Any] = []
_told: list[str] = []
"""How this worker was told to stop, each time."""
_is_ready = threading.Event()
"""Set once the broker has answered; before, nothing can be in flight."""

# It warns root of pickled tasks; ours are JSON, and nothing else is taken.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = _container.celery


@cache
def _parts(_pid: int) -> tuple[App, Courier]:
    """Return this process's own parts."""
    parts = App(_container.settings, _container.database_url, _container.broker_url)
    return parts, parts.courier()


@contextmanager
def _counted() -> Iterator[None]:
    """Count a task among those that run, in whichever child."""
    with _running.get_lock():
        _running.value += 1
    try:
        yield
    finally:
        with _running.get_lock():
            _running.value -= 1


@app.task(name=DELIVER)  # type: ignore[untyped-decorator]
@_counted()
def deliver(batch_id: int) -> None:
    """Deliver a batch; returns at once where somebody else has it."""
    _, courier = _parts(os.getpid())
    courier.deliver(batch_id, is_stopping=_stopping.is_set)


@app.task(name=SWEEP)  # type: ignore[untyped-decorator]
@_counted()
def sweep() -> None:
    """Do one round of the sweep."""
    parts, _ = _parts(os.getpid())
    sweep_once(parts.engine, parts.hints, parts.sweep_rules, now=utcnow())
    apply_unapplied(parts.engine, now=utcnow())


class SweepTimer(bootsteps.StartStopStep):  # type: ignore[misc]
    """Asks for a sweep every two seconds. Each worker does; a sweep defends itself."""

    requires = ("celery.worker.components:Timer",)

    def start(self, worker: Any) -> None:  # noqa: ANN401 - Celery's own, untyped
        """Begin to ask."""
        worker.timer.call_repeatedly(SWEEP_EVERY_SECONDS, _ask_for_sweep)


def _ask_for_sweep() -> None:
    try:
        _container.hints.sweep()
    except OperationalError:
        return  # the broker is away; the worker itself says so


app.steps["worker"].add(SweepTimer)


class CleanExit(bootsteps.StartStopStep):  # type: ignore[misc]
    """Ends with 0 when what was in flight is finished, after Ctrl-C too; Celery would say 1.

    An end that nobody asked for is none: see `_begin_anew`.
    """

    def stop(self, worker: Any) -> None:  # noqa: ANN401 - as above
        """Say how it went."""
        if _told == ["Warm"]:
            worker.exitcode = 0
        elif not _told and _is_ready.is_set():
            _faults.append("fault")


app.steps["worker"].add(CleanExit)


class EndInTime(bootsteps.StartStopStep):  # type: ignore[misc]
    """Knows the children of a worker whose broker may not let it go, see `_end_in_time`."""

    requires = ("celery.worker.components:Pool",)

    def start(self, worker: Any) -> None:  # noqa: ANN401 - as above
        """Remember them."""
        _pools.append(worker.pool)


app.steps["worker"].add(EndInTime)


def _end_in_time() -> None:
    """End a worker that has nothing in flight.

    A silent Redis holds Celery in one read after another, of half a minute each.
    """
    idle_since = time.monotonic()
    while time.monotonic() < idle_since + PARTING_SECONDS:
        time.sleep(0.1)
        if _running.value:
            idle_since = time.monotonic()
    for child in [child for pool in _pools for child in pool.info["processes"]]:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    os._exit(0)


@signals.worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _tell_children(how: str = "", **_: object) -> None:
    """Stop what is in flight at its next window; wait for no broker that has never answered."""
    _told.append(how)
    _stopping.set()
    threading.Thread(target=_end_in_time, daemon=True).start()
    if not _is_ready.is_set():
        raise WorkerShutdown(0)


@signals.worker_process_init.connect  # type: ignore[untyped-decorator]
def _leave_the_end_to_the_parent(**_: object) -> None:
    """A terminal that closes tells children, too; what is in flight would be lost sight of."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


@signals.worker_ready.connect  # type: ignore[untyped-decorator]
def _end_with_the_terminal(**_: object) -> None:
    """Finish what is in flight when the terminal closes; without one, Celery starts anew."""
    _is_ready.set()
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, _hang_up)


def _hang_up(*_: object) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(nowhere, descriptor)  # nobody sees it, and writing would fail
    os.kill(os.getpid(), signal.SIGTERM)


@signals.setup_logging.connect  # type: ignore[untyped-decorator]
def _log_our_way(**_: object) -> None:
    configure_logging()
    for chatty in ("celery.worker.strategy", "celery.app.trace"):  # two lines for every sweep
        logging.getLogger(chatty).setLevel(logging.WARNING)
