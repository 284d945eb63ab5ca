"""Whatever a file of a megabyte holds, it is done within bounds, or refused in one clear line.

The limits are the kernel's: seconds of the processor, whose number does not depend on the load,
and address space. Both are several times what the worst of these takes.
"""

import json
import subprocess
import sys

import cli_kit
import pytest
from cli_kit import NOWHERE_DATABASE, NOWHERE_REDIS, Cli

cli = cli_kit.cli
SECONDS, BYTES = 60, 2 << 30
LIMITED = (
    "import resource\n"
    f"resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))\n"
    f"resource.setrlimit(resource.RLIMIT_AS, ({BYTES}, {BYTES}))\n"
    "from mailer.__main__ import main\n"
    "main()"
)
FRONT = "---\nsubject: A bridge\ndate: 2026-11-22\n---\n"
RSS = "<rss version='2.0'><channel><title>A</title><item><title>B</title><description>"
MAIL = "From: a@b.dev\nSubject: A bridge\nMIME-Version: 1.0\n"
ALIASES = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)

ISSUES = {
    "headings that are all the same": FRONT + "## Same words\n\n" * 12_000,
    "merge fields on one line": FRONT + "{{ first_name }} " * 58_000,
    "different merge fields": FRONT + "".join(f"{{{{ f{n} }}}} " for n in range(6_000)),
    "aliases of aliases": f"---\nsubject: *a11\n{ALIASES}---\nWords.\n",
    "brackets in front matter": f"---\nsubject: {'[' * 200_000}\n---\nWords.\n",
}
IMPORTED = {
    "comments.html": "<!-- c -->\n" * 2_000 + "<h1>A bridge</h1><p>Some words here.</p>",
    "blanks.txt": f"Some words here.\n\nwords{' ' * 1_000_000}words\n",
    "nested.html": "<h1>A bridge</h1><p>Words</p>" + "<div>" * 100_000 + "words",
    "attributes.html": f"<h1>A bridge</h1><p {'a=1 ' * 200_000}>Words</p>",
    "deep.json": "[" * 500_000,
    "nested.eml": MAIL + "Content-Type: message/rfc822\n\n" * 30_000 + "Words\n",
    "parts.eml": MAIL + "Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n\nWords\n" * 50_000,
    "cell.csv": f'title,content\n"A bridge","{"a" * 1_000_000}\n',
    "aliases.md": f"---\ntitle: A bridge\n{ALIASES}tags: *a11\n---\nWords.\n",
    "deep.md": f"+++\ntitle = {'[' * 200_000}\n+++\nWords.\n",
}
FEEDS = {
    "CDATA that is never closed": RSS + "<![CDATA[" * 100_000,
    "elements in elements": RSS + "<a>" * 300_000,
    "deep JSON": json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": []})[:-2]
    + "[" * 500_000,
}


@pytest.fixture
def author(cli: Cli) -> Cli:
    """An author needs no servers."""
    cli.set(DATABASE_URL=NOWHERE_DATABASE, REDIS_URL=NOWHERE_REDIS)
    return cli


def stays_within(author: Cli, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, "issue", *arguments],
        cwd=author.path,
        capture_output=True,
        check=False,
    )
    said = done.stderr.decode(errors="replace")
    assert "Traceback" not in said
    assert done.returncode in {0, 1, 2}, said[-300:]
    if done.returncode and not done.stdout:
        assert said.startswith("error: ")
        assert len(said.splitlines()[0]) < 500


@pytest.mark.parametrize("kind", ISSUES)
def test_an_issue(author: Cli, kind: str) -> None:
    (author.path / "a.md").write_text(ISSUES[kind], encoding="utf-8")
    stays_within(author, "build", "a.md", "-o", "build")
    stays_within(author, "lint", "a.md")


@pytest.mark.parametrize("name", IMPORTED)
def test_an_import(author: Cli, name: str) -> None:
    (author.path / name).write_text(IMPORTED[name], encoding="utf-8")
    stays_within(author, "import", name, "-o", "issue.md", "--force")


@pytest.mark.parametrize("kind", FEEDS)
def test_a_draft(author: Cli, kind: str) -> None:
    (author.path / "feed.xml").write_text(FEEDS[kind], encoding="utf-8")
    stays_within(author, "draft", "--from-feed", "feed.xml", "-o", "draft.md")
