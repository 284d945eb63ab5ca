"""Settings: `mailer.toml` in the workspace, each key also as `MAILER_<SECTION>__<KEY>`."""

from mailer.config.loading import load_settings
from mailer.config.models import Settings
from mailer.config.secret_key import KEY_FILE
from mailer.config.template import fill_template
from mailer.config.workspace import SETTINGS_FILE, find_workspace
from mailer.platform.settings.urls import kombu_url

__all__ = [
    "KEY_FILE",
    "SETTINGS_FILE",
    "Settings",
    "fill_template",
    "find_workspace",
    "kombu_url",
    "load_settings",
]
