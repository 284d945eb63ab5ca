"""Where themes are looked for."""

from pathlib import Path

from mailer.config import Settings
from mailer.platform.resources import resource_dir


def theme_roots(settings: Settings) -> list[Path]:
    """Return where themes are looked for: the workspace first, then those that ship."""
    return [settings.workspace / "templates" / "email", resource_dir("templates") / "email"]
