"""The steps of `mailer demo`: each does one part of the job as a user would."""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec
from rich.markup import escape

from mailer.bootstrap import App
from mailer.cli.demo.outside import one_click_url, post, signed_headers
from mailer.cli.run.processes import start_worker, stop
from mailer.cli.sends.watching import exit_code, show_report, watch
from mailer.cli.shared import ExitCode, console
from mailer.cli.subscriber.import_progress import import_bar
from mailer.composing.compiling import compile_draft, read_draft
from mailer.errors import SendStateError
from mailer.platform.clock import utcnow
from mailer.platform.files import PRIVATE, writing_text
from mailer.platform.resources import resource_dir
from mailer.sending import planning, reporting, sweeping
from mailer.sending.starting import start
from mailer.states import DeliveryState
from mailer.web.inbox.server import InboxServer
from subscribers.audience import Audience
from subscribers.importing.rejects import RejectFile
from subscribers.importing.run import import_csv
from subscribers.lists import mailing_lists
from subscribers.lists.mailing_lists import MailingList

if TYPE_CHECKING:
    from mailer.message.compiled import CompiledIssue
    from mailer.sending.reporting import SendReport
    from mailer.web.inbox.store import StoredMessage

LIST_SLUG = "readers"
EVENT_WAIT_SECONDS = 15


@dataclass
class Demo:
    """A running demo.

    Attributes:
        app: the workspace's parts.
        inbox: the SMTP server that takes all mail.
        base_url: of the web app.
        key: signs events as the provider would.
    """

    app: App
    inbox: InboxServer
    base_url: str
    key: ec.EllipticCurvePrivateKey
    _compiled: "CompiledIssue | None" = None
    _mailing_list: MailingList | None = None
    _send_id: int = 0
    _people: list["StoredMessage"] = field(default_factory=list)

    def compile(self) -> None:
        """Compile the sample issue."""
        draft = read_draft(resource_dir("examples") / "issue.md")
        began = time.monotonic()
        self._compiled = compile_draft(draft, self.app.settings).compiled
        took = (time.monotonic() - began) * 1000
        issue = draft.issue
        done(
            f"compiled [bold]{escape(draft.path.name)}[/]: {len(issue.sections)} sections, "
            f"{len(issue.items)} items, {len(self._compiled.html.encode()):,} B, {took:.0f} ms"
        )

    def import_subscribers(self) -> None:
        """Create the list and import the sample file, its bad lines and all."""
        source = resource_dir("examples") / "subscribers.csv"
        rejects = self.app.settings.workspace / "rejected.csv"
        with self.app.engine.begin() as connection:
            self._mailing_list = mailing_lists.create_mailing_list(
                connection, slug=LIST_SLUG, name="Readers", now=utcnow()
            )
        with import_bar() as progress:
            result = import_csv(
                self.app.engine,
                source,
                mailing_list_id=self._mailing_list.id,
                now=utcnow(),
                rejects=RejectFile(rejects, writing=partial(writing_text, mode=PRIVATE)),
                progress=progress,
            )
        done(
            f"imported [bold]{result.added:,}[/] of {result.read:,} rows: "
            f"{result.duplicates} duplicates, {result.rejected} rejected with line and reason"
        )

    def send(self) -> None:
        """Send to the list through workers in their own processes."""
        self._send_id = self._start_send()
        process = start_worker(self.app.settings)
        try:
            found = watch(self.app.engine, self._send_id, still=lambda: process.poll() is None)
        finally:
            stop(process)
        summary = found.summary
        seconds = ((summary.finished_at or utcnow()) - summary.created_at).total_seconds()
        done(
            f"sent to [bold]{found.books.accepted:,}[/] over SMTP in {seconds:.1f} s; "
            f"the inbox holds {len(self.inbox.store):,} messages"
        )
        self._people = self.inbox.store.search()[:3]

    def unsubscribe(self) -> None:
        """One reader's mail program unsubscribes with one click."""
        leaver = self._people[0]
        url = one_click_url(self.inbox.store.raw(leaver.id))
        body = b"List-Unsubscribe=One-Click"
        with post(url, body, "application/x-www-form-urlencoded") as answer:
            status = answer.status
        done(f"{escape(leaver.recipients[0])} unsubscribed with one click (HTTP {status})")

    def report_events(self) -> None:
        """The provider reports a bounce and a complaint, signed."""
        bounced, complained = self._people[1], self._people[2]
        told = [
            {"event": "bounce", "type": "bounce", "reason": "550 5.1.1 no such user"},
            {"event": "spamreport"},
        ]
        events = [
            {
                **what,
                "email": who.recipients[0],
                "delivery_id": str(self._delivery_id(who)),
                "timestamp": int(time.time()),
                "sg_event_id": secrets.token_urlsafe(16),
            }
            for what, who in zip(told, (bounced, complained), strict=True)
        ]
        body = json.dumps(events).encode()
        webhook = f"{self.base_url}/webhooks/sendgrid"
        for _ in range(2):  # providers tell everything more than once
            with post(webhook, body, "application/json", signed_headers(self.key, body)):
                pass
        _wait_until(self._events_are_applied, "the provider's events were not applied")
        done(
            f"the provider reported a bounce ({escape(bounced.recipients[0])}) and a complaint "
            f"({escape(complained.recipients[0])}), each twice"
        )

    def send_again(self) -> None:
        """Send the same issue to the same list once more: nobody gets a second copy."""
        before = len(self.inbox.store)
        again = self._start_send()
        sweeping.sweep(self.app.engine, self.app.hints, self.app.sweep_rules, now=utcnow())
        planned = reporting.report(self.app.engine, again).books.intended
        after = len(self.inbox.store)
        done(f"sent the same issue again: {planned} intended, {after - before} second copies")

    def show_books(self) -> ExitCode:
        """Print the balanced books; FAILED where they are not what they should be."""
        console.print()
        found = self._report()
        show_report(found)
        is_whole = found.books.accepted == len(self.inbox.store)
        return exit_code(found) if is_whole else ExitCode.FAILED

    def show_addresses(self, *, is_serving: bool) -> None:
        """Print where everything can be looked at."""
        slug = self._compiled.slug if self._compiled else ""
        reader = self.inbox.store.search()[-1]
        pages = {
            "the issue": f"{self.base_url}/archive/{slug}",
            "the inbox": f"{self.base_url}/inbox/",
            "unsubscribe": one_click_url(self.inbox.store.raw(reader.id)),
        }
        console.print()
        for name, url in pages.items():
            console.print(f"  {name:<12} {url}", soft_wrap=True)
        if not is_serving:
            console.print("  (served while `mailer demo` runs on a terminal)", style="dim")

    def _start_send(self) -> int:
        if self._compiled is None or self._mailing_list is None:
            raise SendStateError("compile and import first")
        app = self.app
        send_id = planning.start_send(
            app.engine,
            self._compiled,
            audience=Audience.of_list(self._mailing_list.id),
            provider=app.provider.name,
        )
        start(app.engine, app.hints, send_id, batch_size=app.batch_size)
        return send_id

    def _report(self) -> "SendReport":
        return reporting.report(self.app.engine, self._send_id)

    def _delivery_id(self, message: "StoredMessage") -> int:
        slug = self._compiled.slug if self._compiled else None
        found = reporting.explain(self.app.engine, message.recipients[0], issue_slug=slug)
        return found.stories[0].delivery.id

    def _events_are_applied(self) -> bool:
        states = self._report().books.states
        return {DeliveryState.BOUNCED, DeliveryState.COMPLAINED} <= states.keys()


def _wait_until(is_so: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + EVENT_WAIT_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise SendStateError(complaint)
        time.sleep(0.1)


def done(line: str) -> None:
    """Say what a step has done."""
    console.print(f"[green]✓[/] {line}", soft_wrap=True)
