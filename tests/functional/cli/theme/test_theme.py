"""`mailer theme`: what a person who makes a theme of their own meets."""

import dataclasses
import json
from pathlib import Path

import pytest

from mailer.cli import run_command
from mailer.cli.shared import ExitCode
from mailer.composing.rendering import find_theme
from mailer.platform.resources import resource_dir

SHIPPED = resource_dir("templates") / "email"


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MAILER_WORKSPACE", raising=False)
    (tmp_path / "mailer.toml").write_text('[sender]\nemail = "a@example.org"\n')
    return tmp_path / "templates" / "email"


def test_new_theme_changes_nothing_until_told(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["theme", "new", "mine", "--from", "letter"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "wrote templates/email/mine/theme.toml\n"
    assert "theme: mine" in shown.err
    theme = find_theme("mine", roots=[workspace, SHIPPED])
    letter = find_theme("letter", roots=[SHIPPED])
    assert (theme.settings.light, theme.settings.fonts) == (
        letter.settings.light,
        letter.settings.fonts,
    )
    assert run_command(["theme", "check", "mine"]) == 0
    assert capsys.readouterr().out == "mine ok\n"


def test_every_commented_value_can_be_taken(workspace: Path) -> None:
    assert run_command(["theme", "new", "mine"]) == 0
    file = workspace / "mine" / "theme.toml"
    lines = file.read_text().split("\n")
    bare = [line.removeprefix("# ") if " = " in line or "[" in line else line for line in lines]
    file.write_text("\n".join(bare).replace('src = "logo.png"', 'src = "https://e.org/l.png"'))
    theme = find_theme("mine", roots=[workspace, SHIPPED])
    assert theme.settings.logo.alt == "The Observatory"
    assert theme.settings.dark == find_theme("digest", roots=[SHIPPED]).settings.dark


def test_a_shipped_theme_is_overridden_by_its_name(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["theme", "new", "note"]) == 0
    assert "extends" not in (workspace / "note" / "theme.toml").read_text()
    capsys.readouterr()
    assert run_command(["theme", "ls", "--json"]) == 0
    entries = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert entries["note"]["origin"] == "overridden"
    assert entries["note"]["files"] == ["theme.toml"]
    assert entries["digest"]["origin"] == "shipped"


def test_a_full_copy_stands_alone(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["theme", "new", "whole", "--full", "--from", "letter"]) == 0
    files = {path.name for path in (workspace / "whole").iterdir()}
    assert files == {
        "theme.toml",
        "issue.mjml.j2",
        "parts.mjml.j2",
        "issue.txt.j2",
        "blocks.css",
        "theme.css",
    }
    assert run_command(["theme", "check", "whole"]) == 0
    assert "whole ok\n" in capsys.readouterr().out


def test_a_full_copy_of_a_theme_of_ones_own_is_the_same(workspace: Path) -> None:
    assert run_command(["theme", "new", "mine", "--from", "letter"]) == 0
    settings = workspace / "mine" / "theme.toml"
    (workspace / "logo.png").write_bytes(b"a picture")
    settings.write_text(
        'extends = "letter"\nlabel = "Copy"\n'
        '[logo]\nsrc = "../logo.png"\nalt = "Mine \\"here\\""\nwidth = 200\n'
        '[[social]]\nname = "A"\nurl = "https://a.example/"\n'
        '[words.en]\nread_online = "See it"\n[words.nl]\nminutes = ["een", "{count}"]\n'
    )
    assert run_command(["theme", "new", "copy", "--full", "--from", "mine"]) == 0
    mine, copy = (find_theme(name, roots=[workspace, SHIPPED]) for name in ("mine", "copy"))
    ours, theirs = dataclasses.asdict(mine.settings), dataclasses.asdict(copy.settings)
    assert theirs.pop("logo")["path"] == workspace / "copy" / "logo.png"
    assert ours.pop("logo")["alt"] == copy.settings.logo.alt
    assert theirs == ours
    assert (workspace / "copy" / "logo.png").read_bytes() == b"a picture"


def test_what_builds_on_its_parent_is_not_copied(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["theme", "new", "mine"]) == 0
    (workspace / "mine" / "issue.mjml.j2").write_text('{% extends "parent/issue.mjml.j2" %}')
    assert run_command(["theme", "new", "copy", "--full", "--from", "mine"]) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert "mine/issue.mjml.j2: builds on the file that it hides" in told
    assert not (workspace / "copy").exists()


def test_nothing_is_overwritten(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["theme", "new", "mine"]) == 0
    file = workspace / "mine" / "theme.toml"
    file.write_text('extends = "note"\n')
    assert run_command(["theme", "new", "mine"]) == ExitCode.USAGE
    assert "is there already; nothing was written" in capsys.readouterr().err
    assert file.read_text() == 'extends = "note"\n'
    assert [path.name for path in workspace.iterdir()] == ["mine"]


def test_what_a_killed_command_left_is_no_theme(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["theme", "new", "mine"]) == 0
    (workspace / "mine").rename(workspace / ".mine.0123.tmp")
    capsys.readouterr()
    assert run_command(["theme", "ls", "--json"]) == 0
    assert ".mine" not in capsys.readouterr().out


def test_what_cannot_be_built_on(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["theme", "new", "mine", "--from", "base"]) == ExitCode.USAGE
    assert "'base' has no layout" in capsys.readouterr().err
    assert run_command(["theme", "new", "note", "--from", "letter"]) == ExitCode.USAGE
    assert "is a shipped theme" in capsys.readouterr().err
    assert run_command(["theme", "new", "mine", "--from", "lettre"]) == ExitCode.USAGE
    assert "did you mean 'letter'" in capsys.readouterr().err
    assert not workspace.exists()


@pytest.mark.parametrize("name", ["base", "../x", "Mine", "a b", "-x"])
def test_names_that_cannot_be_one(
    workspace: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert run_command(["theme", "new", "--", name]) == ExitCode.USAGE
    assert "cannot be a theme's name" in capsys.readouterr().err
    assert not workspace.exists()


def test_check_fails_on_errors(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "mine").mkdir(parents=True)
    (workspace / "mine" / "theme.toml").write_text(
        'extends = "digest"\n[light]\nmuted = "#C9C2B5"\n'
    )
    assert run_command(["theme", "check", "mine"]) == ExitCode.FAILED
    shown = capsys.readouterr().out
    head, line, *_ = shown.split("\n")[1:]
    assert head.startswith("templates/email/mine/theme.toml:3:1: error muted on")
    assert head.endswith("[contrast-low]")
    assert "3 │ muted = " in line, "as the linter shows it"
    assert run_command(["theme", "check", "mine", "--json"]) == ExitCode.FAILED
    [report] = json.loads(capsys.readouterr().out)
    assert report["findings"][0]["code"] == "contrast-low"


def test_check_looks_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["theme", "check"]) == 0
    assert capsys.readouterr().out == "digest ok\nletter ok\nnote ok\n"
    assert run_command(["theme", "check", "lettre"]) == ExitCode.NOT_FOUND


def test_ls_shows_broken_themes(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "mine").mkdir(parents=True)
    (workspace / "mine" / "theme.toml").write_text("a = = 1\n")
    assert run_command(["theme", "ls"]) == 0
    assert "not TOML" in capsys.readouterr().out
