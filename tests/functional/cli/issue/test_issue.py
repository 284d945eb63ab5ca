"""`mailer issue`: a new one compiles, an imported one too, and builds are the same everywhere."""

import email
import email.policy
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import cli_kit
import pytest
from cli_kit import NOWHERE_DATABASE, NOWHERE_REDIS, Cli
from PIL import Image

from mailer.cli.shared import ExitCode
from mailer.platform.resources import resource_dir

cli = cli_kit.cli
FILES = ("message.html", "message.txt", "message.eml", "message.json")


@pytest.fixture
def author(cli: Cli) -> Cli:
    """An author needs no servers."""
    cli.set(DATABASE_URL=NOWHERE_DATABASE, REDIS_URL=NOWHERE_REDIS)
    return cli


def built(directory: Path) -> dict[str, bytes]:
    return {name: (directory / name).read_bytes() for name in FILES}


def test_a_build_loads_no_library_that_it_does_not_need(author: Cli) -> None:
    """Each of these takes longer to load than compiling does."""
    author.call("issue", "new", "week-42")
    program = (
        "import sys; from mailer.__main__ import main\n"
        "try: main()\n"
        "finally: print(*sys.modules, file=open('loaded', 'w'))"
    )
    command = [sys.executable, "-c", program, "issue", "build", "week-42.md", "-o", "build"]
    subprocess.run(command, check=True, cwd=author.path, capture_output=True)
    loaded = set((author.path / "loaded").read_text().split())
    assert "mailer.composing.compiling" in loaded
    slow = {"sqlalchemy", "celery", "kombu", "fastapi", "urllib3", "boto3", "cryptography"}
    assert not loaded & slow


def test_a_new_issue_compiles_at_once(author: Cli) -> None:
    done = author.call("issue", "new", "week-42", "--title", 'Say "hello" — 世界')
    assert done.out == "wrote week-42.md\n"
    assert "mailer issue preview week-42.md" in done.err
    shown = author.call("issue", "build", "week-42.md", "-o", "build")
    assert shown.code == 0
    assert 'Say "hello" — 世界' in shown.out
    assert "wrote build/message.html .txt .eml .json" in shown.out
    facts = json.loads((author.path / "build" / "message.json").read_text())
    assert (facts["slug"], facts["subject"]) == ("week-42", 'Say "hello" — 世界')


def test_the_four_files_agree(author: Cli) -> None:
    facts = author.call("issue", "build", "week-1.md", "-o", "deep/build", "--json").json
    files = built(author.path / "deep" / "build")
    assert json.loads(files["message.json"]) == facts
    message = email.message_from_bytes(files["message.eml"], policy=email.policy.default)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert message["Subject"] == facts["subject"] == "Hello there"
    assert len(files["message.eml"]) == facts["bytes"]["message"]
    text, html = (str(part.get_content()) for part in message.iter_parts())
    assert text.replace("\r\n", "\n").strip() == files["message.txt"].decode().strip()
    assert html.replace("\r\n", "\n").strip() == files["message.html"].decode().strip()


@pytest.mark.slow
def test_the_same_bytes_from_anywhere(author: Cli, tmp_path: Path) -> None:
    sample = resource_dir("examples") / "issue.md"
    here = author.call("issue", "build", sample, "-o", "here", "--json").json
    elsewhere = {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-m", "mailer", "issue", "build", "issue.md", "-o", tmp_path / "there"],
        env=os.environ | elsewhere,
        cwd=sample.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert built(author.path / "here") == built(tmp_path / "there")
    author.set(DATABASE_URL=author.database_url)
    author.list_of("ada@example.org")
    look = author.call("send", sample, "--list", "readers", "--dry-run", "--json").json
    assert look["content_hash"] == here["content_hash"], "what was built is what goes out"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (
            b"---\nsubject: S\ndate: 2026-11-22\ntheme: digst\n---\nx\n",
            "a.md:4:8: there is no theme",
        ),
        (b"---\nsubject: S\ndate: 2026-11-22\n---\nx\nGr\xfc\xdfe\n", "a.md:6:3: byte 41 is not"),
    ],
)
def test_a_build_says_where_the_file_is_wrong(author: Cli, source: bytes, told: str) -> None:
    Path("a.md").write_bytes(source)
    done = author.call("issue", "build", "a.md", "-o", "build")
    assert done.code != 0
    assert told in done.err


def test_a_build_reads_no_file_that_is_no_issue(author: Cli) -> None:
    Path("a.md").write_bytes(b"x" * 5_000_001)
    for name, told in (("a.md", "larger than 2 MB"), ("/dev/zero", "larger"), (".", "directory")):
        done = author.call("issue", "build", name, "-o", "build")
        assert done.code != 0
        assert told in done.err


def test_a_build_replaces_whole_files_only(author: Cli) -> None:
    assert author.call("issue", "build", "week-1.md", "-o", "b").code == 0
    before = built(author.path / "b")
    author.write("week-1.md", cli_kit.ISSUE.replace("The summary", "{{ Broken! }}"))
    done = author.call("issue", "build", "week-1.md", "-o", "b")
    assert done.code == ExitCode.USAGE
    assert "week-1.md:15:" in done.error
    assert built(author.path / "b") == before
    assert sorted(path.name for path in (author.path / "b").iterdir()) == sorted(FILES)


def test_todos_and_size_are_told_beside_the_build(author: Cli) -> None:
    long = "".join(f"\n### Item {n}\n\n{'word ' * 200}\n" for n in range(100))
    author.write("week-1.md", f"{cli_kit.ISSUE}\nTODO: find a better ending\n{long}")
    done = author.call("issue", "build", "week-1.md", "-o", "b", "--json")
    assert done.code == 0
    assert done.json["bytes"]["html"] > 100_000
    assert "todo:" in done.err
    assert "Gmail cuts off" in done.err


RAW = """The Letter

Originally published 3 March 2026

Welcome to this letter. It has a few items.

Contents

1. Tools
2. Places

---

1. Tools

Hammers

A good hammer is hard to find

We looked at ten of them, and one was good. It was red.

---

2. Places

Harbours

Where ships rest

A harbour is a place for ships. They sleep there, as people do.
"""


def test_an_import_can_be_built(author: Cli) -> None:
    raw = author.write("letter.txt", RAW)
    done = author.call("issue", "import", raw)
    assert done.code == 0
    assert f"wrote {raw.with_suffix('.md')}" in done.out
    again = author.call("issue", "import", raw)
    assert again.code == ExitCode.USAGE
    assert "is there already; nothing was written" in again.error
    report = author.call("issue", "import", raw, "--force", "--json").json
    assert (report["sections"], report["items"]) == (2, 2)
    assert report["file"].endswith("letter.md")
    assert author.call("issue", "build", raw.with_suffix(".md"), "-o", "b").code == 0
    text = (author.path / "b" / "message.txt").read_text()
    for words in ("one was good. It was red.", "They sleep there, as people do."):
        assert words in " ".join(text.split())


def test_init_makes_a_workspace_that_builds(author: Cli) -> None:
    new = author.path / "new"
    done = author.call("init", new, "--email", "me@example.org", "--postal-address", "1 Example St")
    assert done.code == 0
    author.set(MAILER_WORKSPACE=str(new))
    assert author.call("issue", "build", "week-1.md", "-o", "b").code == 0
    assert "Example St" in (author.path / "b" / "message.txt").read_text()
    wrong = author.call("init", author.path / "wrong", "--email", "nobody")
    assert wrong.code == ExitCode.CONFIGURATION
    assert "sender.email" in wrong.error
    assert not (author.path / "wrong" / "mailer.toml").exists()


VARIED = """---
subject: Varied
date: 2026-11-22
---

![A red square](red.png){width=200}

::: only plan = paid
For members.
:::

For all.
"""


def test_a_build_hosts_pictures_and_writes_variants(author: Cli) -> None:
    Image.new("RGB", (900, 900), "red").save(author.path / "red.png")
    (author.path / "varied.md").write_text(VARIED)
    facts = author.call("issue", "build", "varied.md", "-o", "out", "--json").json
    (variant,) = facts["variants"]
    assert variant["for"] == ['plan = "paid"']
    everybody = (author.path / "out" / "message.html").read_text()
    members = (author.path / "out" / variant["file"]).read_text()
    assert "For members." not in everybody
    assert "For members." in members
    (name,) = set(re.findall(r"/media/([\w.]+)", everybody + members))
    with Image.open(author.path / ".mailer" / "media" / name) as picture:
        assert picture.size == (400, 400)
    assert 'width="200"' in everybody
    (author.path / "out" / "variant-notes.txt").touch()
    author.call("issue", "build", "week-1.md", "-o", "out")
    left = {path.name for path in (author.path / "out").iterdir()}
    assert left == {*FILES, "variant-notes.txt"}, "variants of an earlier build go"


def test_the_author_s_picture_is_hosted_or_told_of(author: Cli) -> None:
    Image.new("RGB", (900, 900), "red").save(author.path / "ann é.png")
    front = "---\nsubject: S\ndate: 2026-11-22\nauthor: Ann\nauthor-image: {}\n---\nHello.\n"
    author.write("a.md", front.format("ann é.png"))
    assert author.call("issue", "build", "a.md", "-o", "out").code == 0
    html = (author.path / "out" / "message.html").read_text()
    (name,) = set(re.findall(r"/media/([\w.]+)", html))
    with Image.open(author.path / ".mailer" / "media" / name) as picture:
        assert picture.size == (112, 112)
    author.write("a.md", front.format("bob.png"))
    assert "a.md:5:15: the image 'bob.png'" in author.call("issue", "build", "a.md", "-o", "o").err
    linted = author.call("issue", "lint", "a.md", "--json").json
    found = {each["code"]: each for each in linted["files"][0]["findings"]}
    assert (found["image-missing"]["line"], found["image-missing"]["column"]) == (5, 15)


RAW_MJML = """---
subject: S
date: 2026-11-22
---
Hello.

```{=mjml}
<mj-section background-url="{0}">
  <mj-column><mj-image alt="Red" width="100px" src="{0}" /></mj-column>
</mj-section>
```
"""


def test_pictures_of_raw_mjml_are_hosted_or_told_of(author: Cli) -> None:
    Image.new("RGB", (900, 900), "red").save(author.path / "red one.png")
    author.write("a.md", RAW_MJML.replace("{0}", "red one.png"))
    assert author.call("issue", "build", "a.md", "-o", "out").code == 0
    html = (author.path / "out" / "message.html").read_text()
    assert len(re.findall(r"https?://[^\"']*/media/[\w.]+", html)) >= 3
    assert "red one.png" not in html
    author.write("a.md", RAW_MJML.replace("{0}", "gone.png"))
    assert "a.md:8:29: the image 'gone.png'" in author.call("issue", "build", "a.md", "-o", "o").err
    linted = author.call("issue", "lint", "a.md", "--json").json
    places = [
        (each["line"], each["column"])
        for each in linted["files"][0]["findings"]
        if each["code"] == "image-missing"
    ]
    assert places == [(8, 29), (9, 53)]


def test_the_schema_is_printed(author: Cli) -> None:
    assert author.call("issue", "schema").json["required"] == ["subject", "date"]
