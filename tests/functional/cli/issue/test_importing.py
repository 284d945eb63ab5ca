"""`mailer issue import`: pages, mails, exports become issues that compile; the report is true."""

import json
from pathlib import Path

import cli_kit
import import_kit
import pytest
from cli_kit import NOWHERE_DATABASE, NOWHERE_REDIS, Cli
from PIL import Image

from mailer.cli.shared import ExitCode
from mailer.platform.resources import resource_dir

cli = cli_kit.cli
EXPORTS = import_kit.EXPORTS


@pytest.fixture
def author(cli: Cli) -> Cli:
    """An author needs no servers."""
    cli.set(DATABASE_URL=NOWHERE_DATABASE, REDIS_URL=NOWHERE_REDIS)
    return cli


def put(author: Cli, name: str) -> Path:
    """Put a sample into the workspace, folders as the archives that they are."""
    source = EXPORTS / name
    path = author.path / (f"{source.name}.zip" if source.is_dir() else source.name)
    path.write_bytes(import_kit.zipped(name) if source.is_dir() else source.read_bytes())
    return path


def test_a_page_becomes_an_issue_that_compiles(author: Cli) -> None:
    path = put(author, "pages/latin1.html")
    done = author.call("issue", "import", path.name)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "wrote latin1.md: 0 sections, 0 items (from html)"
    assert lines[1].startswith("words 7: 7 kept, 0 left out, 0 lost · links 1: 1 kept")
    assert "latin1.html:1: no date; write the issue's date (line 4 of the issue)" in lines
    assert author.call("issue", "build", "latin1.md", "-o", "b").code == 0
    assert "Déjà vu" in (author.path / "b" / "message.html").read_text()


def test_an_export_is_listed_until_a_post_is_chosen(author: Cli) -> None:
    path = put(author, "substack")
    listed = author.call("issue", "import", path.name)
    assert listed.code == 0
    assert listed.out.splitlines()[0].split() == ["date", "slug", "title", "words", "status"]
    assert "2023-05-04  counting-trees-twice  Counting trees, twice" in listed.out
    assert "3 posts (substack): choose one with --post SLUG" in listed.err
    posts = author.call("issue", "import", path.name, "--json").json["posts"]
    assert [post["slug"] for post in posts] == [
        "counting-trees-twice", "open-thread", "half-written"
    ]  # fmt: skip
    assert posts[0]["words"] == 106
    done = author.call("issue", "import", path.name, "--post", "counting-trees-twice")
    assert done.out.startswith("wrote counting-trees-twice.md: 1 section, 1 item (from substack)")
    assert "left out, a call to subscribe (1 x, 13 words, 0 links): Tree Letter is" in done.out
    assert author.call("issue", "build", "counting-trees-twice.md", "-o", "b").code == 0
    assert not (author.path / "substack.md").exists()
    missing = author.call("issue", "import", path.name, "--post", "counting-tree")
    assert missing.code == ExitCode.NOT_FOUND
    assert "did you mean 'counting-trees-twice'?" in missing.error


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("medium", 3), ("substack", 3), ("ghost/export.json", 3), ("buttondown", 2),
        ("buttondown/api.json", 2), ("listmonk/campaigns.json", 4),
    ],
)  # fmt: skip
def test_every_post_of_every_export_compiles(author: Cli, name: str, count: int) -> None:
    path = put(author, name)
    done = author.call(
        "issue", "import", path.name, "--all", "-o", "issues", "--base-url", import_kit.SITE
    )
    assert done.code == 0, done.out + done.err
    assert f"{count} of {count} posts imported" in done.out
    files = sorted((author.path / "issues").glob("*.md"))
    assert len(files) == count
    for file in files:
        built = author.call("issue", "build", file, "-o", "b")
        assert built.code == 0, built.err


def test_all_needs_a_folder_and_goes_on_after_a_bad_post(author: Cli) -> None:
    good = {"title": "Good", "slug": "good", "html": "<p>Words.</p>"}
    author.write("x.json", json.dumps({"posts": [{"slug": "bad", "html": "<p></p>"}, good]}))
    done = author.call("issue", "import", "x.json", "--all")
    assert (done.code, done.error) == (
        ExitCode.USAGE, "error: --all needs -o FOLDER, where the issues go"
    )  # fmt: skip
    done = author.call("issue", "import", "x.json", "--all", "-o", "out")
    assert done.code == ExitCode.FAILED
    assert "not imported: bad: x.json: holds no text to import" in done.err
    assert "1 of 2 posts imported" in done.out
    assert [path.name for path in (author.path / "out").iterdir()] == ["good.md"]
    reports = author.call("issue", "import", "x.json", "--all", "-o", "out", "--json")
    assert [set(report) >= {"error"} for report in reports.json] == [True, True], "good.md is there"
    assert [report["error_code"] for report in reports.json] == ["render", "file-exists"]
    assert reports.json[1]["error_data"] == {"path": "out/good.md"}


def test_a_dry_run_writes_nothing(author: Cli) -> None:
    path = put(author, "eml/mailchimp.eml")
    before = sorted(author.path.rglob("*"))
    done = author.call("issue", "import", path.name, "--dry-run", "--json")
    assert done.code == 0
    report = done.json
    assert (report["written"], report["file"], report["source"]) == (False, "mailchimp.md", "eml")
    assert report["counts"]["words_lost"] == report["counts"]["links_lost"] == []
    assert report["unwrapped_links"] == {
        "https://www.google.com/url?q=https%3A%2F%2Fexample.org%2Fshort%3Fa%3D1&sa=D&usg=xyz": (
            "https://example.org/short?a=1"
        )
    }
    assert {drop["why"] for drop in report["dropped"]} == {
        "boilerplate", "the title repeated", "a tracking pixel"
    }  # fmt: skip
    assert report["origin"]["from"] == "The Weekly Gardener <hello@gardener.example>"
    assert sorted(author.path.rglob("*")) == before


def test_pictures_in_a_mail_are_written_beside_the_issue(author: Cli) -> None:
    path = put(author, "eml/mailchimp.eml")
    done = author.call("issue", "import", path.name, "-o", "march/letter.md", "--json")
    (picture,) = done.json["images"]
    assert picture.startswith("march/letter-images/")
    assert (author.path / picture).read_bytes().startswith(b"\x89PNG")
    text = (author.path / "march" / "letter.md").read_text()
    assert f"]({picture.removeprefix('march/')})" in text
    assert not list(author.path.rglob("*.tmp"))


def test_our_own_mail_comes_back_as_the_issue_that_it_was(author: Cli) -> None:
    sample = resource_dir("examples") / "issue.md"
    assert author.call("issue", "build", sample, "-o", "b").code == 0
    done = author.call("issue", "import", "b/message.eml", "-o", "again.md", "--json")
    report = done.json
    assert (report["sections"], report["items"]) == (4, 14)
    assert report["counts"]["words_lost"] == report["counts"]["links_lost"] == []
    text = (author.path / "again.md").read_text()
    assert 'title: "The Tide Table"' in text
    assert "[^1]: A fourth one reached us" in text
    assert author.call("issue", "build", "again.md", "-o", "b2").code == 0


def test_nothing_is_overwritten_unasked(author: Cli) -> None:
    path = put(author, "pages/latin1.html")
    author.write("latin1.md", "mine")
    done = author.call("issue", "import", path.name)
    assert done.code == ExitCode.USAGE
    assert "is there already; nothing was written" in done.error
    assert "--force overwrites" in done.error
    assert (author.path / "latin1.md").read_text() == "mine"
    assert author.call("issue", "import", path.name, "--force").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such.html"], "no-such.html: No such file or directory"),
        (["."], ": Is a directory"),
        (["x.bin", "--from", "substak"], "'substak' is not one of auto, text, html, medium"),
        (["x.bin", "--from", "ghost"], "x.bin:1: is not text"),
        (["x.bin"], "x.bin: "),
    ],
)
def test_what_cannot_be_imported_is_one_line(
    author: Cli, arguments: list[str], message: str
) -> None:
    (author.path / "x.bin").write_bytes(bytes(range(256)) * 40)
    done = author.call("issue", "import", *arguments)
    assert done.code == ExitCode.USAGE
    assert message in done.error
    assert done.out == ""


def test_raw_text_is_imported_as_ever(author: Cli) -> None:
    author.write("letter.txt", (EXPORTS.parent / "samples" / "tldr.txt").read_text())
    done = author.call("issue", "import", "letter.txt")
    assert done.out.startswith("wrote letter.md: 3 sections, 7 items\n")
    as_html = author.call("issue", "import", "letter.txt", "--from", "html", "-o", "h.md")
    assert as_html.code == 0


def test_to_standard_output(author: Cli) -> None:
    path = put(author, "pages/latin1.html")
    done = author.call("issue", "import", path.name, "-o", "-")
    assert done.code == 0
    assert "wrote -: " in done.err
    assert author.call("issue", "import", path.name).code == 0
    assert (author.path / "latin1.md").read_text() == done.out
    told = author.call("issue", "import", path.name, "-o", "-", "--json").json
    assert told["issue"] == done.out
    assert not (author.path / "-").exists()
    both = author.call("issue", "import", path.name, "-o", "-", "--all")
    assert both.code == ExitCode.USAGE


def test_pictures_cannot_go_to_standard_output(author: Cli) -> None:
    Image.new("RGB", (300, 200), "red").save(author.path / "red.png")
    words = "<p>Words before a picture, and enough of them to be an article.</p>" * 3
    author.write("page.html", f'<h1>T</h1>{words}<img alt="x" src="red.png">')
    done = author.call("issue", "import", "page.html", "-o", "-")
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert "page.html: has pictures, which need a folder" in done.error


def test_no_import_overwrites_what_it_reads(author: Cli) -> None:
    text = "---\ntitle: Knots\n---\n\n## One\n\nWords.\n"
    author.write("knots.md", text)
    done = author.call("issue", "import", "knots.md", "--force")
    assert done.out.startswith("wrote knots-issue.md: 1 section, 0 items")
    assert (author.path / "knots.md").read_text() == text
