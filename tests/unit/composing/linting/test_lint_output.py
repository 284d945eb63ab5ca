"""What machines get: JSON, GitHub's commands, SARIF that holds to its schema's demands."""

import json
import re
from pathlib import Path

import pytest

from mailer.composing.linting.finding import Severity
from mailer.composing.linting.output import as_json, as_sarif, github_lines
from mailer.composing.linting.registry import OWN_CODES, RULES
from mailer.composing.linting.report import LintReport

ROOT = Path(__file__).resolve().parents[4]
TEXT = (
    '---\nsubject: "100%: A, B"\ndate: 2026-11-22\npreheader: "A line that goes on."\n---\n'
    "[here](http://a.news/x)\n\n[here](http://a.news/x)\n\n"
    "<!-- lint: allow link-insecure because it is old -->\n[b](http://a.news/é)\n"
)


@pytest.fixture
def report(lint) -> LintReport:  # noqa: ANN001
    made: LintReport = lint(TEXT)
    return made


def test_json_says_all(report: LintReport) -> None:
    data = json.loads(json.dumps(as_json([report])))
    assert (data["errors"], data["warnings"], data["notes"]) == (0, 4, 0)
    [file] = data["files"]
    first = file["findings"][0]
    assert (first["code"], first["line"], first["column"]) == ("link-text-vague", 6, 1)
    assert first["text"] == "[here](http://a.news/x)"
    assert first["why"]
    assert first["fix"]
    assert [each["reason"] for each in file["suppressed"]] == ["it is old"]
    assert file["facts"]["links"] == 3


def test_github_lines_are_escaped(report: LintReport) -> None:
    line = next(github_lines([report], root=Path("/")))
    assert re.fullmatch(
        r"::warning file=[^,]+,line=6,col=1,endColumn=24,title=link-text-vague::[^\n]+", line
    )


def test_sarif_has_what_the_standard_asks_for(report: LintReport) -> None:
    log = json.loads(json.dumps(as_sarif([report], version="1.2", root=report.path.parent)))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    [run] = log["runs"]
    driver = run["tool"]["driver"]
    ids = [rule["id"] for rule in driver["rules"]]
    assert ids == sorted(set(ids))
    assert set(ids) == set(RULES)
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["originalUriBaseIds"]["ROOT"]["uri"].endswith("/")
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        [location] = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"] == {"uri": "issue.md", "uriBaseId": "ROOT"}
        assert place["region"]["startLine"] >= 1
        assert place["region"]["endColumn"] > place["region"]["startColumn"] >= 1
    prints = [result["partialFingerprints"]["mailerLint/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints)
    last = run["results"][-1]
    assert last["suppressions"] == [{"kind": "inSource", "justification": "it is old"}]


def test_fingerprints_outlive_new_lines_above(lint, report: LintReport) -> None:  # noqa: ANN001
    moved = lint(TEXT.replace("\n[here]", "\nA new line.\n\n[here]", 1))

    def prints(made: LintReport) -> set[str]:
        log = as_sarif([made], version="1", root=made.path.parent)
        return {each["partialFingerprints"]["mailerLint/v1"] for each in log["runs"][0]["results"]}

    assert prints(moved) == prints(report)


def test_every_rule_is_documented() -> None:
    manual = (ROOT / "docs/lint.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (error|warning|note) \|", manual, re.MULTILINE))
    assert rows == {code: rule.severity.value for code, rule in RULES.items()}


@pytest.mark.parametrize("code", sorted(OWN_CODES))
def test_cards_are_whole(code: str) -> None:
    rule = RULES[code]
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)+", code)
    assert rule.severity in Severity
    assert rule.title[0].islower() or not rule.title[0].isalpha() or rule.title.split()[0].isupper()
    assert rule.why.endswith((".", "?"))
    assert rule.fix.endswith((".", "."))
