"""Proposing a send, and approving it.

1. take an issue that was read and compiled once, and an audience;
2. check that the workspace can send, count who would be reached, and lint what would go out;
3. show the proposal to whoever decides;
4. approved, it is recorded, and planning begins: the same bytes, whatever became of the file. An
   unfinished send of the same bytes to the same audience goes on instead.
"""

import datetime as dt

from sqlalchemy import Engine

from mailer.composing.compiling import Compilation
from mailer.composing.linting.report import LintReport
from mailer.config import Settings
from mailer.providers.base import Provider
from mailer.sending import planning
from mailer.sending.gaps import count_gaps
from mailer.sending.ledger import counting, issues, unfinished
from mailer.sending.ledger.schedule import Timetable
from mailer.sending.proposal import Proposal
from subscribers.audience import Audience


def propose(  # noqa: PLR0913 - all that a proposal is made of
    engine: Engine,
    compilation: Compilation,
    audience: Audience,
    *,
    settings: Settings,
    provider: Provider,
    now: dt.datetime,
    is_linted: bool = True,
) -> Proposal:
    """Return what a send of the issue to the audience would be; nothing is changed.

    Args:
        engine: of the ledger.
        compilation: the issue.
        audience: whom it would go to.
        settings: of the workspace.
        provider: who would deliver it.
        now: aware UTC; for the linter.
        is_linted: ask the linter, whose errors then keep the issue from going out.

    Raises:
        ConfigurationError: a setting is missing without which nothing can be sent.
        ProposalError: the issue's deliveries were pruned.
    """
    settings.require_sendable()
    compiled = compilation.compiled
    with engine.connect() as connection:
        issue_id = issues.find_issue_id(connection, compiled.slug)
        planning.check_known(compiled.slug, issues.pruned_at(connection, compiled.slug))
        counts = counting.count_audience(connection, audience=audience, issue_id=issue_id)
        gaps = count_gaps(connection, compiled, audience=audience)
        open_sends = unfinished.unfinished_sends(
            connection, issue_id=issue_id or 0, mailing_list_id=audience.only_list_id
        )
    return Proposal(
        compilation=compilation,
        audience=audience,
        provider=provider.name,
        counts=counts,
        unfinished=open_sends,
        gaps=gaps,
        report=_lint(compilation, settings, now) if is_linted else None,
    )


def _lint(compilation: Compilation, settings: Settings, now: dt.datetime) -> LintReport:
    from mailer.composing.linting.lint_file import lint_compilation  # noqa: PLC0415 - 60 ms

    return lint_compilation(compilation, settings, now=now)


def approve(engine: Engine, proposal: Proposal, *, timetable: Timetable | None = None) -> int:
    """Record the send, ready to be planned, and return its id; or that of one to go on with.

    Args:
        engine: of the ledger.
        proposal: what goes out.
        timetable: when it begins; now if there is none.

    Raises:
        ProposalError: it must not go out.
    """
    proposal.check()
    if proposal.resumed is not None:
        return proposal.resumed.id
    return planning.start_send(
        engine,
        proposal.compiled,
        audience=proposal.audience,
        provider=proposal.provider,
        timetable=timetable,
    )
