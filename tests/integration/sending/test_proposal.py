"""A proposal changes nothing; approved, exactly what was proposed is recorded."""

import datetime as dt
import json
from pathlib import Path

import pytest
from ledger_kit import Ledger

from mailer.composing.compiling import Compilation, compile_draft, read_draft
from mailer.config import Settings, load_settings
from mailer.errors import ConfigurationError, ProposalError
from mailer.sending.ledger.issues import to_document
from mailer.sending.proposal import Proposal
from mailer.sending.propose import approve, propose
from subscribers.audience import Audience
from subscribers.errors import UnsupportedAudienceError

NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
SETTINGS = '[sender]\nemail = "news@tide-table.com"\npostal_address = "1 Quay Street"\n'
ISSUE = """---
subject: A bridge and a swift
slug: week-1
date: 2026-11-22
preheader: Nine years for forty metres, and a bird.
---

Dear {{ name | default: "reader" }}, it is built.
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "mailer.toml").write_text(SETTINGS)
    return load_settings(tmp_path, environ={})


def compiled(settings: Settings, source: str = ISSUE) -> Compilation:
    path = settings.workspace / "week-1.md"
    path.write_text(source)
    return compile_draft(read_draft(path), settings)


def proposed(
    ledger: Ledger, settings: Settings, compilation: Compilation, *, is_linted: bool = True
) -> Proposal:
    return propose(
        ledger.engine,
        compilation,
        Audience.of_list(ledger.subscribe(3)),
        settings=settings,
        provider=ledger.provider,
        now=NOW,
        is_linted=is_linted,
    )


def sends(ledger: Ledger) -> object:
    return ledger.scalar("SELECT count(*) FROM send")


def test_what_was_proposed_is_recorded_whatever_became_of_the_file(
    ledger: Ledger, settings: Settings
) -> None:
    compilation = compiled(settings)
    proposal = proposed(ledger, settings, compilation)
    assert (proposal.counts.intended, proposal.gaps, proposal.provider) == (3, {}, "memory")
    assert proposal.report is not None
    assert proposal.report.findings == ()
    assert sends(ledger) == 0
    compilation.draft.path.unlink()
    send_id = approve(ledger.engine, proposal)
    document = ledger.scalar(
        "SELECT c.document FROM send JOIN compiled_issue c ON c.id = send.compiled_issue_id"
        " WHERE send.id = :id",
        id=send_id,
    )
    assert document == json.loads(json.dumps(to_document(proposal.compiled)))
    assert "data-line" not in proposal.compiled.html
    assert 'data-line="8"' in proposal.compilation.traced.html


def test_a_gap_is_refused(ledger: Ledger, settings: Settings) -> None:
    source = ISSUE.replace(' | default: "reader"', "").replace("name", "city")
    proposal = proposed(ledger, settings, compiled(settings, source))
    for refused in (proposal.check, lambda: approve(ledger.engine, proposal)):
        with pytest.raises(
            ProposalError, match="3 subscribers on the list have no value"
        ) as caught:
            refused()
        assert caught.value.code == "merge-value-gaps"
        assert caught.value.data == {"field": "city", "count": 3}
    assert sends(ledger) == 0


def test_what_the_linter_calls_an_error_is_refused_where_it_was_asked(
    ledger: Ledger, settings: Settings
) -> None:
    compilation = compiled(settings, ISSUE + "\n[Here](javascript:alert) is more of it.\n")
    proposal = proposed(ledger, settings, compilation)
    with pytest.raises(ProposalError, match="finds 1 error") as caught:
        approve(ledger.engine, proposal)
    assert caught.value.code == "lint-errors"
    assert caught.value.data == {"path": str(compilation.draft.path), "count": 1}
    assert sends(ledger) == 0
    unlinted = proposed(ledger, settings, compilation, is_linted=False)
    assert unlinted.report is None
    assert approve(ledger.engine, unlinted) == 1


def test_who_cannot_send_proposes_nothing(ledger: Ledger, settings: Settings) -> None:
    nobody = settings.model_copy(
        update={"sender": settings.sender.model_copy(update={"postal_address": ""})}
    )
    with pytest.raises(ConfigurationError, match="postal_address is missing"):
        proposed(ledger, nobody, compiled(settings))


def test_an_audience_of_several_lists_is_refused(ledger: Ledger, settings: Settings) -> None:
    with pytest.raises(UnsupportedAudienceError):
        propose(
            ledger.engine,
            compiled(settings),
            Audience((1, 2)),
            settings=settings,
            provider=ledger.provider,
            now=NOW,
        )
