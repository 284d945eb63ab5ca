"""`mailer demo`: the whole job, by itself, whatever stands in the environment; it cleans up."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from cli_kit import NOWHERE_DATABASE, NOWHERE_REDIS, marked, wait_until
from embedded_kit import open_files

MARK = "DEMO_UNDER_TEST"
"""In the environment of the demo and of all that it starts."""


@dataclass
class Demo:
    """A demo that runs, with a temporary folder of its own."""

    process: "subprocess.Popen[str]"
    mark: str
    scratch: Path
    log: Path

    @property
    def text(self) -> str:
        return self.log.read_text()

    def processes(self) -> list[str]:
        """Return the command lines of all that the demo started and that lives."""
        found = []
        for one in self._living():
            with suppress(psutil.NoSuchProcess):  # gone meanwhile
                found.append(" ".join(one.cmdline()))
        return found

    def _living(self) -> list[psutil.Process]:
        """The servers have an environment of their own, but open files in the demo's folder."""
        pids = {one.pid for one in marked(MARK, self.mark)}
        pids |= {pid for pid, file in open_files() if file.startswith(f"{self.scratch}/")}
        return [one for one in psutil.process_iter() if one.pid in pids]

    def runs(self, name: str) -> bool:
        return any(name in line for line in self.processes())

    def close(self) -> None:
        for one in self._living():
            with suppress(psutil.NoSuchProcess):
                one.kill()
        self.process.wait()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """Start the demo where everything that could mislead it is set."""
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    scratch.chmod(0o755)
    log = tmp_path / "demo.log"
    mark = str(tmp_path)
    misleading = {
        "DATABASE_URL": NOWHERE_DATABASE,
        "REDIS_URL": NOWHERE_REDIS,
        "MAILER_PROVIDER": "pigeon",
        "MAILER_WORKSPACE": "/nowhere",
        "MAILER_SMTP__HOST": "smtp.example.org",
        "MAILER_NO_SUCH_SETTING": "1",
    }
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "mailer", "demo", "--exit"],
            cwd=tmp_path,
            env=os.environ | misleading | {MARK: mark, "TMPDIR": str(scratch)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    demo = Demo(process, mark, scratch, log)
    yield demo
    demo.close()


@pytest.mark.slow
def test_it_runs_the_whole_job_and_leaves_nothing(demo: Demo) -> None:
    assert demo.process.wait(240) == 0, demo.text
    text = demo.text
    sent = re.search(r"sent to ([\d,]+) over SMTP in .* the inbox holds ([\d,]+) messages", text)
    assert sent is not None
    assert sent[1] == sent[2]
    assert re.search(r"\d+ duplicates, \d+ rejected with line and reason", text)
    assert "unsubscribed with one click (HTTP 200)" in text
    assert "reported a bounce" in text
    assert "sent the same issue again: 0 intended, 0 second copies" in text
    assert "the books balance" in text
    assert "bounced 1, complained 1" in text
    assert f"intended {sent[1]}" in " ".join(text.split())
    assert "/archive/" in text
    assert "\x1b" not in text, "no colours where there is no terminal"
    assert "Traceback" not in text
    wait_until(lambda: not demo.processes(), seconds=20)
    assert list(demo.scratch.iterdir()) == []


@pytest.mark.slow
def test_stopped_in_the_middle_it_leaves_nothing(demo: Demo) -> None:
    wait_until(lambda: demo.runs("celery") or demo.process.poll() is not None, seconds=120)
    assert demo.runs("postgres"), "what is looked for can be found"
    assert demo.runs("redis")
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(90) == 130, demo.text
    assert "stopping" in demo.text
    assert "Traceback" not in demo.text
    wait_until(lambda: not demo.processes(), seconds=20)
    assert list(demo.scratch.iterdir()) == []
