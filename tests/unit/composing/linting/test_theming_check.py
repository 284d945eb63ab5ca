"""Checks on themes: what is shipped is clean, and each defect is found at its line."""

from pathlib import Path

import pytest

from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.themes import RULES, Specimen, check_theme
from mailer.composing.rendering import list_themes
from mailer.composing.themes.colour import contrast, parse_colour
from mailer.platform.resources import resource_dir

SHIPPED = resource_dir("templates") / "email"
SPECIMEN_PATH = resource_dir("examples") / "specimen.md"
SPECIMEN = Specimen(SPECIMEN_PATH, SPECIMEN_PATH.read_text(encoding="utf-8"))


def check(tmp_path: Path, name: str = "mine", **files: str) -> list[Finding]:
    """Check a theme of `files`, whose `_` is a dot; it extends digest."""
    folder = tmp_path / name
    folder.mkdir()
    files = {"theme_toml": "", **files}
    for file, text in files.items():
        start = 'extends = "digest"\n' if file == "theme_toml" and name == "mine" else ""
        (folder / file.replace("_", ".")).write_text(start + text, encoding="utf-8")
    return check_theme(name, roots=[tmp_path, SHIPPED], specimen=SPECIMEN)


def only(findings: list[Finding], code: str) -> Finding:
    [found] = [each for each in findings if each.code == code]
    return found


@pytest.mark.parametrize("name", list_themes([SHIPPED]))
def test_what_is_shipped_has_no_findings(name: str) -> None:
    assert check_theme(name, roots=[SHIPPED], specimen=SPECIMEN) == []


def test_a_theme_that_only_extends_has_none(tmp_path: Path) -> None:
    assert check(tmp_path) == []


@pytest.mark.parametrize(
    ("toml", "words", "line"),
    [
        ('[light]\nmuted = "#C9C2B5"\n', "muted on paper in [light]", 3),
        ('[dark]\npaper = "#8A8A8A"\n', "muted on paper in [dark]", 3),
        ('\n[dark]\nnote = "#333333"\n', "note on raised in [dark]", 4),
        ('[light]\non-button = "#555555"\n', "on-button on button in [light]", 3),
    ],
)
def test_colours_that_cannot_be_read(tmp_path: Path, toml: str, words: str, line: int) -> None:
    found = only(check(tmp_path, theme_toml=toml), "contrast-low")
    assert found.severity is Severity.ERROR
    assert found.message.startswith(words)
    assert (found.path, found.line) == (tmp_path / "mine" / "theme.toml", line)
    facts = found.facts or {}
    better, ground = parse_colour(str(facts["better"])), parse_colour(str(facts["background"]))
    assert better
    assert ground
    assert contrast(better, ground) >= 4.5
    assert str(facts["better"]) in found.fix


def test_brand_and_accents_say_what_they_become(tmp_path: Path) -> None:
    found = only(check(tmp_path, theme_toml='brand = "#FFCC00"\n'), "accent-shaded")
    assert found.severity is Severity.NOTE
    assert found.line == 2
    assert found.message.startswith("brand #FFCC00 becomes #907200 on the light card and #FFCC00")


def test_accents_chosen_by_hand_are_held_to_it(tmp_path: Path) -> None:
    toml = (
        'accents = [{ light = "#B4421F", dark = "#F08A66" },'
        ' { light = "#EEAA88", dark = "#F08A66" }]\n'
    )
    found = [one for one in check(tmp_path, theme_toml=toml) if one.code == "accent-contrast-low"]
    assert [(one.line, one.severity) for one in found] == [(2, Severity.ERROR)]
    assert "accent 2, #EEAA88, on the light card" in found[0].message


DIGEST_CSS = (SHIPPED / "digest" / "theme.css").read_text(encoding="utf-8")
DIGEST_MJML = (SHIPPED / "digest" / "issue.mjml.j2").read_text(encoding="utf-8")


def test_rules_that_never_match(tmp_path: Path) -> None:
    css = DIGEST_CSS + (
        ".hedline { color: var(--ink); }\n"
        "@media (max-width: 480px) { .h2 img { width: 10px; } }\n"
        "@media (prefers-color-scheme: dark) { .crad { background-color: var(--card); } }\n"
    )
    lines = DIGEST_CSS.count("\n")
    found = [one for one in check(tmp_path, theme_css=css) if one.code == "rule-unmatched"]
    assert [(one.text, one.line - lines) for one in found] == [
        (".hedline", 1),
        (".h2 img", 2),
        (".crad", 3),
    ]


def test_rules_of_ones_own_come_on_top(tmp_path: Path) -> None:
    css = (
        ".h2 { font-size: 33px; }\n"
        "@media (max-width: 480px) { .t a:hover { color: var(--ink); }"
        " .h2::before { color: red; } }\n"
        ".h2 > > a { color: var(--ink); }\n"
    )
    found = only(check(tmp_path, custom_css=css), "selector-wrong")
    assert (found.path.name, found.line, found.severity) == ("custom.css", 3, Severity.ERROR)


def test_classes_without_a_rule(tmp_path: Path) -> None:
    css = DIGEST_CSS.replace(".tag {", ".tga {")
    findings = check(tmp_path, theme_css=css)
    found = only(findings, "class-unruled")
    assert found.text == "tag"
    assert 'class="tag"' in DIGEST_MJML.split("\n")[found.line - 1]
    assert only(findings, "rule-unmatched").text == ".tga"


def test_values_that_nothing_uses(tmp_path: Path) -> None:
    toml = '[light]\nsky = "#00F"\n[dark]\nsky = "#00F"\n[fonts]\nhand = "cursive"\n'
    found = [one for one in check(tmp_path, theme_toml=toml) if one.code == "theme-value-unused"]
    assert [(one.text, one.line) for one in found] == [("sky", 3), ("hand", 7)]


def test_a_language_that_lacks_words(tmp_path: Path) -> None:
    toml = '[words.nl]\nread_online = "Lees online"\nunsubsribe = "Afmelden"\n'
    findings = check(tmp_path, theme_toml=toml)
    assert "contents, stories, reason, unsubscribe" in only(findings, "theme-words-missing").message
    assert only(findings, "theme-word-unknown").line == 4


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('[words.nl]\nstories = "verhalen"\n', "'stories' must be a list of 2 texts"),
        ('[words.nl]\nmonths = ["januari"]\n', "'months' must be a list of 12 texts"),
        ('[words.nl]\ndate = "{day} {maand}"\n', "{maand}"),
        ('[words.nl]\nreason = "{list"\n', "a brace that is not closed"),
        ("[words.nl]\ntip = 3\n", "'tip' must be a text"),
    ],
)
def test_words_that_cannot_be_used(tmp_path: Path, toml: str, words: str) -> None:
    [found] = check(tmp_path, theme_toml=toml)
    assert (found.code, found.line) == ("theme-broken", 3)
    assert words in found.message


def test_boxes_with_less_room_than_said(tmp_path: Path) -> None:
    found = only(check(tmp_path, custom_css=".bd { padding: 16px 60px; }"), "outlook-width")
    assert found.severity is Severity.ERROR
    css = ".bd { padding: 16px 60px; }"
    (tmp_path / "again").mkdir()
    assert check(tmp_path / "again", custom_css=css, theme_toml="inset = 123\n") == []


def test_a_logo_that_is_not_there(tmp_path: Path) -> None:
    found = only(
        check(tmp_path, theme_toml='[logo]\nsrc = "l.png"\nalt = "L"\n'), "theme-logo-missing"
    )
    assert (found.severity, found.line) == (Severity.ERROR, 3)


def test_small_text_is_placed_in_the_css(tmp_path: Path) -> None:
    css = DIGEST_CSS.replace("font-size: 13px; white-space", "font-size: 9px; white-space")
    found = only(check(tmp_path, theme_css=css), "text-small")
    assert found.path == tmp_path / "mine" / "theme.css"
    assert "9px" in css.split("\n")[found.line - 1]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (
            '<h1 class="h1 {{ title_size }}" dir="auto">{{ title }}</h1>',
            "{{ title }}",
            "heading-main-missing",
        ),
        ('id="{{ s.id }}"{{ trace(s.line) }}', 'id="{{ s.id }}"', "heading-untraced"),
        ("unsubscribe_url, words", '"https://example.org/", words', "unsubscribe-missing"),
        ("words, postal_address", 'words, ""', "postal-address-unshown"),
        ("{{ date }}", "{{ dat }}", "theme-broken"),
        ("{{ parts.head(", "{{ parts.haed(", "theme-broken"),
        ("preheader_padding, styles)", 'preheader_padding, "")', "theme-broken"),
        ("<mj-column>", "<mj-colum>", "theme-broken"),
        ('padding="0px {{ gutter }} 14px"', 'padding="0 {{ gutter }} 14px"', "theme-broken"),
    ],
)
def test_templates_that_lack_something(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert old in DIGEST_MJML
    found = check(tmp_path, issue_mjml_j2=DIGEST_MJML.replace(old, new))
    assert code in {one.code for one in found}
    if code in RULES:
        assert {one.path.name for one in found if one.code == code} == {"issue.mjml.j2"}


@pytest.mark.parametrize(
    ("css", "line", "column"),
    [(".h1 { color: var(--nope) }", 1, 7), ("\n.h1 { color }", 2, 12), ("@import 'x';", 1, 1)],
)
def test_broken_css_says_where(tmp_path: Path, css: str, line: int, column: int) -> None:
    [found] = check(tmp_path, theme_css=css)
    assert (found.code, found.line, found.column) == ("theme-broken", line, column)


def test_style_blocks_that_gmail_would_drop(tmp_path: Path) -> None:
    rules = "".join(
        f"  .h2 {{ padding-top: {at}px; margin-left: {at}px; }}\n" for at in range(1, 200)
    )
    css = f"{DIGEST_CSS}@media (max-width: 480px) {{\n{rules}}}\n"
    assert any(one.code.startswith("style") for one in check(tmp_path, theme_css=css))
