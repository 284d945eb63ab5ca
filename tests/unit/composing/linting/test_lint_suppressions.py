"""Comments that allow a finding: how far they reach, and what is wrong with those that do not."""

import pytest

FRONT = (
    '---\nsubject: "A bridge"\ndate: 2026-11-22\npreheader: "Nine years for forty metres."\n---\n'
)
BAD = "[a page](http://a.news/x)"


@pytest.mark.parametrize(
    "body",
    [
        f"<!-- lint: allow link-insecure because it is old -->\n{BAD}",
        f"<!-- lint: allow link-insecure because it is old -->\n\n{BAD}\nand more\n{BAD}",
        f"<!-- lint: allow link-insecure,link-port because it is old -->\n{BAD} [b](https://a.news:1/)",
        f"{BAD} <!-- lint: allow link-insecure because it is old -->",
        f"<!-- lint: allow link-insecure because it is old --> {BAD}",
        f"<!-- LINT: ALLOW link-insecure BECAUSE it is\n   old -->\n{BAD}",
        f"{BAD}\n\n<!-- lint: allow-file link-insecure because it is old -->\n\n{BAD}",
        f"> <!-- lint: allow link-insecure because it is old -->\n> {BAD}",
    ],
)
def test_what_is_allowed_is_not_found(lint, found, body: str) -> None:  # noqa: ANN001
    assert found(body) == []
    report = lint(FRONT + body)
    assert {each.reason for each in report.suppressed} == {"it is old"}
    assert report.suppressed[0].finding.code in {"link-insecure", "link-port"}


def test_front_matter_allows_for_the_whole_file(lint) -> None:  # noqa: ANN001
    report = lint(
        '---\n# lint: allow link-insecure because the museum has no https\nsubject: "Hi"\n'
        f'date: 2026-11-22\npreheader: "A line that goes on."\n---\n{BAD}\n\n{BAD}\n'
    )
    assert report.findings == ()
    assert len(report.suppressed) == 2


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<!-- lint: allow link-insecure -->\n{BAD}", ["6:1 suppression-unexplained"]),
        (f"<!-- lint: allow link-insecure because -->\n{BAD}", ["6:1 suppression-unexplained"]),
        ("<!-- lint: allow link-insecure because old -->\nText.", ["6:1 suppression-unused"]),
        ("<!-- lint: allow link-unsafe because old -->\nText.", ["6:1 suppression-unknown"]),
        ("<!-- lint: allow because old -->\nText.", ["6:1 suppression-unknown"]),
        ("<!-- lint: ignore link-insecure because old -->\nText.", ["6:1 suppression-unknown"]),
        (
            f"<!-- lint: allow link-insecure because old -->\nText.\n\n{BAD}",
            ["6:1 suppression-unused", "9:10 link-insecure"],
        ),
        (f"Text. <!-- lint: allow link-insecure because old -->\n{BAD}",
         ["6:7 suppression-unused", "7:10 link-insecure"]),
        ("`<!-- lint: allow x because y -->`", []),
        ("<!-- lint: allow link-dead because it is new -->\n[a](https://a.news)", []),
        ("<!-- lint: allow merge-field-lacking because all have it -->\nText.", []),
    ],
)  # fmt: skip
def test_what_is_wrong_with_suppressions(found, body: str, expected: list[str]) -> None:  # noqa: ANN001
    assert found(body) == expected


def test_what_keeps_an_issue_from_compiling_is_never_allowed(found) -> None:  # noqa: ANN001
    body = "<!-- lint: allow-file issue-broken because I can -->\n\n{{ Bad }}"
    assert [each.split()[1] for each in found(body)] == ["issue-broken"]
