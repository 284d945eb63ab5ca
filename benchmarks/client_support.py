"""Check compiled issues of 16, 48 and 300 items, warm and cold; print the figures as JSON.

`ratio` is the check of 16 items divided by a fixed loop of pure Python timed in the same run, so
that figures from machines of different speed can be compared. `cold_ms` is the first check of a
process: it reads caniemail's data and parses every style.
"""

import argparse
import json
import statistics
import time

from compile import DEFAULTS, PATH, ROOTS, generated, reference, times_ms

from mailer.composing.linting.compat import CompatOptions, check_compiled, check_html, check_size
from mailer.composing.rendering import compile_traced, find_theme
from mailer.message.compiled import CompiledIssue


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=30)
    rounds = options.parse_args().rounds
    compiled = {items: traced(items) for items in (16, 48, 300)}
    begin = time.perf_counter()
    findings = check_compiled(compiled[16], path=PATH, options=CompatOptions())
    cold = (time.perf_counter() - begin) * 1000
    loop = statistics.median(times_ms(reference, rounds=rounds))
    sizes = {items: figures(one, rounds=rounds) for items, one in compiled.items()}
    print(
        json.dumps(
            {
                "benchmark": "client_support",
                "rounds": rounds,
                "findings": len(findings),
                "cold_ms": round(cold, 3),
                "reference_ms": round(loop, 3),
                "ratio": round(sizes[16]["html_ms"] / loop, 3),
                "items": sizes,
            },
            indent=2,
        )
    )


def traced(items: int) -> CompiledIssue:
    source, theme = generated(items), find_theme("digest", roots=ROOTS)
    return compile_traced(source, path=PATH, theme=theme, defaults=DEFAULTS).traced


def figures(compiled: CompiledIssue, *, rounds: int) -> dict[str, float]:
    options = CompatOptions(slots=compiled.slots, postal_address=DEFAULTS.postal_address)

    def html() -> object:
        return check_html(compiled.html, path=PATH, options=options)

    def size() -> object:
        return check_size(compiled.html, path=PATH, options=options)

    taken = times_ms(html, rounds=rounds)
    return {
        "html_bytes": len(compiled.html.encode()),
        "html_ms": round(statistics.median(taken), 3),
        "html_best_ms": round(min(taken), 3),
        "size_ms": round(statistics.median(times_ms(size, rounds=rounds)), 3),
    }


if __name__ == "__main__":
    main()
