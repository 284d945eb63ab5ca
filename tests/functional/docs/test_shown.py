"""Every page's commands run in their order, and print what the page shows."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from docs_kit import blocks, differences, is_same

from mailer.platform.embedded import acquire

ROOT = Path(__file__).resolve().parents[3]
FILES = Path(__file__).parent / "pages"
"""By the name of a page, files that its folder has before the first command."""
DOCUMENTS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
}
KINDS = {"run", "background"}
FOLLOWED = [
    name
    for name, text in DOCUMENTS.items()
    if any(block.kind in KINDS and not block.not_run for block in blocks(text))
]
NEWCOMERS = {"README.md", "docs/tutorial.md"}
"""Pages that start with nothing: they get embedded servers of their own."""


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """What a newcomer's shell has: this program on PATH, and nothing of ours set."""
    ours = ("MAILER_", "DATABASE_URL", "REDIS_URL", "PYTEST_", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    yield {
        **kept,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}",
        "HOME": str(tmp_path),
        "COLUMNS": "300",  # no word of a long path is cut
        "TERM": "dumb",
        "MAILER_EMBEDDED_LINGER_SECONDS": "30",
    }
    for workspace in tmp_path.glob("*/mailer.toml"):  # stop servers now, not a little later
        acquire(workspace.parent / ".mailer").stop_if_last()


@pytest.mark.slow
@pytest.mark.parametrize("document", FOLLOWED)
def test_the_commands_print_what_is_shown(
    document: str,
    tmp_path: Path,
    environment: dict[str, str],
    request: pytest.FixtureRequest,
) -> None:
    if document not in NEWCOMERS:
        environment["DATABASE_URL"] = request.getfixturevalue("database_url")
        environment["REDIS_URL"] = request.getfixturevalue("broker_url")
    files = FILES / Path(document).stem
    if files.is_dir():
        shutil.copytree(files, tmp_path, dirs_exist_ok=True)
    found = list(differences(DOCUMENTS[document], tmp_path, environment))
    assert not found, "\n\n".join(found)


def test_every_page_with_commands_is_followed_or_says_why_not() -> None:
    assert len(FOLLOWED) >= 8
    unexplained = [
        f"{name}:{block.line}"
        for name, text in DOCUMENTS.items()
        for block in blocks(text)
        if block.info.startswith("sh") and block.kind not in KINDS and not block.not_run
    ]
    assert unexplained == []


def test_what_is_not_run_has_a_reason_of_some_words() -> None:
    reasons = {block.not_run for text in DOCUMENTS.values() for block in blocks(text)} - {""}
    assert all(len(reason.split()) >= 3 for reason in reasons)


def test_a_block_knows_its_place_and_what_is_done_with_it() -> None:
    page = """
<!-- sh run
touch x
-->
```
shown
```
<!-- not run: it needs a server -->
```sh
mailer web
```
1. A list
   ```toml file=mailer.toml
   a = 1
   ```
"""
    found = [(one.kind, one.text, one.line, one.not_run) for one in blocks(page)]
    assert found == [
        ("run", "touch x\n", 3, ""),
        ("shown", "shown\n", 6, ""),
        ("", "mailer web\n", 10, "it needs a server"),
        ("file", "a = 1\n", 14, ""),
    ]


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("sent 3\n  to all", "sent 3\n to  all\n", True),
        ("sent 3", "sent 4", False),
        ("sent 3", "sent 3 more", False),
        ("...\nb", "a\nb", True),
        ("a ... c ... e", "a b c d e", True),
        ("a ... c ... e", "a b d e", False),
        ("a ... a", "a", False),
        ("at 2026-01-02 03:04:05 UTC", "at 2027-11-12 13:14:15 UTC", True),
        ("html 23,988 B", "html 24,039 B", True),
        ("html 23,988 B", "html 28,039 B", False),
        ("content 6bae2e0d497c", "content b4d173310753", True),
        ("kept by ada in PostgreSQL 18.4", "kept by ada in PostgreSQL\n    17.2", True),
        ("took 3 s, 1 recipients/s", "took 1.5 s, 2.0 recipients/s", True),
    ],
)
def test_what_is_the_same(shown: str, printed: str, *, same: bool) -> None:
    assert is_same(shown, printed) is same


@pytest.mark.parametrize("shown", ["wrote mailer.toml", "wrote letter.toml"])
def test_a_drift_is_found(shown: str, tmp_path: Path, environment: dict[str, str]) -> None:
    page = f"```sh run\necho wrote mailer.toml\n```\n\n```\n{shown}\n```\n"
    found = list(differences(page, tmp_path, environment))
    assert (found == []) is (shown == "wrote mailer.toml")
