"""`mailer issue test`: a real message to a few addresses, which nothing remembers."""

import re
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from mailer.cli.advice import given_by, told
from mailer.cli.issue.notes import tell_of
from mailer.cli.options import IssueFile, Json
from mailer.cli.shared import ExitCode, console, fail, print_json, told_parts, warn
from mailer.cli.stopping import when_stopped
from mailer.errors import ProviderError, RenderError
from subscribers.errors import InvalidAddressError

if TYPE_CHECKING:
    from mailer.bootstrap import App
    from mailer.composing.readers import Reader
    from mailer.composing.trial.trial import Answer
    from mailer.message.compiled import CompiledIssue
    from subscribers.people.address import Address

_VALUE = re.compile(r"(?P<field>[a-z][a-z0-9_]*)=(?P<value>.*)", re.DOTALL)
_COLOURS = {"accepted": "green", "unknown": "yellow", "deferred": "yellow"}


_To = Annotated[
    list[str],
    typer.Option("--to", metavar="ADDRESS", help="Recipient; may be repeated, up to 10 times."),
]
_ShownAs = Annotated[
    str,
    typer.Option("--as", metavar="EMAIL", help="Use this subscriber's values; defaults otherwise."),
]
_Values = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="FIELD=VALUE", help="A merge value; overrides --as."),
]
_Banner = Annotated[
    bool, typer.Option("--banner/--no-banner", help="Mark it as a test at the top.")
]


def send_test(
    file: IssueFile,
    to: _To,
    shown_as: _ShownAs = "",
    values: _Values = None,
    banner: _Banner = True,
    as_json: Json = False,
) -> int:
    """Send an issue to yourself and a few others, as a subscriber would get it.

    Its links work but change nothing; no send is recorded. Exits with 1 if an address was not sent
    to.

    Examples:
      mailer issue test week-41.md --to me@example.org

      mailer issue test week-41.md --to me@example.org --as ada@example.org

      mailer issue test week-41.md --to me@example.org --set city=London --no-banner
    """
    from mailer.bootstrap import open_app
    from mailer.composing.compiling import compile_draft, read_draft
    from mailer.composing.readers import SAMPLE, find_reader
    from mailer.composing.trial import trial

    overrides = _values(values or [])
    with given_by("--to"):
        addresses = trial.parse_addresses(to)
    if len(addresses) > trial.MOST_ADDRESSES:
        raise RenderError(
            f"{len(addresses)} addresses are too many for a test, which goes to at most "
            f"{trial.MOST_ADDRESSES}: use mailer send"
        )
    draft = read_draft(file)
    with open_app() as app:
        compilation = compile_draft(draft, app.settings)
        compiled = compilation.compiled
        app.settings.require_sendable()
        with given_by("--as", InvalidAddressError):
            reader = find_reader(app.engine, shown_as) if shown_as else SAMPLE
        reader = reader.with_values(overrides)
        _warn_of_values(compiled, reader, overrides)
        try:
            answers = _send(
                app, compiled, addresses, reader, list_slug=draft.mailing_list, has_banner=banner
            )
        except ProviderError as error:
            return fail(f"the test was not sent: {told(error)}", ExitCode.CONFIGURATION)
        facts = _facts(app, compiled, reader, answers)
        tell_of(compilation, size_bytes=facts["bytes"]["html"])
    if as_json:
        print_json(facts)
    else:
        _show(facts)
    return ExitCode.OK if all(one.is_accepted for one in answers) else ExitCode.FAILED


def _values(texts: Sequence[str]) -> dict[str, str]:
    from mailer.message.compiled import SYSTEM_FIELDS

    found = {}
    for text in texts:
        match = _VALUE.fullmatch(text)
        if not match:
            raise RenderError(
                f"--set {text!r}: write FIELD=VALUE, the field in small letters, digits and "
                "underscores"
            )
        if match["field"] in SYSTEM_FIELDS:
            raise RenderError(
                f"--set {match['field']}: each message has its own; --as takes a subscriber"
            )
        found[match["field"]] = match["value"]
    return found


def _send(
    app: "App",
    compiled: "CompiledIssue",
    addresses: "Sequence[Address]",
    reader: "Reader",
    *,
    list_slug: str,
    has_banner: bool,
) -> "list[Answer]":
    from mailer.composing.trial.trial import TrialSender

    sender = TrialSender(
        engine=app.engine,
        provider=app.provider,
        signer=app.signer,
        settings=app.settings,
        new_id=lambda: secrets.token_hex(12),
    )
    with when_stopped("some of the addresses may have it; nothing else was changed"):
        return sender.send(
            compiled, addresses, reader=reader, list_slug=list_slug, has_banner=has_banner
        )


def _warn_of_values(compiled: "CompiledIssue", reader: "Reader", overrides: dict[str, str]) -> None:
    from mailer.composing.trial.message import fields_left_empty

    for field in fields_left_empty(compiled, reader.merge_values):
        warn(f"{{{{ {field} }}}} has neither value nor default: it is empty in this test")
    conditions = " ".join(compiled.conditions)
    for field in overrides:
        if field not in compiled.fields and not re.search(rf"\b{field}\b", conditions):
            warn(f"--set {field}: the issue has no {{{{ {field} }}}}")


def _facts(
    app: "App", compiled: "CompiledIssue", reader: "Reader", answers: "Sequence[Answer]"
) -> dict[str, Any]:
    from mailer.composing.building import describe
    from mailer.composing.sample import sample_message
    from mailer.composing.trial.message import SUBJECT_MARK, as_read

    read = as_read(compiled, email=reader.email, fields=reader.merge_values)
    described = describe(read, sample_message(read, app.settings, fields=reader.merge_values))
    return {
        "subject": SUBJECT_MARK + described["subject"],
        "slug": compiled.slug,
        "provider": app.provider.name,
        "as": reader.email or None,
        "conditions": list(compiled.conditions),
        "shown_for": list(compiled.shown_to(reader.merge_values)),
        "bytes": described["bytes"],
        "results": [
            {"email": one.email, "state": one.state, "detail": one.detail} for one in answers
        ],
    }


def _show(facts: dict[str, Any]) -> None:
    filled = f"as {facts['as']}" if facts["as"] else "with defaults"
    console.print(
        f"test of [bold]{escape(facts['slug'])}[/] through {facts['provider']}, {escape(filled)}"
    )
    console.print(f"  {escape(facts['subject'])}", style="dim")
    if facts["conditions"]:
        console.print(f"  {escape(told_parts(facts['shown_for']))}", style="dim")
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for one in facts["results"]:
        colour = _COLOURS.get(one["state"], "red")
        table.add_row(f"  [{colour}]{one['state']}[/]", escape(one["email"]), escape(one["detail"]))
    console.print(table)
