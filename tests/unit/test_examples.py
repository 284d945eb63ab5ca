"""The examples are what their README says, and compile."""

import csv
import subprocess
import sys
from pathlib import Path

from mailer.composing.issue.tree import find_todos
from mailer.composing.rendering import (
    GMAIL_WARN_BYTES,
    IssueDefaults,
    compile_issue,
    find_theme,
    html_bytes,
    parse_issue,
)
from mailer.message.compiled import Mailbox
from mailer.platform.resources import resource_dir
from subscribers.errors import InvalidAddressError
from subscribers.people.address import parse_address

EXAMPLES = resource_dir("examples")
ISSUE = EXAMPLES / "issue.md"


def test_the_issue_has_what_the_readme_says() -> None:
    issue = parse_issue(ISSUE.read_text(encoding="utf-8"), path=ISSUE)
    assert len(issue.sections) == 4
    assert len(issue.items) == 14
    assert "4 sections, 14 items" in (EXAMPLES / "README.md").read_text(encoding="utf-8")


def test_the_issue_compiles_and_is_finished() -> None:
    source = ISSUE.read_text(encoding="utf-8")
    compiled = compile_issue(
        source,
        path=ISSUE,
        theme=find_theme("digest", roots=[resource_dir("templates") / "email"]),
        defaults=IssueDefaults(sender=Mailbox("news@example.com"), postal_address="1 Street"),
    )
    assert compiled.fields == {"name"}
    assert html_bytes(compiled) < GMAIL_WARN_BYTES
    assert not find_todos(source)


def test_the_rows_are_what_the_readme_says() -> None:
    with (EXAMPLES / "subscribers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    keys, bad = [], 0
    for row in rows:
        try:
            keys.append(parse_address(row["email"]).email_key)
        except InvalidAddressError:
            bad += 1
    assert (len(rows), len(set(keys)), len(keys) - len(set(keys)), bad) == (2032, 2000, 20, 12)
    assert any(key.partition("@")[2].startswith("xn--") for key in keys)
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(figure in readme for figure in ("2,032", "2,000", "20 are", "12 have"))


def test_the_script_writes_the_same_file_again(tmp_path: Path) -> None:
    script = tmp_path / "make_subscribers.py"
    script.write_bytes((EXAMPLES / "make_subscribers.py").read_bytes())
    subprocess.run([sys.executable, str(script)], check=True)
    made = (tmp_path / "subscribers.csv").read_bytes()
    assert made == (EXAMPLES / "subscribers.csv").read_bytes()
