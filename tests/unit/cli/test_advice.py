"""Commands and options are named by the command line alone, and what it advises can happen."""

import re
from collections import defaultdict
from pathlib import Path
from string import Formatter

import pytest

from mailer.cli import advice, app
from mailer.cli.help import build_command, commands_of
from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.registry import RULES
from mailer.composing.linting.report import LintReport
from mailer.composing.linting.suppressions import Suppressed
from mailer.doctor import rules
from mailer.doctor.checks import CheckResult
from mailer.errors import ConfigurationError, NotFoundError, RenderError
from subscribers.errors import InvalidAddressError
from tests.helpers import error_kit

COMMANDS = commands_of(build_command(app))
OPTIONS = {
    option
    for command in COMMANDS.values()
    for parameter in command.params
    for option in (*parameter.opts, *parameter.secondary_opts)
    if option.startswith("-")
}
OTHERS = {
    ("mailer/archive/cards/fonts.py", "--format"): "an option of fc-list",
    ("mailer/platform/browser/finding.py", "--cask"): "an option of brew, to install a browser",
    ("mailer/database/backup/archive.py", "--list"): "an option of pg_restore",
    ("mailer/database/backup/making.py", "--format"): "an option of pg_dump",
    ("mailer/database/backup/restoring.py", "--quiet"): "an option of psql",
    ("mailer/database/backup/restoring.py", "--set"): "the same",
    ("mailer/platform/embedded/account.py", "--uid"): "an option of useradd",
    ("mailer/platform/embedded/versions.py", "--version"): "an option of servers",
    ("mailer/platform/embedded/redis_server.py", "--port"): "an option of redis-server",
}
"""What looks like ours and is another program's."""
COMMAND = re.compile(rf"\bmailer (?:{'|'.join(sorted({path[0] for path in COMMANDS if path}))})\b")
LONG = re.compile(r"(?<![\w!-])(?<!var\()--[a-z][a-z-]*(?![\w:-])")
SHORT = re.compile(r"(?<![\w-])-[A-Za-z](?![\w-])")


def named_in(text: str) -> set[str]:
    """Return the commands and options that a text names; in prose, options that we lack, too."""
    is_prose = " " in text
    found = set(COMMAND.findall(text))
    found |= {each for each in LONG.findall(text) if is_prose or each in OPTIONS}
    return found | {each for each in SHORT.findall(text) if is_prose and each in OPTIONS}


def test_nothing_else_names_commands_or_options() -> None:
    found = {
        (place.partition(":")[0], name): f"{place}: {text[:100]!r}"
        for place, text in error_kit.texts()
        for name in named_in(text)
    }
    assert [said for key, said in found.items() if key not in OTHERS] == []
    assert set(OTHERS) <= set(found), "no longer needed"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("there is no send 7: `mailer sends ls` shows them", {"mailer sends"}),
        ("it is there (-o names another file, --force overwrites)", {"-o", "--force"}),
        ("--since", {"--since"}),
        ("write last after --sinse", {"--sinse"}),
        ("--headless", set()),
        ("p { --paper: #FFF; color: var(--paper) }", set()),
        ("mailer.sending, and the mailer itself - or not", set()),
    ],
)
def test_what_names_commands_and_options(text: str, names: set[str]) -> None:
    assert named_in(text) == names


def test_advice_names_what_there_is() -> None:
    groups = {path[0] for path in COMMANDS if len(path) > 1}
    said = [*advice.ERRORS.values(), *advice.FINDINGS.values(), *advice.CHECKS.values()]
    for text in (*said, *advice.OPTIONS.values()):
        assert set(LONG.findall(text)) | set(SHORT.findall(text)) <= OPTIONS, text
        for group, command in re.findall(r"\bmailer ([a-z]+)(?: ([a-z]+))?", text):
            assert ((group, command) if group in groups else (group,)) in COMMANDS, text


def test_no_advice_is_dead() -> None:
    """Each code is given somewhere, with the data that its advice quotes."""
    given = defaultdict(list)
    for site in error_kit.sites():
        given[site.code].append(site)
    special = {code for codes in error_kit.drawn().values() for code in codes}
    for code, text in advice.ERRORS.items():
        assert code in special
        quoted = {name for _, name, _, _ in Formatter().parse(text) if name}
        for site in given[code]:
            assert quoted <= site.keys, site
        assert given[code] or not quoted, code
    assert set(advice.FINDINGS) <= set(RULES)
    texts = [text for _, text in error_kit.texts()]
    assert set(advice.CHECKS) <= set(texts)
    for words in advice.OPTIONS:
        assert any(words in text for text in texts), words


def test_an_error_is_told_with_what_to_do() -> None:
    missing = NotFoundError("shots: there are none", code="screenshots-missing", folder="shots")
    assert advice.told(missing) == (
        "shots: there are none; take some: mailer issue shots FILE -o shots"
    )
    assert advice.told(ConfigurationError("a.b is wrong")) == "a.b is wrong"
    assert advice.told(ValueError("is wrong")) == "is wrong"


def test_an_error_as_data() -> None:
    error = RenderError("is a feed", path=Path("x.xml"), code="feed-not-issue")
    assert advice.facts_about(error) == {
        "error": "x.xml: is a feed; mailer issue draft --from-feed reads it",
        "error_code": "feed-not-issue",
        "error_data": {"path": "x.xml"},
    }
    assert advice.facts_about(None) == {"error": None}


def test_an_error_begins_with_the_option_that_gave_the_value() -> None:
    with (
        pytest.raises(InvalidAddressError, match=r"^--to 'ada': has no @$"),
        advice.given_by("--to"),
    ):
        raise InvalidAddressError("'ada': has no @")
    with (
        pytest.raises(NotFoundError, match=r"^nobody$"),
        advice.given_by("--as", InvalidAddressError),
    ):
        raise NotFoundError("nobody")


def test_findings_and_cards_are_told_with_what_to_do() -> None:
    card = RULES["theme-broken"]
    found = Finding(card.code, Severity.ERROR, "x", Path("a.md"), 1, 1, "", card.why, card.fix)
    report = LintReport(
        Path("a.md"),
        "",
        (found,),
        (Suppressed(found, "so"),),
        {"left_out": "where the links lead"},
    )
    told = advice.advised_report(report)
    both = "Correct the theme's file. `mailer theme check` looks at it alone."
    assert [told.findings[0].fix, told.suppressed[0].finding.fix] == [both, both]
    assert told.facts["left_out"] == "where the links lead (--links)"
    cards = advice.advised_rules(RULES)
    assert cards["theme-broken"].fix == both
    assert cards["not-utf-8"] == RULES["not-utf-8"]


def test_checks_are_told_with_what_to_do() -> None:
    found = advice.advised_check(rules.judge_worker(0))
    assert found.advice.startswith("mailer worker (or mailer up)")
    assert advice.advised_check(rules.judge_revision("0001", "0003")).advice.startswith(
        "mailer db upgrade"
    )
    fine = CheckResult("worker", "ok", "1 running")
    assert advice.advised_check(fine) == fine
