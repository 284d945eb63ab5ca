"""The providers there are. A new one is a folder beside this file, and a line here."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from mailer.providers.kind import ProviderKind

_FOLDERS = (
    "outbox",  # the first one is used where the settings choose none
    "smtp",
    "sendgrid",
)

KINDS: Mapping[str, ProviderKind[Any]] = {
    name: import_module(f"mailer.providers.{name}.kind").KIND for name in _FOLDERS
}
"""By name, in the order in which users see them."""

DEFAULT = _FOLDERS[0]


def template_of(name: str) -> str:
    """Return the provider's commented section for a new `mailer.toml`."""
    return (Path(__file__).parent / name / "template.toml").read_text(encoding="utf-8")
