"""The commented `mailer.toml` that `mailer init` writes."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from mailer.providers.registry import KINDS, template_of

_TEMPLATE = Path(__file__).with_name("template.toml")


def fill_template(values: Mapping[str, str | int] | None = None) -> str:
    """Return the text of a new `mailer.toml`, every setting at its default but for `values`.

    Args:
        values: by dotted name: `{"sender.email": "news@example.org"}`.

    Raises:
        KeyError: a name is not in the template.
    """
    text = _template()
    for name, value in (values or {}).items():
        text = _set(text, name, value)
    return text


def _template() -> str:
    """Return the template with what the providers add to it."""
    width = max(map(len, KINDS)) + 2
    choices = [f"#   {json.dumps(name):{width}}  {kind.summary}" for name, kind in KINDS.items()]
    return (
        _TEMPLATE.read_text(encoding="utf-8")
        .replace("# {providers}", "\n".join(choices))
        .replace("# {provider sections}\n", "\n\n".join(map(template_of, KINDS)))
    )


def _set(text: str, name: str, value: str | int) -> str:
    section, _, key = name.rpartition(".")
    start = text.index(f"\n[{section}]\n") + 1 if section and f"\n[{section}]\n" in text else 0
    end = text.find("\n[", start)
    end = len(text) if end < 0 else end
    line = re.compile(rf"^{re.escape(key)} = .*$", re.MULTILINE)
    # a JSON string is a TOML string, but for DEL, which JSON leaves as it is
    written = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    body, count = line.subn(lambda _: f"{key} = {written}", text[start:end], count=1)
    if count == 0:
        raise KeyError(name)
    return text[:start] + body + text[end:]
