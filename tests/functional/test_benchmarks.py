"""`make bench` on a machine without Postfix or Chromium."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).resolve().parents[2] / "benchmarks" / "run.py"
SMTP = Path("/usr/sbin/smtp-sink"), Path("/usr/libexec/postfix/smtp-sink")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param(
            "smtp",
            "install Postfix",
            marks=pytest.mark.skipif(
                any(map(Path.exists, SMTP)), reason="Postfix is here, and is found off PATH too"
            ),
        ),
        ("preview", "there is no Chromium here"),
    ],
)
def test_what_lacks_a_program_is_left_out(tmp_path: Path, name: str, reason: str) -> None:
    done = subprocess.run(
        [sys.executable, RUN, name],
        env={**os.environ, "PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert reason in json.loads(done.stdout)[name]["left_out"]
    assert f"{name} is left out: " in done.stderr
