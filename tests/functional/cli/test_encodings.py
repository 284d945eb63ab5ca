"""Locales and pipes that are not in UTF-8: every command prints, and documents stay in UTF-8."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_kit import SETTINGS

from mailer.cli.encoding import accept_every_character

TITLE = "Zażółć 日本 → “ünïcode” 🎉"
ISSUE = f"""---
subject: "{TITLE}"
slug: week-1
date: 2026-11-22
---

{TITLE}

## {TITLE}

Words [here](https://example.org/a) and {{{{ nmae }}}}.
"""


@pytest.fixture(scope="module")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a Turkish eight-bit locale, or skip where it cannot be made."""
    folder = tmp_path_factory.mktemp("locales")
    command = ["localedef", "-i", "tr_TR", "-f", "ISO-8859-9", str(folder / "tr_TR.ISO-8859-9")]
    try:
        subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the sources of locales (Debian: apt install locales)")
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "mailer.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "week-1.md").write_text(ISSUE, encoding="utf-8")
    (tmp_path / "page.html").write_text(
        f"<html><body><article><h1>{TITLE}</h1><p>{TITLE}</p></article></body></html>",
        encoding="utf-8",
    )
    return tmp_path


def run(
    folder: Path, *arguments: str | bytes, **environ: str
) -> "subprocess.CompletedProcess[bytes]":
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "mailer", *arguments],
        cwd=folder,
        env={**kept, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode(errors="replace")
    assert b"UnicodeEncodeError" not in done.stderr
    return done


ASCII = {"PYTHONIOENCODING": "ascii"}
COMMANDS = (
    ["--help"],
    ["issue", "lint", "--help"],
    ["issue", "lint", "week-1.md"],
    ["issue", "lint", "week-1.md", "--json"],
    ["issue", "build", "week-1.md", "-o", "built"],
    ["issue", "import", "page.html", "-o", "imported.md"],
    ["issue", "import", "no-ş-日.html", "-o", "no.md"],
    ["theme", "ls"],
    ["theme", "check", "letter"],
)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("encoding", ["ascii", "iso8859-9", "ascii:strict"])
def test_pipe_that_lacks_characters(workspace: Path, arguments: list[str], encoding: str) -> None:
    done = run(workspace, *arguments, PYTHONIOENCODING=encoding)
    assert done.stdout.decode(encoding.partition(":")[0]) + done.stderr.decode("latin-1")


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_turkish_locale(workspace: Path, locales: Path, arguments: list[str]) -> None:
    encoded = [one.encode() for one in arguments]
    run(workspace, *encoded, LC_ALL="tr_TR.ISO-8859-9", LOCPATH=str(locales))


@pytest.mark.slow
def test_servers_are_shared_between_locales(workspace: Path, locales: Path) -> None:
    """The folder's name is other text in each; the keeper has the locale of who came first."""
    office = workspace / "Büro 東"
    office.mkdir()
    (office / "mailer.toml").write_text(SETTINGS, encoding="utf-8")
    lasting = {"MAILER_EMBEDDED_LINGER_SECONDS": "30"}
    turkish = {"LC_ALL": "tr_TR.ISO-8859-9", "LOCPATH": str(locales)}
    created = run(office, "lists", "create", "readers", **lasting, PYTHONUTF8="1")
    assert created.returncode == 0, created.stderr
    listed = run(office, "lists", "ls", MAILER_EMBEDDED_LINGER_SECONDS="0.5", **turkish)
    assert listed.returncode == 0, listed.stderr
    assert b"readers" in listed.stdout
    checked = run(office, "doctor", MAILER_EMBEDDED_LINGER_SECONDS="0.5", **turkish)
    assert b"database" in checked.stdout


def test_signs_become_what_stands_for_them(workspace: Path) -> None:
    done = run(workspace, "issue", "lint", "week-1.md", **ASCII)
    assert b"    1 | ---" in done.stdout


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1 → 2 │ 3 …", b"1 -> 2 | 3 ..."),
        ("Zażółć 🎉", b"Za\\u017c\xf3\\u0142\\u0107 \\U0001f389"),
        ("issue-\udcff.md", b"issue-\\udcff.md"),
    ],
)
def test_characters_that_an_output_lacks(text: str, shown: bytes) -> None:
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding="latin-1") as stream:
        accept_every_character([stream])
        stream.write(text)
        stream.flush()
        assert raw.getvalue() == shown


def test_json_is_the_same_document(workspace: Path) -> None:
    wide = run(workspace, "issue", "lint", "week-1.md", "--json", PYTHONIOENCODING="utf-8")
    narrow = run(workspace, "issue", "lint", "week-1.md", "--json", **ASCII)
    assert json.loads(narrow.stdout) == json.loads(wide.stdout)


def test_documents_are_in_utf_8(workspace: Path) -> None:
    done = run(workspace, "issue", "import", "page.html", "-o", "-", **ASCII)
    assert TITLE[:9] in done.stdout.decode("utf-8")


def test_name_of_a_file_that_is_no_text(workspace: Path) -> None:
    name = b"issue-\xff.md"
    Path(os.fsdecode(os.fsencode(workspace) + b"/" + name)).write_bytes(ISSUE.encode())
    told = run(workspace, "issue", "build", name, "-o", "built", PYTHONUTF8="1")
    assert told.returncode == 0, told.stderr
    as_json = run(workspace, "issue", "lint", name, "--json", PYTHONUTF8="1")
    assert json.loads(as_json.stdout)
