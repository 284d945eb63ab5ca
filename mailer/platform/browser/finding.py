"""Where a Chromium is on this machine."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from mailer.errors import ConfigurationError

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
    "brave-browser",
)
"""Programs on PATH, in the order in which they are tried."""

MAC_APPS = (
    "Chromium.app/Contents/MacOS/Chromium",
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "Brave Browser.app/Contents/MacOS/Brave Browser",
)
_APP_FOLDERS = (Path("/Applications"), Path.home() / "Applications")
_HOW = (
    "install one (Debian, Ubuntu: apt install chromium; Fedora: dnf install chromium; "
    "macOS: brew install --cask chromium; or Google Chrome or Edge from its maker), "
    "or name it with preview.browser or MAILER_PREVIEW__BROWSER"
)


def find_browser(
    chosen: str = "", *, path: str | None = None, app_folders: Sequence[Path] = _APP_FOLDERS
) -> Path:
    """Return the Chromium to start.

    Args:
        chosen: a file or a name on PATH that a person chose; the first that is there when empty.
        path: folders to look in; the environment's PATH when None.
        app_folders: where macOS keeps apps.

    Raises:
        ConfigurationError: there is none; the line says what to install.
    """
    if chosen:
        return _chosen(chosen, path)
    for name in NAMES:
        if found := shutil.which(name, path=path):
            return Path(found)
    for folder in app_folders:
        for app in MAC_APPS:
            if os.access(folder / app, os.X_OK):
                return folder / app
    raise ConfigurationError(f"there is no Chromium here, which takes the screenshots: {_HOW}")


def _chosen(chosen: str, path: str | None) -> Path:
    found = shutil.which(str(Path(chosen).expanduser()), path=path)
    if found is None:
        raise ConfigurationError(
            f"preview.browser: {chosen} cannot be started; name a Chromium, "
            "or leave it empty to use the first one found"
        )
    return Path(found)
