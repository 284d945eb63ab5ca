"""Building: a compiled issue as files that can be looked at, and as facts."""

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

from mailer.composing.rendering.pipeline import html_bytes
from mailer.composing.sample import neutral_html, neutral_text, sample_message
from mailer.config import Settings
from mailer.message.compiled import CompiledIssue
from mailer.platform.files import write_whole

_VARIANT_FILE = re.compile(r"variant-([1-9]\d{0,3})\.(?:html|txt)")


def write_build(compiled: CompiledIssue, settings: Settings, directory: Path) -> dict[str, Any]:
    """Write `message.html`, `.txt`, `.eml` and `.json` to `directory`; return the last one's data.

    Variants are `variant-1.html`, `variant-1.txt` and so on; those of an earlier build go. Each
    file appears whole or not at all, `message.json` last.
    """
    message = sample_message(compiled, settings)
    facts = describe(compiled, message)
    directory.mkdir(parents=True, exist_ok=True)
    write = partial(write_whole, can_be_remade=True)
    write(directory / "message.html", neutral_html(compiled, settings).encode())
    write(directory / "message.txt", neutral_text(compiled, settings).encode())
    for number, variant in enumerate(compiled.variants, 1):
        one = compiled.variant(variant.shown)
        write(directory / f"variant-{number}.html", neutral_html(one, settings).encode())
        write(directory / f"variant-{number}.txt", neutral_text(one, settings).encode())
    write(directory / "message.eml", message)
    for path in directory.glob("variant-*.*"):
        found = _VARIANT_FILE.fullmatch(path.name)
        if found and int(found[1]) > len(compiled.variants):
            path.unlink()
    document = json.dumps(facts, ensure_ascii=False, indent=2) + "\n"
    write(directory / "message.json", document.encode())
    return facts


def describe(compiled: CompiledIssue, message: bytes) -> dict[str, Any]:
    """Return subject, headers, hash and sizes of a compiled issue as JSON values."""
    import email.policy  # noqa: PLC0415 - 30 ms

    headers = email.message_from_bytes(message, policy=email.policy.default)
    return {
        "slug": compiled.slug,
        "subject": str(headers["Subject"]),
        "preheader": compiled.preheader,
        "date": compiled.date.isoformat(),
        "language": compiled.language,
        "headers": {name: str(value) for name, value in headers.items()},
        "merge_fields": sorted(compiled.fields),
        "variants": [
            {
                "file": f"variant-{number}.html",
                "for": list(each.shown),
                "html_bytes": len(each.html.encode()),
            }
            for number, each in enumerate(compiled.variants, 1)
        ],
        "content_hash": compiled.content_hash,
        "bytes": {
            "html": html_bytes(compiled),
            "text": len(compiled.text.encode()),
            "message": len(message),
        },
    }
