"""Compile a generated issue of 16 items, warm, stage by stage; print the figures as JSON.

`ratio` is the whole compile divided by a fixed loop of pure Python timed in the same run, so that
figures from machines of different speed can be compared.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from mailer.composing.issue.reading import parser
from mailer.composing.issue.reading.merge import tokens_for
from mailer.composing.issue.reading.source import Source, normalise
from mailer.composing.rendering import (
    IssueDefaults,
    Theme,
    compile_issue,
    css,
    find_theme,
    html_bytes,
    templates,
)
from mailer.composing.rendering.edition import edit
from mailer.composing.rendering.html import Fragments
from mailer.composing.rendering.html_part import mjml_values
from mailer.composing.rendering.inline_html import InlineHtml
from mailer.composing.rendering.mjml import STYLES
from mailer.composing.rendering.mjml_rules import first_fault
from mailer.composing.rendering.mrml import entities_in_attributes, to_html
from mailer.composing.rendering.stylesheet import make_styles
from mailer.composing.rendering.text_part import text_part
from mailer.composing.themes.theme import MJML_FILE
from mailer.message.compiled import Mailbox
from mailer.platform.resources import resource_dir

ROOTS = [resource_dir("templates") / "email"]
PATH = Path("generated.md")
DEFAULTS = IssueDefaults(
    sender=Mailbox("news@example.org", "The Observatory"),
    postal_address="12 Hill Lane, Greenwich",
    has_archive=True,
)
FRONT = "---\nsubject: \"Generated {{ name | default: 'you' }}\"\ndate: 2026-11-22\n---\n\n"
SUMMARY = (
    "Somebody measured what everybody assumed, and the figures came out lower. The method is dull"
    " and [described in full](https://example.org/method?item={n}); the code is *short*, and a"
    " follow-up covers what it cost.\n\n"
)


def generated(items: int) -> str:
    """Return an issue of four sections with `items` items in all."""
    parts = [FRONT, "Good morning, {{ name | default: 'friend' }}. Here is what was read.\n\n"]
    for n in range(items):
        if n % max(1, items // 4) == 0:
            parts.append(f"## Section {n // max(1, items // 4) + 1}\n\n*What it is about*\n\n")
        parts.append(f"### Kicker {n}\n\n[The title of item {n}](https://example.org/{n})\n\n")
        parts.append(SUMMARY.format(n=n))
    return "".join([*parts, "---\n\nThat is all for today.\n"])


def median_ms(work: Callable[[], object], *, rounds: int) -> float:
    """Return the median time of `work`, after one round to warm up."""
    return round(statistics.median(times_ms(work, rounds=rounds)), 3)


def times_ms(work: Callable[[], object], *, rounds: int) -> list[float]:
    """Return what each round took, after one round to warm up."""
    work()
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        times.append((time.perf_counter() - begin) * 1000)
    return times


def reference() -> int:
    """Burn a fixed amount of pure Python."""
    return sum(n * n % 7 for n in range(100_000))


def theme() -> Theme:
    """Read the theme's files, as every compilation does."""
    return find_theme("digest", roots=ROOTS)


def stages(source: str) -> dict[str, Callable[[], object]]:
    """Return each stage as a function of nothing."""
    text, look = normalise(source), theme()
    issue = parser.parse(Source(text, PATH))
    edition = edit(issue, theme=look, defaults=DEFAULTS, path=PATH, images={})

    def values() -> dict[str, object]:
        fragments = Fragments(InlineHtml(tokens_for(text), edition.words), look.column_width)
        return {**mjml_values(edition, fragments), "styles": STYLES}

    def styled(document: str) -> str:
        return make_styles(look, mjml=document, accents=edition.accents, direction="ltr").inlined

    ready = values()
    document = entities_in_attributes(templates.render(look, MJML_FILE, ready))
    html = to_html(document.replace(STYLES, ""))
    inlined = styled(document)
    return {
        "theme_ms": theme,
        "parse_ms": lambda: parser.parse(Source(text, PATH)),
        "fragments_ms": values,
        "jinja_ms": lambda: templates.render(look, MJML_FILE, ready),
        "styles_ms": lambda: styled(document),
        "rules_ms": lambda: first_fault(document),
        "mrml_ms": lambda: to_html(document.replace(STYLES, "")),
        "premailer_ms": lambda: css.inline_css(html, inlined),
        "text_ms": lambda: text_part(edition, tokens_for(text)),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--items", type=int, default=16)
    options.add_argument("--rounds", type=int, default=60)
    chosen = options.parse_args()
    source = generated(chosen.items)

    def whole() -> object:
        return compile_issue(source, path=PATH, theme=theme(), defaults=DEFAULTS)

    compiled = compile_issue(source, path=PATH, theme=theme(), defaults=DEFAULTS)
    totals = times_ms(whole, rounds=chosen.rounds)
    loops = times_ms(reference, rounds=chosen.rounds)
    total, loop = statistics.median(totals), statistics.median(loops)
    figures = {
        "benchmark": "compile",
        "items": chosen.items,
        "rounds": chosen.rounds,
        "html_bytes": html_bytes(compiled),
        "text_bytes": len(compiled.text.encode()),
        "compile_ms": round(total, 3),
        "compile_best_ms": round(min(totals), 3),
        "reference_ms": round(loop, 3),
        "reference_best_ms": round(min(loops), 3),
        "ratio": round(total / loop, 3),
        "stages": {
            name: median_ms(work, rounds=chosen.rounds) for name, work in stages(source).items()
        },
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
