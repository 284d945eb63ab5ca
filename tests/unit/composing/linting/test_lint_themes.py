"""What is wrong in a theme's files is told at its line there; what is fine in one is left alone."""

from pathlib import Path

import pytest

from mailer.composing.themes.roots import theme_roots
from mailer.composing.themes.theme import find_theme
from mailer.config import Settings, load_settings

ISSUE = (
    '---\nsubject: "A bridge and a swift"\ndate: 2026-11-22\n'
    'preheader: "Nine years for forty metres, and a bird."\n---\n'
    "Words.\n\n## Bridges\n\n### One\n\nOf stone.\n\n## Birds\n\n### Two\n\nOf feathers.\n"
)
MJML, CSS, TOML, TEXT = "issue.mjml.j2", "theme.css", "theme.toml", "issue.txt.j2"
IN_BODY, IN_HEAD, IN_CSS = "{% if introduction %}", "    <mj-attributes>", "/* contents */"
MIXED = (
    "<mj-style>@media (max-width:480px) { .bg { padding: 0 } }"
    " @media (prefers-color-scheme: dark) { .bg { color: #fff } }</mj-style>\n"
)
LINK = '<mj-text><a href="{}">Our page</a></mj-text>'


H1 = '<h1 class="h1 {{ title_size }}" dir="auto">{{ title }}</h1>'


@pytest.fixture
def workspace(tmp_path: Path) -> Settings:
    (tmp_path / "mailer.toml").write_text(
        '[sender]\nemail = "news@tide-table.com"\nname = "The Tide Table"\n'
        'postal_address = "1 Quay Street\\nHarbour"\n'
    )
    (tmp_path / "templates/email/digest").mkdir(parents=True)
    return load_settings(tmp_path, environ={})


def shipped(settings: Settings, name: str) -> str:
    theme = find_theme("digest", roots=theme_roots(settings))
    found = next(folder / name for folder in theme.folders if (folder / name).is_file())
    return found.read_text()


def with_insert(settings: Settings, name: str, before: str, words: str) -> int:
    """Override a file with `words` put before `before`; return their line."""
    text = shipped(settings, name)
    assert before in text
    head = text.partition(before)[0]
    (settings.workspace / "templates/email/digest" / name).write_text(
        text.replace(before, words + before, 1)
    )
    return head.count("\n") + 1


@pytest.mark.parametrize(
    ("name", "before", "words", "code"),
    [
        (MJML, IN_BODY, LINK.format("http://tide-table.com/"), "link-insecure"),
        (MJML, IN_BODY, LINK.format("https://10.0.0.1/"), "link-private"),
        (MJML, IN_BODY, LINK.format("https://bit.ly/x"), "link-shortened"),
        (MJML, IN_BODY, '<mj-text color="#GGGGGG">x</mj-text>', "css-invalid"),
        (MJML, IN_BODY, '<mj-text font-size="big">x</mj-text>', "css-invalid"),
        (MJML, IN_BODY, '<mj-image src="https://a.news/a.png" width="wide" />', "theme-broken"),
        (MJML, IN_BODY, '<mj-text mj-class="nope">x</mj-text>', "theme-broken"),
        (MJML, IN_BODY, "<mj-text><p>x</mj-text>", "theme-broken"),
        (MJML, IN_BODY, "{% if title %}", "theme-broken"),
        (MJML, IN_BODY, "{{ title | uper }}", "theme-broken"),
        (MJML, IN_BODY, "{{ titel }}", "theme-broken"),
        (MJML, IN_HEAD, MIXED, "style-blocks-mixed"),
        (CSS, IN_CSS, ".toc { colour: red; }\n", "css-invalid"),
        (CSS, IN_CSS, ".toc { font-size: 12pxx; }\n", "css-invalid"),
        (CSS, IN_CSS, ".toc { color: #12; }\n", "css-invalid"),
        (CSS, IN_CSS, ".toc >> b { color: #111111; }\n", "css-invalid"),
        (CSS, IN_CSS, ".toc { color: rgb(10, 10, 10; }\n", "theme-broken"),
        (CSS, IN_CSS, ".toc { color: red\n", "theme-broken"),
        (CSS, IN_CSS, '.tag { background-image: url("https://a.news/a"); }\n', "css-unsupported"),
    ],
)  # fmt: skip
def test_it_is_told_at_the_theme_s_line(  # noqa: PLR0913, PLR0917
    lint, workspace: Settings, name: str, before: str, words: str, code: str  # noqa: ANN001
) -> None:  # fmt: skip
    line = with_insert(workspace, name, before, words)
    text = ISSUE.replace("---\nWords", 'tagline: "Tides"\n---\nWords')
    found = [each for each in lint(text, settings=workspace).findings if each.code == code]
    assert [(each.path.name, each.line) for each in found] == [(name, line)]


@pytest.mark.parametrize(
    ("words", "column"),
    [("{% if a %}{% if title %}", 11), ("  {{ titel }}", 6), ("{{ title | uper }}", 12)],
)
def test_errors_of_jinja_have_a_column(
    lint, workspace: Settings, words: str, column: int  # noqa: ANN001
) -> None:  # fmt: skip
    (workspace.workspace / "templates/email/digest" / MJML).write_text(f"{words}\n")
    [found] = lint(ISSUE, settings=workspace).findings
    assert (found.code, found.line, found.column) == ("theme-broken", 1, column)


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        (MJML, '<mjml lang="{{ language }}" dir="{{ direction }}">', "<mjml>", "language-missing"),
        (MJML, "{{ parts.head(page_title,", '{{ parts.head("",', "title-missing"),
        (MJML, H1, '<p class="h1">{{ title }}</p>',
         "heading-main-missing"),
        (MJML, "unsubscribe_url, words, postal_address", 'unsubscribe_url, words, ""',
         "postal-address-unshown"),
        (TEXT, "parts + [footer]", "parts", "text-part-unsubscribe-missing"),
    ],
)  # fmt: skip
def test_what_a_theme_lacks_is_told_at_its_file(  # noqa: PLR0913, PLR0917
    lint, workspace: Settings, name: str, old: str, new: str, code: str  # noqa: ANN001
) -> None:  # fmt: skip
    text = shipped(workspace, name)
    assert old in text
    file = workspace.workspace / "templates/email/digest" / name
    file.write_text(text.replace(old, new, 1))
    found = {each.code: each.path for each in lint(ISSUE, settings=workspace).findings}
    assert found[code] == file


def test_a_logo_that_is_not_there(lint, workspace: Settings) -> None:  # noqa: ANN001
    file = workspace.workspace / "templates/email/digest" / TOML
    file.write_text('[logo]\nsrc = "logo.png"\nalt = "Tide Table"\nwidth = 180\n')
    [found] = lint(ISSUE, settings=workspace).findings
    assert (found.code, found.path, found.line, found.text) == (
        "image-missing", file, 2, "logo.png"
    )  # fmt: skip


def test_a_comment_in_the_issue_allows_nothing_on_a_line_of_the_theme(
    lint, workspace: Settings  # noqa: ANN001
) -> None:  # fmt: skip
    line = with_insert(workspace, CSS, IN_CSS, ".toc { colour: red; }\n")
    comment = "<!-- lint: allow{} css-invalid because I say so -->"
    padding = "\n" * (line - ISSUE[: ISSUE.index("Words")].count("\n") - 2)
    here = ISSUE.replace("Words.", f"{padding}{comment.format('')}\nWords.")
    codes = [each.code for each in lint(here, settings=workspace).findings]
    assert sorted(codes) == ["css-invalid", "suppression-unused"]
    everywhere = ISSUE.replace("Words.", f"{comment.format('-file')}\n\nWords.")
    report = lint(everywhere, settings=workspace)
    assert report.findings == ()
    assert [each.finding.code for each in report.suppressed] == ["css-invalid"]
