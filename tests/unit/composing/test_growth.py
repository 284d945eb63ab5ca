"""Four times the text takes about four times the work, whatever is repeated in it.

Calls of functions are counted, not seconds, so that no machine and no load changes the verdict.
Expressions, which work inside of one call, are looked at by tools/patterns.py.
"""

import contextlib
import cProfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailer.composing.compiling import compile_draft, parse_draft
from mailer.composing.drafts.feeds.reading import read_feed
from mailer.composing.importing.import_file import make_issue, named
from mailer.composing.importing.sources import read_export
from mailer.composing.linting.lint_file import lint_bytes
from mailer.config import Settings, load_settings
from mailer.errors import MailerError
from mailer.platform.clock import utcnow

Run = Callable[[str], None]

FRONT = "---\nsubject: A bridge\ndate: 2026-11-22\npreheader: Nine years for forty metres.\n---\n"
TOML = """[sender]
email = "news@tide-table.com"
name = "The Tide Table"
postal_address = "1 Quay Street"
"""
FEW, MANY = 500, 2_000
"""Characters; what one unit takes, and the issue around it, is taken off the calls for each."""
MOST = 7
"""Times the calls for four times the text: linear work takes 4, quadratic work 16."""
SLACK = 3_000
"""Calls by which small numbers may differ: a text is looked at closer from some length on."""

MARKS = [
    *'#*_`~[]()<>!&|:={}\\"-.\u5f3a\u00a0',
    "> ", "- ", "1. ", "# ", "| ", "[a](", "![", "[^a]", "[a][b] ", "**a* ", "a_", "\\*", "`a` ",
    "{{ ", "{{ first_name }} ", "{#a .b} ", "&amp;", "https://a.dev/ ", "me@a.dev ",
    "<!--", "<![CDATA[", "<p>", "<div>", "<a b ", "<b>", "<td>", "</p>",
]  # fmt: skip
BLOCKS = [
    "## A heading\n\n", "A line\n", "A paragraph.\n\n", "::: aside\nwords\n:::\n\n", "::: aside\n",
    "```\nx\n```\n\n", "```{=mjml}\n<mj-text>a</mj-text>\n```\n\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n",
    "[a link](https://a.dev/x)\n\n", "- an entry\n", "[^1]: note\n\n", "[a]: https://a.dev/\n",
    "<!-- c -->\n", "---\n\n", "\u2022 an entry\n", "<h2>Words</h2><p>words</p>", "words[^1] ",
]  # fmt: skip
UNITS = [*MARKS, *BLOCKS]


@pytest.fixture(scope="session")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("growth")
    (folder / "mailer.toml").write_text(TOML, encoding="utf-8")
    return load_settings(folder, environ={})


@pytest.fixture
def ways(composed: Settings, tmp_path: Path) -> dict[str, Run]:
    issue = tmp_path / "issue.md"

    def build(text: str) -> None:
        compile_draft(parse_draft((FRONT + text).encode(), issue), composed)

    def lint(text: str) -> None:
        lint_bytes((FRONT + text).encode(), issue, composed, now=utcnow())

    def imported(data: bytes, name: str) -> None:
        for each in named(read_export(data, name=name)):
            make_issue(each, source_name=name, output=issue)

    return {
        "build": build,
        "lint": lint,
        "import text": lambda text: imported(text.encode(), "a.txt"),
        "import Markdown": lambda text: imported(text.encode(), "a.md"),
        "import a page": lambda text: imported(f"<p>Hello there</p>{text}".encode(), "a.html"),
        "import an email": lambda text: imported(_email(text), "a.eml"),
        "draft": lambda text: _drafted(f"<rss><channel><title>A</title><item>{text}"),
        "draft, escaped": lambda text: _drafted(_rss(text)),
    }


def _email(text: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = "A bridge"
    message["From"] = "news@tide-table.com"
    message.set_content(text)
    message.add_alternative(f"<p>Hello there</p>{text}", subtype="html")
    return bytes(message)


def _rss(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return (
        "<rss version='2.0'><channel><title>A</title><item><title>B</title>"
        f"<description>{escaped}</description></item></channel></rss>"
    )


def _drafted(feed: str) -> None:
    read_feed(feed.encode(), source="a feed")


def calls(run: Run, text: str) -> int:
    profile = cProfile.Profile()
    with contextlib.suppress(MailerError), profile:  # a refusal in one line is as good as a result
        run(text)
    return sum(each.callcount for each in profile.getstats())


@pytest.mark.parametrize(
    "way",
    ["build", "lint", "import text", "import Markdown", "import a page", "import an email",
     "draft", "draft, escaped"],
)  # fmt: skip
def test_work_grows_as_the_text_does(way: str, ways: dict[str, Run]) -> None:
    run = ways[way]
    slow = {}
    for unit in UNITS:
        calls(run, unit)  # what is only loaded once
        once = calls(run, unit)
        few, many = (calls(run, unit * (length // len(unit))) - once for length in (FEW, MANY))
        if many > MOST * max(few, 0) + SLACK:
            slow[unit] = (few, many)
    assert slow == {}
