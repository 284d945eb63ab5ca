"""Where a Chromium is looked for, and what is said where there is none."""

from pathlib import Path

import pytest

from mailer.errors import ConfigurationError
from mailer.platform.browser.finding import MAC_APPS, NAMES, find_browser


def program(folder: Path, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("name", NAMES)
def test_any_of_its_names_on_path_will_do(tmp_path: Path, name: str) -> None:
    expected = program(tmp_path, name)
    assert find_browser(path=str(tmp_path), app_folders=()) == expected


def test_chromium_goes_before_others(tmp_path: Path) -> None:
    program(tmp_path, "google-chrome")
    expected = program(tmp_path, "chromium")
    assert find_browser(path=str(tmp_path), app_folders=()) == expected


def test_an_app_of_macos(tmp_path: Path) -> None:
    expected = program(tmp_path, MAC_APPS[1])
    assert find_browser(path="", app_folders=[tmp_path]) == expected


def test_none_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_browser(path=str(tmp_path), app_folders=[tmp_path])
    line = str(caught.value)
    assert "\n" not in line
    for words in ("apt install chromium", "brew install --cask chromium", "preview.browser"):
        assert words in line


def test_the_chosen_one_goes_before_all(tmp_path: Path) -> None:
    program(tmp_path, "chromium")
    chosen = program(tmp_path / "elsewhere", "my-browser")
    assert find_browser(str(chosen), path=str(tmp_path)) == chosen


def test_a_chosen_one_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no program")
    with pytest.raises(ConfigurationError, match="cannot be started"):
        find_browser(str(tmp_path / "text"), path=str(tmp_path))
