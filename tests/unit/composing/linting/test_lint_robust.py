"""Whatever is in the file, linting ends with findings: never a traceback, never a wrong place."""

import datetime as dt
import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mailer.composing.linting.lint_file import lint_bytes, lint_file
from mailer.composing.linting.report import LintReport
from mailer.composing.linting.scan.document import scan
from mailer.config import Settings
from mailer.errors import RenderError

CORPUS = Path(__file__).parent / "corpus"
NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
FRONT = '---\nsubject: "A"\ndate: 2026-11-22\n---\n'
PIECES = st.sampled_from([
    "[", "]", "(", ")", "![", "](", "<", ">", "{{", "}}", "{", "}", "`", "```", "~~~", "\n", "\n\n",
    "# ", "## ", "### ", "#### ", "- ", "> ", "1. ", "| a | b |\n|---|---|\n", "---", "<!--", "-->",
    "<!-- lint: allow",
    " because ", "https://", "http://[::1", "mailto:", "a b", "é", "\u200b", "\\",
    "*", "**", "~~", "[^1]", "[^1]: ", "[a]: b", ":::", "::: note", "::: only a = b", "{.button}",
    "{#x}", "{=mjml}", "<mj-text>", "TODO", "%%x%%", "\r\n", "\r", "\x00", "\ufeff", "    ", "\t",
    "{{ name }}", '{{ name | default: "x" }}', "www.", "xn--", "%2520", "?utm_source=", "@", "...",
])  # fmt: skip
BODIES = st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join)
QUICK = hypothesis_settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def lint(data: bytes, settings: Settings) -> LintReport:
    return lint_bytes(data, Path("issues/x.md"), settings, now=NOW)


def check_places(report: LintReport) -> None:
    """Every finding is where its words are."""
    lines = report.source.split("\n")
    for each in report.findings:
        assert 1 <= each.line <= len(lines)
        assert each.column >= 1
        if each.text and each.path == report.path:
            line = lines[each.line - 1]
            assert line[each.column - 1 :].startswith(each.text), each


@QUICK
@given(BODIES)
@example("[a](https://[::1)")
@example("<!-- lint: allow")
@example("[a]: <b\n[a]")
def test_any_body_ends_in_findings_at_their_places(settings: Settings, body: str) -> None:
    check_places(lint((FRONT + body).encode("utf-8", "surrogatepass"), settings))


@QUICK
@given(st.binary(max_size=300))
@example(b"")
@example(b"---")
@example(b"---\n---")
@example(b"\xef\xbb\xbf---\nsubject: x\n---")
def test_any_bytes_end_in_findings(settings: Settings, data: bytes) -> None:
    report = lint(data, settings)
    check_places(report)
    assert report.errors


@QUICK
@given(BODIES)
def test_any_front_matter_ends_in_findings(settings: Settings, body: str) -> None:
    check_places(
        lint(f"---\nsubject: {body}\n---\n\nText.".encode("utf-8", "surrogatepass"), settings)
    )


def test_damaged_files_end_in_findings(settings: Settings) -> None:
    chance = random.Random(7)
    for path in sorted((CORPUS / "clean").glob("*.md")):
        data = bytearray(path.read_bytes())
        for _ in range(6):
            at = chance.randrange(len(data))
            data[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
            check_places(lint(bytes(data), settings))


@pytest.mark.parametrize(
    "piece",
    ["[", "](", "`", "``` ", "<!-- ", "{{ ", "(", "![](", "[a](", "*", "<a", "\\", "[a]: ",
     "<http:",
     "https://a ", "_", "[[", "{#", "%%", "!", "é", "#", "[^", "x\n\n", "TODO "],
)  # fmt: skip
def test_scanning_is_linear(piece: str) -> None:
    def seconds(count: int) -> float:
        begin = time.process_time()
        document = scan(FRONT + piece * count)
        assert document.words is not None
        assert document.headings is not None
        return time.process_time() - begin

    seconds(100)
    assert seconds(20_000) < 20, "a square would take minutes"


def test_files_that_are_no_issue_are_told_so(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="there is no such file"):
        lint_file(tmp_path / "no.md", settings, now=NOW)
    with pytest.raises(RenderError, match="directory"):
        lint_file(tmp_path, settings, now=NOW)
    huge = tmp_path / "huge.md"
    with huge.open("wb") as file:
        file.truncate(6_000_000)
    with pytest.raises(RenderError, match="larger than 2 MB"):
        lint_file(huge, settings, now=NOW)


@pytest.mark.parametrize(
    "body",
    [
        "[" * 20_000 + "x" + "](" * 20_000,
        "a <!-- lint: allow " + "a," * 20_000 + " -->",
        " ".join("`" * count for count in range(1, 600)),
        "{{ a }} " * 4_000,
        " ".join(f"{{{{ field_{number} }}}}" for number in range(1_500)),
        "<!-- a\n\n" * 4_000,
        "```{=mjml}\n<mj-text>" + "<!-- " * 20_000 + "</mj-text>\n```\n",
    ],
)
def test_marks_by_the_thousand_take_no_time(body: str, settings: Settings) -> None:
    begin = time.process_time()
    report = lint((FRONT + body).encode(), settings)
    assert time.process_time() - begin < 10
    assert report.findings


def test_control_characters_written_as_escapes_do_not_come_out(settings: Settings) -> None:
    subject, preheader = '"A\\e bridge"', '"Nine years\\x07 and on"'
    text = f"---\nsubject: {subject}\ndate: 2026-11-22\npreheader: {preheader}\n---\nText.\n"
    assert lint(text.encode(), settings).findings == ()
