"""`mailer issue lint` and what `mailer send` makes of it."""

import json
import re
from collections import Counter
from pathlib import Path

import cli_kit
import pytest
from cli_kit import NOWHERE_DATABASE, NOWHERE_REDIS, Cli
from PIL import Image

from mailer.cli.shared import ExitCode

cli = cli_kit.cli
CLEAN = cli_kit.ISSUE.replace(
    "slug: week-1\n", 'slug: week-1\npreheader: "One story, and a short one."\n'
)
WARNED = CLEAN.replace("https://example.org/a", "http://example.org/a")
WRONG = CLEAN.replace("The summary of it.", "The summary of it. TODO: more")


@pytest.fixture
def author(cli: Cli) -> Cli:
    """An author needs no servers."""
    cli.set(DATABASE_URL=NOWHERE_DATABASE, REDIS_URL=NOWHERE_REDIS)
    return cli


def test_exit_codes(author: Cli) -> None:
    author.write("clean.md", CLEAN)
    author.write("warned.md", WARNED)
    author.write("wrong.md", WRONG)
    author.write("broken.md", "no front matter")
    codes = {
        name: author.call("issue", "lint", f"{name}.md").code
        for name in ("clean", "warned", "wrong", "broken")
    }
    assert codes == {"clean": 0, "warned": 0, "wrong": 1, "broken": 1}
    assert author.call("issue", "lint", "warned.md", "--strict").code == ExitCode.FAILED
    assert author.call("issue", "lint", "clean.md", "--strict").code == 0
    missing = author.call("issue", "lint", "no.md")
    assert (missing.code, missing.error) == (2, "error: no.md: there is no such file")
    assert author.call("issue", "lint").code == ExitCode.USAGE


def test_people_see_the_place(author: Cli) -> None:
    author.write("warned.md", WARNED)
    done = author.call("issue", "lint", "warned.md")
    lines = done.out.splitlines()
    assert lines[0] == "warned.md:14:11: warning the link uses http [link-insecure]"
    assert lines[1] == "   14 │ [A title](http://example.org/a)"
    assert lines[2] == "      │           ^^^^^^^^^^^^^^^^^^^^"
    assert lines[3].startswith("    why: ")
    assert lines[4].startswith("    fix: ")
    assert "warned.md: 1 warning" in lines
    quiet = author.call("issue", "lint", "warned.md", "--quiet").out.splitlines()
    assert quiet[:2] == [lines[0], "warned.md: 1 warning"]


def test_several_files_are_summed_up(author: Cli) -> None:
    author.write("a.md", WARNED)
    author.write("b.md", WRONG)
    done = author.call("issue", "lint", "a.md", "b.md")
    assert "2 files: 1 error, 1 warning" in done.out
    assert author.call("issue", "lint", "a.md", "b.md", "--json").json["errors"] == 1


def test_machines_get_one_document(author: Cli) -> None:
    author.write("wrong.md", WRONG)
    data = author.call("issue", "lint", "wrong.md", "--json").json
    [finding] = data["files"][0]["findings"]
    assert (finding["code"], finding["line"], finding["column"]) == ("todo-left", 16, 20)
    assert "where the links lead (--links)" in data["files"][0]["facts"]["left_out"]
    log = author.call("issue", "lint", "wrong.md", "--sarif")
    assert log.code == 1
    driver = log.json["runs"][0]["tool"]["driver"]
    assert driver["name"] == "mailer issue lint"
    help_of = {rule["id"]: rule["help"]["text"] for rule in driver["rules"]}
    assert help_of["theme-broken"].endswith("`mailer theme check` looks at it alone.")
    [result] = log.json["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "wrong.md"
    github = author.call("issue", "lint", "wrong.md", "--format", "github").out
    assert re.fullmatch(r"::error file=wrong.md,line=16,col=20,[^\n]+\n", github)


def test_a_long_line_is_cut_around_its_place(author: Cli) -> None:
    author.write("long.md", CLEAN.replace("The summary", "word " * 60 + "TODO " + "word " * 60))
    lines = author.call("issue", "lint", "long.md").out.splitlines()
    assert max(map(len, lines[1:3])) < 120
    assert lines[1].index("TODO") == lines[2].index("^")


def test_the_new_issue_and_the_example_have_no_errors(author: Cli) -> None:
    assert author.call("issue", "new", "week-42").code == 0
    data = author.call("issue", "lint", "week-42.md", "--json").json
    assert [each["code"] for each in data["files"][0]["findings"]] == ["sample-left"]


def test_fields_are_counted_over_the_real_list(cli: Cli) -> None:
    cli.list_of("a@example.org", "b@example.org")
    text = CLEAN.replace('| default: \\"there\\" ', "")
    assert text != CLEAN
    cli.write("week-1.md", text + "\n{{ nmae }}\n")
    done = cli.call("issue", "lint", "week-1.md", "--list", "readers", "--json")
    found = {each["code"]: each for each in done.json["files"][0]["findings"]}
    assert found["merge-field-lacking"]["facts"] == {"lacking": 2, "active": 2}
    assert "did you mean 'name'?" in found["merge-field-unknown"]["message"]
    assert done.code == 1
    cli.change("UPDATE subscriber SET name = 'Ada'")
    cli.write("week-1.md", text)
    done = cli.call("issue", "lint", "week-1.md", "--list", "readers", "--json")
    assert (done.code, done.json["files"][0]["findings"]) == (0, [])
    assert cli.call("issue", "lint", "week-1.md", "--list", "nobody").code == ExitCode.NOT_FOUND
    cli.write("week-1.md", text + "\n::: only nmae\n{{ nmae }}\n:::\n\n::: only hat\nA.\n:::\n")
    done = cli.call("issue", "lint", "week-1.md", "--list", "readers", "--json")
    lines = len(text.split("\n"))
    assert [
        (each["code"], each["line"], each["column"]) for each in done.json["files"][0]["findings"]
    ] == [("merge-field-unknown", lines + at, column) for at, column in ((1, 10), (2, 1), (5, 10))]


def test_send_refuses_what_is_an_error(cli: Cli) -> None:
    cli.list_of("a@example.org")
    cli.write("week-1.md", WRONG)
    before = cli.everything()
    send = ("send", "week-1.md", "--list", "readers", "--yes", "--no-watch")
    done = cli.call(*send)
    assert done.code == ExitCode.USAGE
    assert "lint: week-1.md:16:20: TODO is left" in done.err
    assert "--no-lint" in done.error
    assert cli.everything() == before
    assert cli.call(*send, "--no-lint", "--dry-run").code == 0
    cli.write("week-1.md", WARNED)
    look = cli.call("send", "week-1.md", "--list", "readers", "--dry-run")
    assert look.code == 0
    assert "1 warning: see mailer issue lint" in look.words
    facts = cli.call("send", "week-1.md", "--list", "readers", "--dry-run", "--json").json
    assert facts["lint"] == {"errors": 0, "warnings": 1, "notes": 0}


def test_nothing_is_started_or_asked_without_being_asked(
    author: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Servers that cannot be reached, a closed network, no workspace: all the same."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("MAILER_WORKSPACE", raising=False)
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    (folder / "a.md").write_text(CLEAN)
    done = author.call("issue", "lint", "a.md", "--json")
    assert done.code == 0
    assert json.loads(done.out)["files"][0]["findings"] == []
    assert [each.name for each in folder.iterdir()] == ["a.md"]


def test_hosted_pictures_are_linted_as_the_files_are(cli: Cli) -> None:
    """What is sent names them at our own address, which says nothing about the issue."""
    cli.list_of("a@example.org")
    for name, size in (("wide.png", (1200, 300)), ("dot.png", (1, 1))):
        Image.new("RGB", size, "red").save(cli.path / name)
    pictures = "![A red field](wide.png)\n\n![A red dot](dot.png)\n"
    cli.write("week-1.md", f"{CLEAN}\n{pictures}")
    [linted] = cli.call("issue", "lint", "week-1.md", "--json").json["files"]
    sent = cli.call("send", "week-1.md", "--list", "readers", "--dry-run", "--json").json
    found = Counter(each["severity"] for each in linted["findings"])
    assert sent["lint"] == {"errors": 0, "warnings": found["warning"], "notes": found["note"]}
