"""Lint an issue, warm, stage by stage; print the figures as JSON.

Times are of this process's processor, the best and the median of many rounds.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from mailer.composing import compiling
from mailer.composing.linting import lint_file
from mailer.composing.linting.repair import parse_what_is_right
from mailer.composing.linting.scan.document import scan
from mailer.composing.rendering import html_bytes
from mailer.config import Settings
from mailer.platform.clock import utcnow


def milliseconds(work: Callable[[], object], rounds: int) -> dict[str, float]:
    """Return the best and the median time that `work` takes."""
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        work()
        times.append((time.process_time() - begin) * 1000)
    return {"best_ms": round(min(times), 2), "median_ms": round(statistics.median(times), 2)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=Path("examples/issue.md"))
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    file: Path = arguments.file
    sender = {"email": "news@example.org", "postal_address": "12 Hill Lane"}
    settings = Settings(workspace=Path.cwd(), sender=sender)  # type: ignore[arg-type]
    draft = compiling.read_draft(file)
    document = scan(draft.source)
    report = lint_file.lint_file(file, settings, now=utcnow())
    figures = {
        "file": str(file),
        "items": len(draft.issue.items),
        "html_bytes": html_bytes(compiling.compile_draft(draft, settings).compiled),
        "findings": len(report.findings),
        "lint": milliseconds(
            lambda: lint_file.lint_file(file, settings, now=utcnow()), arguments.rounds
        ),
        "scan": milliseconds(lambda: scan(draft.source), arguments.rounds),
        "parse": milliseconds(
            lambda: parse_what_is_right(document.source, document.front, path=file),
            arguments.rounds,
        ),
        "compile": milliseconds(lambda: compiling.compile_draft(draft, settings), arguments.rounds),
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
