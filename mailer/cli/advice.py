"""What to do at this command line about an error, a finding or a check, by its code.

Elsewhere errors say what is wrong and nothing of commands and options, so that other front ends
can use them; here the command line adds its own words.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from subscribers.errors import CodedError

if TYPE_CHECKING:
    from mailer.composing.importing import ImportedIssue
    from mailer.composing.linting.finding import Finding
    from mailer.composing.linting.report import LintReport
    from mailer.composing.linting.rule import Rule
    from mailer.doctor.checks import CheckResult

ERRORS: Mapping[str, str] = {
    "address-suppressed": "see: mailer subscriber show",
    "address-unavailable": "choose another with web.host and web.port",
    "audience-empty": "mailer sends retry SEND reaches those who failed or were cancelled; "
    "--allow-empty exits with 0",
    "database-not-empty": "--replace gives up what is in it",
    "approval-stale": "look again: mailer send --dry-run",
    "feed-not-issue": "mailer issue draft --from-feed reads it",
    "file-exists": "-o names another file, --force overwrites",
    "lint-errors": "mailer issue lint {path} says what to do, --no-lint sends the issue as it is",
    "list-unnamed": "say which mailing list: --list SLUG, or `list: SLUG` in the issue",
    "mailing-lists-none": "create one with: mailer lists create SLUG",
    "post-unknown": "leave out --post to see them all",
    "posts-none": "--from says what it is",
    "preview-port-unavailable": "choose another with --port, or 0 for any that is free",
    "reader-unknown": "--as takes one",
    "schema-revision": "run `mailer db upgrade`",
    "screenshots-missing": "take some: mailer issue shots FILE -o {folder}",
    "secret-key-wrong": "if it is lost, `mailer keys forget {fingerprint}` gives up its links",
    "retry-empty": "mailer sends reconcile SEND settles what is unknown",
    "send-paused": "mailer sends resume {send} goes on with it, mailer sends cancel {send} ends it",
    "send-provider": "set MAILER_PROVIDER, or cancel it: mailer sends cancel {send}",
    "send-scheduled": "mailer sends schedule {send} --at changes when, mailer sends cancel {send} "
    "ends it",
    "send-unfinished": "mailer sends watch {send}, or mailer sends cancel {send}",
    "send-unknown": "`mailer sends ls` shows them",
    "send-waits-for-broker": "`mailer sends watch {send_id}` follows it",
    "subscriber-unknown": "`mailer subscriber add` adds one",
    "subscription-ended": "only if they ask to be back: --resubscribe",
    "subscription-pending": "only if they told you: --resubscribe",
    "theme-not-standalone": "leave out --full",
    "theme-shipped": "leave out --from, or choose another name",
    "theme-without-layout": "build on one of the themes that `mailer theme ls` shows",
    "workspace-invalid": "run `mailer init` there",
    "workspace-missing": "run `mailer init` here, or name the workspace with --workspace or "
    "MAILER_WORKSPACE",
}
"""By an error's code; its data fills what is in braces."""

FINDINGS: Mapping[str, str] = {
    "merge-field-no-default": "Or count the list: --list SLUG.",
    "merge-field-unknown": "`mailer subscriber show ADDRESS` lists a subscriber's.",
    "theme-broken": "`mailer theme check` looks at it alone.",
    "theme-unknown": "`mailer theme ls` shows them.",
}
"""By a lint rule's code, a sentence that follows its `fix`."""

CHECKS: Mapping[str, str] = {
    "dkim-different": "publish the record that `mailer dkim ls` shows",
    "dkim-missing": "publish the record that `mailer dkim ls` shows; until then receivers cannot "
    "verify your messages",
    "schema-revision": "mailer db upgrade",
    "secret-key-wrong": "restore it from a backup or from another host; if it is lost, `mailer "
    "keys forget FINGERPRINT` gives up its links",
    "web-silent": "mailer web (or mailer up)",
    "worker-missing": "mailer worker (or mailer up); mailer send starts one for as long as a send "
    "takes",
}
"""By the code of a result of the doctor."""

OPTIONS: Mapping[str, str] = {
    "the page's own address is not known": "--base-url gives it",
    "where the links lead": "--links",
    "who lacks a merge field's value": "--list SLUG",
}
"""By words of a report, the option that would have helped."""


def told(error: BaseException) -> str:
    """Return an error's line with what to do about it."""
    if not isinstance(error, CodedError) or error.code not in ERRORS:
        return str(error)
    return f"{error}; {ERRORS[error.code].format_map(error.data)}"


def facts_about(error: CodedError | None) -> dict[str, Any]:
    """Return an error as JSON values, to go into a report; `error` is None where there is none."""
    if error is None:
        return {"error": None}
    return {"error": told(error), "error_code": error.code, "error_data": error.data}


@contextmanager
def given_by(option: str, kind: type[CodedError] = CodedError) -> Iterator[None]:
    """Begin the message of an error with the option that gave the wrong value."""
    try:
        yield
    except kind as error:
        error.args = (f"{option} {error}", *error.args[1:])
        raise


def advised_check(found: "CheckResult") -> "CheckResult":
    """Return a result of the doctor with what to do in commands."""
    return replace(found, advice=CHECKS.get(found.code, found.advice))


def advised_rules(rules: "Mapping[str, Rule]") -> "dict[str, Rule]":
    """Return the cards of lint rules with what to do in commands."""
    return {code: replace(rule, fix=_fix(code, rule.fix)) for code, rule in rules.items()}


def advised_report(report: "LintReport") -> "LintReport":
    """Return a report with what to do in commands and options."""
    return replace(
        report,
        findings=tuple(map(_advised, report.findings)),
        suppressed=tuple(
            replace(each, finding=_advised(each.finding)) for each in report.suppressed
        ),
        facts={**report.facts, "left_out": with_options(str(report.facts["left_out"]))},
    )


def advised_import(imported: "ImportedIssue") -> "ImportedIssue":
    """Return an import with the options that would have helped."""
    found = tuple(replace(each, what=with_options(each.what)) for each in imported.findings)
    return replace(imported, findings=found)


def with_options(text: str) -> str:
    """Return words of a report with the options that would have helped, in brackets."""
    for words, option in OPTIONS.items():
        text = text.replace(words, f"{words} ({option})")
    return text


def _advised(finding: "Finding") -> "Finding":
    return replace(finding, fix=_fix(finding.code, finding.fix))


def _fix(code: str, fix: str) -> str:
    return " ".join(filter(None, (fix, FINDINGS.get(code, ""))))
