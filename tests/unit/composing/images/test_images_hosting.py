"""Hosting the picture files of an issue: found within bounds, made once, stored by content."""

import dataclasses
import datetime as dt
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import image_kit as kit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.composing.images import is_media_name, preparing
from mailer.composing.images.files import is_remote
from mailer.composing.images.hosting import host_file, host_images
from mailer.composing.issue.tree import (
    Block,
    Callout,
    FrontMatter,
    Image,
    Issue,
    Item,
    ListBlock,
    Paragraph,
    Quote,
    Section,
    Text,
)
from mailer.config import Settings
from mailer.errors import RenderError


def image(src: str, line: int = 1) -> Image:
    return Image(src, "what it shows", (), "", line)


def issue(*blocks: Block) -> Issue:
    matter = FrontMatter((Text("Subject"),), "week-1", dt.date(2026, 11, 22))
    return Issue(matter, blocks, (), ())


@dataclass
class Workspace:
    path: Path

    @property
    def settings(self) -> Settings:
        return self.with_images()

    @property
    def media(self) -> Path:
        return self.path / ".mailer" / "media"

    def with_images(self, **images: Any) -> Settings:
        web = {"base_url": "https://news.example.org/letters"}
        return Settings.model_validate({"workspace": self.path, "web": web, "images": images})

    def save(self, name: str, picture: Any = None, kind: str = "PNG") -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(kit.encode(picture or kit.chart(1300, 600), kind))
        return path

    def host(self, *blocks: Block, file: str = "issues/week-1.md") -> Any:
        return host_images(issue(*blocks), path=self.path / file, settings=self.settings)

    def error(self, src: str, line: int = 7) -> RenderError:
        with pytest.raises(RenderError) as caught:
            self.host(image(src, line))
        assert caught.value.path == self.path / "issues/week-1.md"
        assert caught.value.line == line
        assert "\n" not in str(caught.value)
        return caught.value


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    folder = tmp_path / "letters"
    (folder / "issues").mkdir(parents=True)
    (folder / "mailer.toml").touch()
    return Workspace(folder)


# --- finding ---


def test_every_image_is_hosted_wherever_it_is(workspace: Workspace) -> None:
    def deep(n: int) -> tuple[Any, ...]:
        workspace.save(f"issues/{n}.png", kit.chart(40 + n, 20))
        inner = (Callout("note", (), (Quote((image(f"{n}.png"),), 1),), 1), Paragraph((), 1))
        return (ListBlock(((Paragraph((), 1),), inner), None, 1),)

    section = Section((), (), deep(1), (Item((), (), "", deep(2), 0, 1),), 1)
    whole = dataclasses.replace(issue(*deep(0)), sections=(section,), closing=deep(3))
    path = workspace.path / "issues/week-1.md"
    hosted = host_images(whole, path=path, settings=workspace.settings)
    assert list(hosted) == ["0.png", "1.png", "2.png", "3.png"]


def test_a_file_is_hosted_under_its_content(workspace: Workspace) -> None:
    workspace.save("issues/img/chart.png")
    hosted = workspace.host(image("img/chart.png"), image("https://example.org/a.png"))
    assert list(hosted) == ["img/chart.png"]
    found = hosted["img/chart.png"]
    base, _, name = found.url.rpartition("/")
    assert base == "https://news.example.org/letters/media"
    assert is_media_name(name)
    data = (workspace.media / name).read_bytes()
    assert kit.decode(data).size == (found.width, found.height) == (1104, 510)
    assert (found.size_bytes, found.shown_width, found.is_animated) == (len(data), 552, False)


@pytest.mark.parametrize("src", ["my%20chart%20%C3%BC.png", "my chart ü.png", "./my%20chart ü.png"])
def test_names_are_percent_decoded(workspace: Workspace, src: str) -> None:
    workspace.save("issues/my chart ü.png")
    assert src in workspace.host(image(src))


def test_a_folder_beside_the_issues_is_in_the_workspace(workspace: Workspace) -> None:
    workspace.save("shared/logo.png")
    assert workspace.host(image("../shared/logo.png"))


def test_an_issue_anywhere_has_its_own_folder(workspace: Workspace, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.png").write_bytes(kit.encode(kit.chart(200, 100), "PNG"))
    assert workspace.host(image("a.png"), file="../elsewhere/week.md")


def test_a_folder_that_stands_in_for_a_workspace_opens_nothing(tmp_path: Path) -> None:
    (tmp_path / "issues").mkdir()
    (tmp_path / "a.png").write_bytes(kit.encode(kit.chart(200, 100), "PNG"))
    place = Workspace(tmp_path)
    assert "lies outside" in place.error("../a.png").message


@pytest.mark.parametrize(
    ("src", "said"),
    [
        ("../../outside.png", "lies outside"),
        ("..%2F..%2Foutside.png", "lies outside"),
        ("%2e%2e/%2e%2e/outside.png", "lies outside"),
        ("img/../../../outside.png", "lies outside"),
        ("../../../../../../etc/passwd", "lies outside"),
        ("../.mailer/secret.png", "lies outside"),
        ("link.png", "lies outside"),
        ("linked/outside.png", "lies outside"),
        ("/etc/passwd", "must be named from the issue's folder"),
        ("%2Fetc%2Fpasswd", "must be named from the issue's folder"),
        ("~/picture.png", "must be named from the issue's folder"),
        ("C:%5Ca.png", "must be named from the issue's folder"),
        ("c%3A/a.png", "must be named from the issue's folder"),
        ("%5C%5Cserver%5Ca.png", "must be named from the issue's folder"),
        ("file:///etc/passwd", "must be named from the issue's folder"),
        ("//example.org/a.png", "lacks https:"),
        ("data:image/png;base64,AAAA", "Gmail does not show"),
        ("cid:part1", "attachment"),
        ("ftp://example.org/a.png", "begins with ftp:"),
        ("javascript:alert(1)", "begins with javascript:"),
        ("a%00.png", "is not a path"),
        ("", "is not a path"),
        ("%20", "is not a path"),
        ("%FF.png", "% signs"),
        ("img", "is a folder"),
        (".", "is a folder"),
        ("pipe.png", "is not an ordinary file"),
        ("loop.png", "cannot be read"),
        ("x" * 300 + ".png", "cannot be read"),
        ("x/" * 3000, "cannot be read"),
        ("img%5Cchart.png", "write / between folders"),
        ("img/Chart.PNG", "is not there: did you mean img/chart.png?"),
        ("img/chrat.png", "did you mean img/chart.png?"),
        ("nowhere/at/all.png", "is not there: look at its name and folder"),
        ("img/chart.png/x.png", "is not there"),
    ],
)
def test_what_may_not_be_read_is_a_clear_error(
    workspace: Workspace, tmp_path: Path, src: str, said: str
) -> None:
    workspace.save("issues/img/chart.png", kit.chart(60, 40))
    workspace.save("../outside.png", kit.chart(60, 40))
    workspace.save(".mailer/secret.png", kit.chart(60, 40))
    folder = workspace.path / "issues"
    (folder / "link.png").symlink_to(tmp_path / "outside.png")
    (folder / "linked").symlink_to(tmp_path)
    (folder / "loop.png").symlink_to("loop.png")
    os.mkfifo(folder / "pipe.png")
    error = workspace.error(src)
    assert said in error.message
    assert len(error.message) < 300
    assert not workspace.media.exists()


@given(st.text(max_size=60))
def test_any_source_is_hosted_or_a_clear_error(src: str) -> None:
    settings = Settings.model_validate({"workspace": Path("/nonexistent/workspace")})
    path = Path("/nonexistent/workspace/week.md")
    tree = issue(image(src))
    if is_remote(src):
        assert host_images(tree, path=path, settings=settings) == {}
    else:
        with pytest.raises(RenderError, match=r"week\.md:1: the image"):
            host_images(tree, path=path, settings=settings)


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xffbroken", b"<svg xmlns='x'/>", b"words"])
def test_a_bad_file_is_an_error_at_its_line(workspace: Workspace, content: bytes) -> None:
    (workspace.path / "issues/bad.jpg").write_bytes(content)
    assert str(workspace.error("bad.jpg", 12)).startswith(
        f"{workspace.path}/issues/week-1.md:12: the image 'bad.jpg' is "
    )
    assert not workspace.media.exists()


def test_a_file_above_the_limit_is_not_read_further(workspace: Workspace) -> None:
    with (workspace.path / "issues/huge.png").open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.truncate(10**12)
    assert "images.max_source_bytes" in workspace.error("huge.png").message


def test_the_first_problem_is_told(workspace: Workspace) -> None:
    workspace.save("issues/good.png")
    tree = issue(image("good.png", 3), image("b.png", 4), image("a.png", 5), image("b.png", 9))
    path = workspace.path / "issues/week-1.md"
    with pytest.raises(RenderError, match=r"week-1\.md:4: the image 'b\.png'"):
        host_images(tree, path=path, settings=workspace.settings)


# --- widths ---


def test_a_given_width_is_the_shown_one(workspace: Workspace) -> None:
    workspace.save("issues/a.png")
    found = workspace.host(Image("a.png", "", (), "", 1, 200))["a.png"]
    assert (found.shown_width, found.width) == (200, 400)


def test_nothing_is_shown_wider_than_the_column(workspace: Workspace) -> None:
    workspace.save("issues/a.png")
    found = workspace.host(Image("a.png", "", (), "", 1, 5000))["a.png"]
    assert (found.shown_width, found.width) == (552, 1104)


def test_a_picture_used_twice_is_large_enough_for_both(workspace: Workspace) -> None:
    workspace.save("issues/a.png")
    small, large = (Image("a.png", "", (), "", 1, width) for width in (100, 300))
    found = workspace.host(small, large)["a.png"]
    assert (found.shown_width, found.width) == (300, 600)


def test_a_small_picture_is_shown_no_wider_than_it_is(workspace: Workspace) -> None:
    workspace.save("issues/a.png", kit.chart(120, 80))
    found = workspace.host(image("a.png"))["a.png"]
    assert (found.shown_width, found.width) == (120, 120)
    assert any("120 pixels wide" in note for note in found.notes)


# --- doing it once ---


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the widths at which pictures were prepared."""
    made: list[int] = []
    real = preparing.prepare

    def prepare(data: bytes, **options: Any) -> Any:
        made.append(options["shown_width"])
        return real(data, **options)

    monkeypatch.setattr(preparing, "prepare", prepare)
    return made


def test_a_second_compile_does_no_image_work(workspace: Workspace, counted: list[int]) -> None:
    workspace.save("issues/a.jpg", kit.photograph(1600, 1200), "JPEG")
    first = workspace.host(image("a.jpg"))
    time.sleep(1.1)  # until then the file's time of change does not say much
    assert workspace.host(image("a.jpg")) == first
    assert counted == [552]


def test_a_changed_file_is_made_anew(workspace: Workspace, counted: list[int]) -> None:
    workspace.save("issues/a.png", kit.chart(300, 200))
    first = workspace.host(image("a.png"))["a.png"].url
    workspace.save("issues/a.png", kit.chart(300, 201))
    assert workspace.host(image("a.png"))["a.png"].url != first
    assert len(counted) == 2


def test_an_unchanged_file_is_not_read(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.save("issues/a.png", kit.chart(300, 200))
    time.sleep(1.1)
    first = workspace.host(image("a.png"))
    monkeypatch.setattr("mailer.composing.images.hosting.read_file", None)
    assert workspace.host(image("a.png")) == first


def test_a_change_within_one_tick_of_the_clock_is_seen(workspace: Workspace) -> None:
    path = workspace.save("issues/a.bmp", kit.chart(60, 40), "BMP")
    times = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    first = workspace.host(image("a.bmp"))["a.bmp"].url
    path.write_bytes(kit.encode(kit.corners(60, 40), "BMP"))  # as many bytes
    os.utime(path, ns=times)
    assert workspace.host(image("a.bmp"))["a.bmp"].url != first


def test_the_same_picture_under_another_name_is_known(
    workspace: Workspace, counted: list[int]
) -> None:
    workspace.save("issues/a.png")
    workspace.save("issues/b.png")
    hosted = workspace.host(image("a.png"), image("b.png"))
    assert hosted["a.png"].url == hosted["b.png"].url
    assert counted == [552]


def test_other_limits_and_widths_are_other_pictures(
    workspace: Workspace, counted: list[int]
) -> None:
    workspace.save("issues/a.png", kit.photograph(1300, 900))
    path = workspace.path / "issues/week-1.md"
    urls = {
        host_images(issue(one), path=path, settings=workspace.with_images(**images))["a.png"].url
        for one, images in [
            (image("a.png"), {}),
            (image("a.png"), {"max_bytes": 50_000}),
            (Image("a.png", "", (), "", 1, 90), {}),
        ]
    }
    assert len(urls) == len(counted) == 3


def test_a_picture_that_was_deleted_comes_back(workspace: Workspace) -> None:
    workspace.save("issues/a.png")
    url = workspace.host(image("a.png"))["a.png"].url
    name = url.rpartition("/")[2]
    (workspace.media / name).unlink()
    assert workspace.host(image("a.png"))["a.png"].url == url
    assert (workspace.media / name).exists()


def test_memory_that_is_broken_is_forgotten(workspace: Workspace) -> None:
    workspace.save("issues/a.png")
    first = workspace.host(image("a.png"))
    for content in (b"", b"[]", b'{"name": 1}', b"\xff", b'{"notes": 3}'):
        for fact in (workspace.path / ".mailer/images").glob("*/*"):
            fact.write_bytes(content)
        assert workspace.host(image("a.png")) == first


def test_memory_that_cannot_be_written_is_done_without(workspace: Workspace) -> None:
    workspace.save("issues/a.png")
    (workspace.path / ".mailer").mkdir()
    (workspace.path / ".mailer/images").write_text("in the way")
    assert workspace.host(image("a.png"))


def test_many_at_once_store_each_picture_whole(workspace: Workspace) -> None:
    workspace.save("issues/a.jpg", kit.photograph(900, 600), "JPEG")
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda: found.append(workspace.host(image("a.jpg"))))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert all(one == found[0] for one in found)
    [file] = workspace.media.iterdir()
    assert kit.decode(file.read_bytes()).width == 900


def test_an_issue_without_files_leaves_no_trace(workspace: Workspace) -> None:
    assert workspace.host(image("HTTPS://example.org/a.png")) == {}
    assert not (workspace.path / ".mailer").exists()


def test_the_state_is_private(workspace: Workspace) -> None:
    workspace.save("issues/a.png")
    workspace.host(image("a.png"))
    assert (workspace.path / ".mailer").stat().st_mode & 0o777 == 0o700
    assert workspace.media.stat().st_mode & 0o777 == 0o700


def test_a_theme_with_a_narrow_column_gets_narrow_pictures(workspace: Workspace) -> None:
    workspace.save("issues/a.png")
    path = workspace.path / "issues/week-1.md"
    found = host_images(
        issue(image("a.png")), path=path, settings=workspace.settings, column_width=400
    )["a.png"]
    assert (found.width, found.shown_width) == (800, 400)


def test_a_picture_of_no_issue_is_hosted_too(workspace: Workspace, tmp_path: Path) -> None:
    workspace.save("../theme/our logo 100%.png")
    file = tmp_path / "theme/our logo 100%.png"
    found = host_file(file, shown_width=160, settings=workspace.settings)
    assert (found.width, found.shown_width) == (320, 160)
    with pytest.raises(RenderError, match="is not there") as caught:
        host_file(file.with_name("x.png"), shown_width=160, settings=workspace.settings)
    assert caught.value.path == file.with_name("x.png")


def test_a_base_of_its_own_is_used(workspace: Workspace) -> None:
    workspace.save("issues/a.png")
    hosted = host_images(
        issue(image("a.png")),
        path=workspace.path / "issues/week-1.md",
        settings=workspace.with_images(base_url="https://img.example.org/news/"),
    )
    assert hosted["a.png"].url.startswith("https://img.example.org/news/")
    assert "//" not in hosted["a.png"].url.removeprefix("https://")
