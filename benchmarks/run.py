"""All benchmarks, one after another, as one JSON object (`make bench`).

Each runs in a process of its own and prints JSON. What cannot run here because a program is missing
(Postfix or Chromium, say) is left out with the reason, and the rest counts; what fails ends the run
with exit code 1. Ratios stand beside figures because machines differ and are noisy.

Usage: python benchmarks/run.py [NAME ...]
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from needs import MISSING

HERE = Path(__file__).resolve().parent
SCRIPTS: dict[str, list[str]] = {
    "compile": ["compile.py"],
    "client_support": ["client_support.py"],
    "linting": ["linting.py"],
    "preview": ["preview.py"],
    "importing": ["importing.py", "200000"],
    "images": ["images.py"],
    "ledger": ["ledger.py", "100000"],
    "history": ["history.py"],
    "smtp": ["smtp.py"],
    "sendgrid_api": ["sendgrid_api.py"],
    "delivery": ["delivery.py", "--recipients", "20000"],
}
COLD_ROUNDS = 5


def main() -> None:
    wanted = sys.argv[1:] or [*SCRIPTS, "cli"]
    figures: dict[str, Any] = {"machine": _machine()}
    for name in wanted:
        sys.stderr.write(f"{name} ...\n")
        figures[name] = _cli() if name == "cli" else _run(name)
    print(json.dumps(figures, indent=2))
    sys.exit(any("error" in one for one in figures.values()))


def _run(name: str) -> dict[str, Any]:
    command = [sys.executable, str(HERE / SCRIPTS[name][0]), *SCRIPTS[name][1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    if done.returncode == MISSING:
        sys.stderr.write(f"{name} is left out: {said}\n")
        return {"left_out": said}
    if done.returncode:
        return {"error": said}
    return dict(json.loads(done.stdout))


def _cli() -> dict[str, Any]:
    """Time commands from a cold start, beside an empty Python."""
    with tempfile.TemporaryDirectory() as folder:
        issue = Path(folder) / "cold.md"
        mailer = [sys.executable, "-m", "mailer"]
        (Path(folder) / "mailer.toml").write_text('[sender]\nemail = "news@example.com"\n')
        environment = {**os.environ, "MAILER_WORKSPACE": folder}
        subprocess.run(
            [*mailer, "issue", "new", "cold", "-o", str(issue)],
            env=environment,
            check=True,
            capture_output=True,
        )
        commands = {
            "python_empty_ms": [sys.executable, "-c", "pass"],
            "mailer_help_ms": [*mailer, "--help"],
            "issue_build_ms": [*mailer, "issue", "build", str(issue), "-o", folder],
        }
        return {name: _median_ms(command, environment) for name, command in commands.items()}


def _median_ms(command: list[str], environment: dict[str, str]) -> int:
    taken = []
    for _ in range(COLD_ROUNDS):
        began = time.perf_counter()
        subprocess.run(command, env=environment, check=True, capture_output=True)
        taken.append(time.perf_counter() - began)
    return round(statistics.median(taken) * 1000)


def _machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "load": [round(one, 1) for one in os.getloadavg()],
    }


if __name__ == "__main__":
    main()
