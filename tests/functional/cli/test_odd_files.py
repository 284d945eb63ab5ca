"""Settings, workspaces and folders that are not what they should be: one line each."""

import os
from pathlib import Path

import cli_kit
import pytest
from cli_kit import SETTINGS, Cli

cli = cli_kit.cli


def _folder(file: Path) -> None:
    file.mkdir()


def _pipe(file: Path) -> None:
    os.mkfifo(file)


def _nowhere(file: Path) -> None:
    file.symlink_to("not-there.toml")


def _circle(file: Path) -> None:
    file.symlink_to(file.name)


def _nul(file: Path) -> None:
    file.write_bytes(b"provider = 'outbox'\0\n")


def _wide(file: Path) -> None:
    file.write_text(SETTINGS, encoding="utf-16")


def _deep(file: Path) -> None:
    file.write_text(f"provider = {'[' * 100_000}")


@pytest.mark.parametrize("make", [_folder, _pipe, _nowhere, _circle, _nul, _wide, _deep])
@pytest.mark.parametrize("found_by", ["name", "search"])
def test_settings_that_are_no_file_of_settings(cli: Cli, make: object, found_by: str) -> None:
    """They neither keep us waiting nor count as none, though the environment names the servers."""
    (cli.path / "mailer.toml").unlink()
    make(cli.path / "mailer.toml")  # type: ignore[operator]
    if found_by == "search":
        cli.monkeypatch.delenv("MAILER_WORKSPACE")
    done = cli.call("lists", "ls")
    assert done.code == 3
    assert "mailer.toml" in done.error


def test_a_workspace_that_leads_in_a_circle(cli: Cli) -> None:
    (cli.path / "loop").symlink_to("loop")
    cli.set(MAILER_WORKSPACE=str(cli.path / "loop"))
    assert "is not a workspace" in cli.call("lists", "ls").error


def test_a_path_that_leads_in_a_circle(cli: Cli) -> None:
    (cli.path / "loop").symlink_to("loop")
    done = cli.call("issue", "shots", "week-1.md", "-o", "loop", "--against", "loop")
    assert done.code == 2
    assert "loop" in done.error


def test_a_current_folder_that_has_gone(cli: Cli) -> None:
    gone = cli.path / "gone"
    gone.mkdir()
    cli.monkeypatch.chdir(gone)
    cli.monkeypatch.delenv("MAILER_WORKSPACE")
    gone.rmdir()
    try:
        done = cli.call("lists", "ls")
    finally:
        cli.monkeypatch.chdir(cli.path)
    assert "the current folder is no longer there" in done.error
