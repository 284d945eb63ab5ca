"""`mailer issue shots`: every view, the same each time, compared, and nothing left running."""

import os
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import cli_kit
import psutil
import pytest
from chromium_kit import browser_or_skip, open_page
from cli_kit import NOWHERE_DATABASE, NOWHERE_REDIS, Cli, wait_until
from PIL import Image

from mailer.cli.shared import ExitCode
from mailer.composing.preview.views import VIEWS
from mailer.composing.shots.shooting import photograph
from mailer.platform.browser import open_chromium

pytestmark = pytest.mark.browser
cli = cli_kit.cli


@pytest.fixture
def author(cli: Cli) -> Cli:
    """An author needs no servers, but a browser."""
    browser_or_skip()
    cli.set(DATABASE_URL=NOWHERE_DATABASE, REDIS_URL=NOWHERE_REDIS)
    return cli


def shots(author: Cli, *arguments: str) -> dict[str, Any]:
    report: dict[str, Any] = author.call("issue", "shots", "week-1.md", *arguments, "--json").json
    return report


def browsers(folder: str) -> list[psutil.Process]:
    """Return living Chromium processes with a profile in this folder."""
    found = []
    for one in psutil.process_iter():
        with suppress(psutil.Error):
            words = " ".join(one.cmdline())
            if f"{folder}/mailer-chromium-" in words and one.status() != psutil.STATUS_ZOMBIE:
                found.append(one)
    return found


def test_every_view_the_same_each_time_and_changes_told(author: Cli) -> None:
    first = shots(author, "-o", "before")
    assert [each["view"] for each in first["views"]] == [view.name for view in VIEWS]
    assert first["pictures_left_out"] == []
    for view, told in zip(VIEWS, first["views"], strict=True):
        with Image.open(told["file"]) as picture:
            assert picture.format == "PNG"
            assert picture.width == view.width * view.scale
            assert picture.size == (told["width"], told["height"])
            assert told["difference"] is None
    with Image.open(first["contact_sheet"]) as sheet:
        assert sheet.width > 3000

    again = author.call(
        "issue", "shots", "week-1.md", "-o", "again", "--against", "before", "--json"
    )
    assert again.code == 0
    changed = [each["difference"]["changed_pixels"] for each in again.json["views"]]
    assert changed == [0] * len(VIEWS)
    assert not list(Path("again").glob("*.diff.png"))

    text = (author.path / "week-1.md").read_text()
    author.write("week-1.md", text.replace("The summary of it.", "The summary of it, longer."))
    later = author.call(
        "issue", "shots", "week-1.md", "-o", "later", "--against", "before", "--json"
    )
    assert later.code == ExitCode.FAILED
    assert later.json["is_different"]
    desktop = later.json["views"][0]["difference"]
    assert 0 < desktop["percent"] < 5
    left, top, right, bottom = desktop["box"]
    assert 0 <= left < right <= 1000
    assert 0 <= top < bottom
    with Image.open(desktop["file"]) as picture:
        assert picture.size == (1000, later.json["views"][0]["height"])


def test_pictures_are_local_or_left_out(author: Cli) -> None:
    (author.path / "img").mkdir()
    Image.new("RGB", (1104, 300), (200, 20, 20)).save(author.path / "img" / "red.png")
    text = (author.path / "week-1.md").read_text()
    pictures = "![red](img/red.png)\n\n![far](https://img.example.org/far.png)\n\n"
    author.write("week-1.md", text.replace("The summary", f"{pictures}The summary"))
    report = shots(author, "-o", "s")
    assert report["pictures_left_out"] == ["https://img.example.org/far.png"]
    with Image.open(report["views"][0]["file"]) as picture:
        counted = picture.convert("RGB").getcolors(1 << 24) or []
    reds = sum(n for n, (r, g, b) in counted if r > 180 and g < 60 and b < 60)  # type: ignore[misc]
    assert reds > 50_000
    assert not (author.path / ".mailer" / "media").exists()


def test_what_is_higher_than_a_texture_is_whole() -> None:
    rows = "".join(
        f'<div style="height:100px;background:rgb({n},{255 - n},7)"></div>' for n in range(120)
    )
    with open_page() as page:
        head = '<!doctype html><meta name="viewport" content="width=device-width">'
        body = f'<body style="margin:0">{rows}'
        picture = photograph(page, VIEWS[1], head + body, lambda _: None)
    assert picture.size == (750, 24_000)
    middles = [picture.getpixel((375, 100 + 200 * n)) for n in range(120)]
    assert middles == [(n, 255 - n, 7) for n in range(120)], "nothing is repeated or left out"


def test_what_cannot_be(author: Cli) -> None:
    done = author.call("issue", "shots", "week-1.md", "-o", "same", "--against", "same")
    assert done.code == ExitCode.USAGE
    assert "would be overwritten" in done.error
    done = author.call("issue", "shots", "week-1.md", "--against", "nowhere")
    assert done.code == ExitCode.NOT_FOUND
    assert "no screenshots to compare with" in done.error
    done = author.call("issue", "shots", "none.md")
    assert done.code == ExitCode.USAGE
    (author.path / "bad").mkdir()
    author.write("bad/desktop.png", "no picture")
    done = author.call("issue", "shots", "week-1.md", "--against", "bad")
    assert done.code == ExitCode.USAGE
    assert "bad/desktop.png" in done.error
    assert not (author.path / "week-1-shots").exists()


def test_without_a_browser_it_says_what_to_install(author: Cli) -> None:
    author.set(PATH="/nowhere")
    done = author.call("issue", "shots", "week-1.md")
    assert done.code == ExitCode.CONFIGURATION
    assert "apt install chromium" in done.error
    author.set(MAILER_PREVIEW__BROWSER="/bin/false")
    done = author.call("issue", "shots", "week-1.md")
    assert done.code == ExitCode.USAGE
    assert "Chromium has ended unexpectedly" in done.error


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_browser_outlives_it(author: Cli, number: signal.Signals) -> None:
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as folder:
        author.set(TMPDIR=folder)
        process = author.start("issue", "shots", "week-1.md")
        wait_until(lambda: browsers(folder))
        time.sleep(0.3)
        os.kill(process.process.pid, number)
        process.process.wait(20)
        wait_until(lambda: not browsers(folder), seconds=20)
        if number != signal.SIGKILL:
            assert not list(Path(folder).iterdir()), "the profile is removed"
            assert "Traceback" not in process.text


def test_a_long_way_to_the_temporary_folder_is_no_trouble(author: Cli) -> None:
    folder = author.path / ("long-" * 20)
    folder.mkdir()
    with open_chromium(browser_or_skip()) as chromium:
        assert chromium.version
    author.set(TMPDIR=str(folder))
    tempfile.tempdir = None
    try:
        with open_chromium(browser_or_skip()) as chromium:
            assert chromium.new_page().evaluate("1 + 1") == 2
    finally:
        tempfile.tempdir = None
