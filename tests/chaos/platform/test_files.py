"""Whoever composes may be killed at any line: files are whole, and doing it again works."""

import subprocess
import sys
from pathlib import Path

import pytest

KIT = Path(__file__).parents[2] / "helpers" / "kill_kit.py"
SETTINGS = '[sender]\nemail = "news@example.org"\npostal_address = "1 Example Street"\n'


@pytest.mark.parametrize(
    "case",
    [
        "replaced", "new", "imported", "drafted", "themed", "built", "cached", "handed_over",
        "received", "keyed", "rejected", "hosted",
    ],
)  # fmt: skip
def test_whole_at_every_death(case: str, tmp_path: Path) -> None:
    (tmp_path / "mailer.toml").write_text(SETTINGS)
    done = subprocess.run(
        [sys.executable, KIT, case, tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 5, "lines were killed at"
