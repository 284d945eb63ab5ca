"""Pictures from an issue file to the web, to what is kept, and to what goes."""

import os
import time
from pathlib import Path
from typing import Any

import cli_kit
import image_kit as kit
import pytest
from cli_kit import Cli

from mailer.cli.shared import ExitCode
from mailer.composing.images import pruning

cli = cli_kit.cli

ISSUE = """---
subject: "Hello"
slug: {slug}
date: 2026-11-22
---

![What it shows]({src})

## Section

### Title

Words.
"""
DAY = 86_400


@pytest.fixture
def pictures(cli: Cli) -> Path:
    """Return the store of a workspace with a sent issue, a draft, and pictures of both."""
    for name, width in [("sent.png", 300), ("draft.png", 301)]:
        (cli.path / name).write_bytes(kit.encode(kit.chart(width, 100), "PNG"))
        cli.write(f"{name[:-4]}.md", ISSUE.format(slug=name[:-4], src=name))
    cli.list_of("reader@example.com")
    assert cli.call("issue", "build", "draft.md", "-o", "build").code == 0
    assert cli.call("send", "sent.md", "--list", "readers", "--yes", "--no-watch").code == 0
    return cli.path / ".mailer/media"


def age(store: Path, days: float) -> None:
    then = time.time() - days * DAY
    for file in store.iterdir():
        os.utime(file, (then, then))


def test_what_was_sent_is_kept_and_the_rest_goes(cli: Cli, pictures: Path) -> None:
    listed = cli.call("images", "ls", "--json").json
    by_issue = {tuple(one["issues"]): one["name"] for one in listed}
    assert set(by_issue) == {("sent",), ()}
    assert cli.call("images", "prune", "--yes", "--json").json["removed"] == []
    age(pictures, 31)
    (pictures / ".left.tmp").write_bytes(b"half")
    (pictures / "notes.txt").write_text("somebody's own")
    age(pictures, 31)
    tried = cli.call("images", "prune", "--dry-run", "--json").json
    assert [one["name"] for one in tried["would_remove"]] == [by_issue[()]]
    assert (pictures / by_issue[()]).exists()
    assert cli.call("images", "prune", "--days", "40", "--yes", "--json").json["removed"] == []
    done = cli.call("images", "prune", "--yes")
    assert "removed 1 picture" in done.out
    assert {file.name for file in pictures.iterdir()} == {by_issue[("sent",)], "notes.txt"}


def test_a_draft_that_was_just_compiled_is_in_use(cli: Cli, pictures: Path) -> None:
    age(pictures, 31)
    assert cli.call("issue", "build", "draft.md", "-o", "build").code == 0
    assert "removed 0 pictures" in cli.call("images", "prune", "--yes").out


def test_a_pruned_draft_has_its_picture_back(cli: Cli, pictures: Path) -> None:
    before = sorted(file.name for file in pictures.iterdir())
    age(pictures, 31)
    assert cli.call("images", "prune", "--yes").code == 0
    assert len(list(pictures.iterdir())) == 1
    assert cli.call("issue", "build", "draft.md", "-o", "build").code == 0
    assert sorted(file.name for file in pictures.iterdir()) == before


def test_nobody_answers_nothing_goes(cli: Cli, pictures: Path) -> None:
    age(pictures, 31)
    done = cli.run("images", "prune")
    assert done.code == ExitCode.DECLINED
    assert "nothing was removed" in done.err
    assert len(list(pictures.iterdir())) == 2


def test_a_database_that_knows_none_of_them_is_doubted(cli: Cli, pictures: Path) -> None:
    cli.change("TRUNCATE issue CASCADE")
    age(pictures, 31)
    done = cli.call("images", "prune", "--dry-run")
    assert "is it the right database?" in " ".join(done.err.split())
    assert "2 of 2 pictures would be removed" in done.words


def test_there_may_be_none(cli: Cli) -> None:
    assert cli.call("images", "ls").out == "0 pictures, 0.0 MB\n"
    assert cli.call("images", "prune", "--yes").code == 0


def test_the_list_is_for_people_too(cli: Cli, pictures: Path) -> None:
    shown = cli.call("images", "ls").out
    for file in pictures.iterdir():
        assert file.name in shown
    assert "sent" in shown
    assert "2 pictures" in shown


def test_building_tells_what_was_found(cli: Cli) -> None:
    (cli.path / "a.png").write_bytes(kit.encode(kit.chart(120, 60), "PNG"))
    cli.write("week.md", ISSUE.format(slug="week", src="a.png"))
    done = cli.call("issue", "build", "week.md", "-o", "build")
    assert done.code == 0
    told = " ".join(done.err.split())
    assert "picture: week.md:7: a.png is 120 pixels wide" in told


def test_a_bad_picture_is_one_line_and_nothing_is_written(cli: Cli) -> None:
    cli.write("week.md", ISSUE.format(slug="week", src="a.png"))
    cli.write("a.png", "<svg></svg>")
    done = cli.call("issue", "build", "week.md", "-o", "build")
    assert done.code == ExitCode.USAGE
    assert "week.md:7:1: the image 'a.png' is an SVG drawing" in done.error
    assert not (cli.path / "build").exists()


def test_a_bucket_without_its_settings_is_a_setting(cli: Cli) -> None:
    cli.write("mailer.toml", '[sender]\nemail = "news@example.org"\n[images]\nstore = "s3"\n')
    (cli.path / "a.png").write_bytes(kit.encode(kit.chart(120, 60), "PNG"))
    cli.write("week.md", ISSUE.format(slug="week", src="a.png"))
    done = cli.call("issue", "build", "week.md", "-o", "build")
    assert done.code == ExitCode.CONFIGURATION
    assert "images.s3_bucket is missing" in done.error


def test_a_picture_that_comes_into_use_meanwhile_stays(
    cli: Cli, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    age(pictures, 31)
    real = pruning.unused
    counts: list[int] = []

    def compiled_meanwhile(*arguments: Any, **options: Any) -> Any:
        found = real(*arguments, **options)
        counts.append(len(found))
        if len(counts) == 2:  # the first was for the question, this is for the deed
            age(pictures, 0)
        return found

    monkeypatch.setattr(pruning, "unused", compiled_meanwhile)
    assert "removed 0 pictures" in cli.call("images", "prune", "--yes").out
    assert counts == [1, 1]
    assert len(list(pictures.iterdir())) == 2
