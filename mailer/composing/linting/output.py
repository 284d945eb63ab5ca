"""Findings for machines: JSON, GitHub's workflow commands, SARIF."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.registry import RULES
from mailer.composing.linting.report import LintReport
from mailer.composing.linting.rule import Rule

if TYPE_CHECKING:
    from mailer.composing.linting.suppressions import Suppressed

SARIF_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def as_json(reports: Sequence[LintReport]) -> dict[str, Any]:
    """Return all that was found as JSON values."""
    return {
        "errors": sum(report.errors for report in reports),
        "warnings": sum(report.warnings for report in reports),
        "notes": sum(report.notes for report in reports),
        "files": [
            {
                "path": str(report.path),
                "findings": [_finding(each) for each in report.findings],
                "suppressed": [
                    {**_finding(each.finding), "reason": each.reason} for each in report.suppressed
                ],
                "facts": dict(report.facts),
            }
            for report in reports
        ],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "path": str(finding.path),
        "line": finding.line,
        "column": finding.column,
        "text": finding.text,
        "why": finding.why,
        "fix": finding.fix,
        "facts": dict(finding.facts or {}),
    }


def named_from(root: Path, path: Path) -> Path:
    """Return a path as people in the folder `root` name it: from there, where it lies below."""
    return path.relative_to(root) if path.is_relative_to(root) else path


def github_lines(reports: Sequence[LintReport], *, root: Path) -> Iterator[str]:
    """Yield workflow commands, which GitHub shows beside the lines of a pull request.

    Args:
        reports: of each file.
        root: absolute; files below it are named from there, as GitHub wants them.

    Source: GitHub Actions, "Workflow commands", setting an error message.
    """
    for report in reports:
        for each in report.findings:
            end = each.column + max(len(each.text), 1)
            properties = {
                "file": str(named_from(root, each.path)),
                "line": each.line,
                "col": each.column,
                "endColumn": end,
                "title": each.code,
            }
            listed = ",".join(
                f"{name}={_property(str(value))}" for name, value in properties.items()
            )
            yield f"::{_COMMANDS[each.severity]} {listed}::{_data(_said(each))}"


def _said(finding: Finding) -> str:
    end = "" if finding.message.endswith(("?", "!", ".")) else "."
    return f"{finding.message}{end} {finding.fix}" if finding.fix else finding.message


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_sarif(
    reports: Sequence[LintReport],
    *,
    version: str,
    root: Path,
    name: str = "mailer",
    rules: Mapping[str, Rule] = RULES,
) -> dict[str, Any]:
    """Return all that was found as a SARIF log.

    Args:
        reports: of each file.
        version: of this program.
        root: addresses of files are relative to it where they lie below.
        name: of this program.
        rules: the card of each rule.

    Source: OASIS SARIF 2.1.0.
    """
    codes = list(rules)
    number = {code: at for at, code in enumerate(codes)}
    results = [result for report in reports for result in _results(report, number, root=root)]
    driver = {
        "name": name,
        "version": version,
        "rules": [_rule(rule) for rule in rules.values()],
    }
    return {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"ROOT": {"uri": root.resolve().as_uri().rstrip("/") + "/"}},
                "results": results,
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.code.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": f"{rule.why} {rule.fix}",
            "markdown": f"{rule.why}\n\n**What to do:** {rule.fix}",
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _results(
    report: LintReport, number: Mapping[str, int], *, root: Path
) -> Iterator[dict[str, Any]]:
    lines = report.source.split("\n")
    seen: Counter[str] = Counter()
    found: list[tuple[Finding, Suppressed | None]] = [(each, None) for each in report.findings]
    found += [(each.finding, each) for each in report.suppressed]
    for finding, suppressed in found:
        line = lines[finding.line - 1] if finding.line <= len(lines) else ""
        key = f"{finding.code}\0{finding.path.name}\0{' '.join(line.split())}"
        seen[key] += 1
        result = _result(finding, number[finding.code], root=root)
        digest = hashlib.sha256(f"{key}\0{finding.text}".encode()).hexdigest()[:32]
        result["partialFingerprints"] = {"mailerLint/v1": f"{digest}:{seen[key]}"}
        if suppressed:
            result["suppressions"] = [
                {"kind": "inSource", "justification": suppressed.reason or "no reason is given"}
            ]
        yield result


def _result(finding: Finding, number: int, *, root: Path) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": finding.line, "startColumn": finding.column}
    if finding.text:
        region["endColumn"] = finding.column + len(finding.text)
        region["snippet"] = {"text": finding.text}
    return {
        "ruleId": finding.code,
        "ruleIndex": number,
        "level": _LEVELS[finding.severity],
        "message": {"text": _said(finding)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(finding.path, root),
                    "region": region,
                }
            }
        ],
        "properties": dict(finding.facts or {}),
    }


def _artifact(path: Path, root: Path) -> dict[str, str]:
    whole = path.resolve()
    if whole.is_relative_to(root.resolve()):
        inner = whole.relative_to(root.resolve()).as_posix()
        return {"uri": quote(inner), "uriBaseId": "ROOT"}
    return {"uri": whole.as_uri()}
