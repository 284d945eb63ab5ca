"""Themes: chains of folders, settings that merge, colours that can be read."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import html5lib
import pytest
from lxml import html as lxml_html
from theme_kit import ARABIC, HOSTILE, LEAST, SPECIMEN, compile_in

from mailer.composing.issue.hosted_image import HostedImage
from mailer.composing.rendering import Theme, find_theme, list_themes
from mailer.composing.themes.colour import contrast, parse_colour
from mailer.errors import RenderError
from mailer.message.compiled import CompiledIssue
from mailer.platform.resources import resource_dir

Compile = Callable[..., CompiledIssue]
SHIPPED = resource_dir("templates") / "email"
NAMES = list_themes([SHIPPED])
BODY = "Hello.\n\n## One\n\n### K\n\n[T](https://e.org/t)\n\nWords.\n\n## Two\n\n### T\n\n- a\n"


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_", ".", 1)).write_text(text)
    return folder


def ratio(one: str, two: str) -> float:
    first, second = parse_colour(one), parse_colour(two)
    assert first
    assert second
    return contrast(first, second)


# --- finding and merging --------------------------------------------------------------------


def test_unknown_theme_is_named() -> None:
    with pytest.raises(RenderError, match="did you mean 'digest'"):
        find_theme("digets", roots=[SHIPPED])


def test_base_is_no_theme() -> None:
    assert "base" not in NAMES


def test_a_workspace_overrides_one_value(tmp_path: Path) -> None:
    write(tmp_path / "digest", theme_toml='[light]\nink = "#000"\n')
    theme = find_theme("digest", roots=[tmp_path, SHIPPED])
    shipped = find_theme("digest", roots=[SHIPPED])
    assert theme.settings.light["ink"] == "#000000"
    assert theme.settings.light["paper"] == shipped.settings.light["paper"]
    assert theme.template("issue.mjml.j2") == (1, shipped.template("issue.mjml.j2")[1])  # type: ignore[index]


def test_a_workspace_overrides_one_file(tmp_path: Path, compile_body: Compile) -> None:
    write(tmp_path / "digest", theme_css=".h2 { margin: 3px 0 0; font-size: 31px; }")
    compiled = compile_body(BODY, theme=tmp_path / "digest")
    assert "font-size:31px" in compiled.html
    assert "padding-left:22px" in compiled.html, "blocks.css still counts"


def test_a_workspace_adds_rules(tmp_path: Path, compile_body: Compile) -> None:
    write(tmp_path / "digest", custom_css=".h2 { font-size: 31px; }")
    html = compile_body(BODY, theme=tmp_path / "digest").html
    assert "font-size:31px" in html
    assert "line-height:36px" in html, "theme.css still counts"


def test_dark_rules_follow_what_counts_in_light(tmp_path: Path, compile_body: Compile) -> None:
    css = ".h2 { border: 1px solid var(--line); } .h2 { border: 0; color: var(--muted); }"
    write(tmp_path / "digest", custom_css=css)
    theme = find_theme("digest", roots=[tmp_path, SHIPPED])
    html = compile_body(BODY, theme=tmp_path / "digest").html
    dark = html[html.index("prefers-color-scheme") :].partition("</style>")[0]
    rules = re.findall(r"([^{}]*){([^{}]*)}", dark)
    of_h2 = [body for selectors, body in rules if ".h2" in selectors.strip().split(",")]
    assert of_h2 == [f"color:{theme.settings.dark['muted']}!important"]


def test_pictures_in_boxes_are_narrower_for_outlook(tmp_path: Path, compile_body: Compile) -> None:
    picture = "![What it shows](https://img.example.org/a.png)"
    body = f"{picture}\n\n::: note\n{picture}\n\n::: tip\n{picture}\n:::\n:::\n\n> {picture}\n"
    write(tmp_path / "digest", theme_toml="inset = 50\n")
    html = compile_body(body, theme=tmp_path / "digest").html
    assert re.findall(r'<img class="(\w+)"[^>]*? width="(\d+)"', html) == [
        ("g", "552"),
        ("g", "502"),
        ("g", "452"),
        ("g", "502"),
    ]


def test_a_template_extends_the_one_that_it_hides(tmp_path: Path, compile_body: Compile) -> None:
    write(tmp_path / "digest")
    (tmp_path / "digest" / "issue.txt.j2").write_text(
        '{% include "parent/issue.txt.j2" %}\n\nPrinted on paper.'
    )
    compiled = compile_body(BODY, theme=tmp_path / "digest")
    assert compiled.text.endswith("Printed on paper.\n")
    assert "\n1. One\n" in compiled.text


def test_a_theme_extends_another(tmp_path: Path, compile_body: Compile) -> None:
    write(tmp_path / "mine", theme_toml='extends = "digest"\nbrand = "#FFCC00"\n')
    theme = find_theme("mine", roots=[tmp_path, SHIPPED])
    (accent,) = theme.settings.accents
    assert ratio(accent.light, theme.settings.light["card"]) >= 4.5
    assert ratio(accent.dark, theme.settings.dark["card"]) >= 4.5
    assert accent.light in compile_body(BODY, theme=tmp_path / "mine").html


def test_a_theme_cannot_extend_itself(tmp_path: Path) -> None:
    write(tmp_path / "a", theme_toml='extends = "b"\n')
    write(tmp_path / "b", theme_toml='extends = "a"\n')
    with pytest.raises(RenderError, match="cannot extend itself: a -> b -> a"):
        find_theme("a", roots=[tmp_path, SHIPPED])


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ('align = "left"\n', "'align' must be one of center, start", 1),
        ("contents_from = true\n", "'contents_from' must be a number of sections", 1),
        ('x = "1"\n', "unknown key 'x'", 1),
        ("\n[light]\npaper = 3\n", "'paper' must be a colour", 3),
        ('\n[light]\nsky = "#00F"\n', "'sky' is in only one of", 3),
        ("width = 20\n", "'width' must be a number of pixels", 1),
        ("accents = []\n", "at least one accent", 1),
        ('accents = ["red"]\n', "must be a colour", 1),
        ('\n\n[fonts]\ntext = "a;b"\n', "font families", 4),
        ('[logo]\nsrc = "a.png"\n', "the logo needs alt", 1),
        ('[[social]]\nname = "X"\n', "a name and a full url", 1),
        ('extends = "nothing"\n', "there is no theme 'nothing'", 1),
        ("a = = 1\n", "not TOML", 1),
        ('width = 600\n\nlabel = "x', "not TOML", 3),
        ("\nwdith = 600\n", "did you mean 'width'", 2),
    ],
)
def test_wrong_settings_name_their_line(tmp_path: Path, text: str, words: str, line: int) -> None:
    write(tmp_path / "digest", theme_toml=text)
    with pytest.raises(RenderError, match=words) as caught:
        find_theme("digest", roots=[tmp_path, SHIPPED])
    assert caught.value.path == tmp_path / "digest" / "theme.toml"
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("css", "words", "line"),
    [
        (".a {}\n.h2 { color: var(--nothing) }", "no colour or font 'nothing'", 2),
        (".h2 { color }", "not CSS", 1),
        ("\n\n@import 'x.css';", "'@import' has no place", 3),
        ("@font-face { src: url(x) }", "'@font-face' has no place", 1),
    ],
)
def test_wrong_css_names_its_line(
    tmp_path: Path, compile_body: Compile, css: str, words: str, line: int
) -> None:
    folder = write(tmp_path / "digest", theme_css=css)
    with pytest.raises(RenderError, match=words) as caught:
        compile_body(BODY, theme=folder)
    assert (caught.value.path, caught.value.line) == (folder / "theme.css", line)


def test_wrong_values_name_their_column(tmp_path: Path) -> None:
    write(tmp_path / "digest", theme_toml='[dark]\n  "paper"  =  "no colour"\n')
    with pytest.raises(RenderError, match="must be a colour") as caught:
        find_theme("digest", roots=[tmp_path, SHIPPED])
    assert (caught.value.line, caught.value.column) == (2, 15)


@pytest.mark.parametrize("name", ["theme.toml", "theme.css", "issue.mjml.j2"])
def test_a_file_that_is_not_utf_8_says_where(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path / "digest", theme_toml="")
    (folder / name).write_bytes(b"# \xc3\xa9\r\n# \xc3\xa9\xff\n")
    with pytest.raises(RenderError, match="not UTF-8") as caught:
        find_theme("digest", roots=[tmp_path, SHIPPED])
    error = caught.value
    assert (error.path, error.line, error.column) == (folder / name, 2, 4)


@pytest.mark.parametrize(
    ("template", "place", "words"),
    [
        ("\n é {{ title date }}", (2, 13), "end of print statement"),
        ("{{ title( }}", (1, 11), "unexpected '}', expected"),
        ("{{ title }", (1, 10), "unexpected '}'"),
        ("{# note #}{{ title\n  | upper\n  ! }}", (3, 3), "unexpected char '!'$"),
        ("{{ title }}\n  {# not closed", (2, 3), "Missing end of comment tag"),
        ("{% endif %}", (1, 4), "unknown tag 'endif'"),
        ("{{ title }} {% if a %}", (1, 13), "never closed"),
        ("{{ title | nope }}", (1, 12), "No filter named 'nope'"),
        ("\n  {{ 1 / 0 }}", (2, 3), "failed: division by zero"),
        ("{{ words.nope }}", (1, 10), "failed: .*'nope'"),
        ("{% include 'nope' %}", (1, 13), "failed: there is no template 'nope'"),
        ("{% macro m() %}{{ m() }}{% endmacro %}\n{{ m() }}", (1, 1), "failed: maximum recursion"),
        ("{{ title.__class__.__mro__ }}", (1, 10), "'__class__' of .* is unsafe"),
    ],
)
def test_an_error_in_a_template_names_its_place(
    tmp_path: Path, compile_body: Compile, template: str, place: tuple[int, int], words: str
) -> None:
    folder = write(tmp_path / "digest", theme_toml="")
    (folder / "issue.txt.j2").write_text(template)
    with pytest.raises(RenderError, match=words) as caught:
        compile_body(BODY, theme=folder)
    error = caught.value
    assert (error.path, error.line, error.column) == (folder / "issue.txt.j2", *place)
    assert "\n" not in str(error)


def test_an_error_in_a_shared_part_names_that_file(tmp_path: Path, compile_body: Compile) -> None:
    folder = tmp_path / "digest"
    folder.mkdir()
    text = (SHIPPED / "base" / "parts.mjml.j2").read_text()
    (folder / "parts.mjml.j2").write_text(text.replace("<mj-breakpoint", "<mj-brakpoint"))
    with pytest.raises(RenderError, match="<mj-brakpoint> is not allowed") as caught:
        compile_body(BODY, theme=folder)
    line = text.split("\n")[(caught.value.line or 0) - 1]
    assert caught.value.path == folder / "parts.mjml.j2"
    assert line[(caught.value.column or 0) - 1 :].startswith("<mj-breakpoint")


# --- where it stands, and which way it runs -------------------------------------------------

ARABIC_FRONT = "---\nsubject: A\ndate: 2026-11-22\nlanguage: ar\n---\n"


def outlook_sides(html: str) -> set[str]:
    return set(re.findall(r'<!--\[if mso \| IE\]><table [^>]*align="(\w+)"', html))


def test_a_theme_may_stand_where_lines_begin(tmp_path: Path, compile_body: Compile) -> None:
    write(tmp_path / "digest", theme_toml='align = "start"\n')
    html = compile_body(BODY, theme=tmp_path / "digest").html
    assert "margin:0px auto;max-width" not in html
    assert "margin:0px auto 0px 0px;max-width:640px" in html
    assert outlook_sides(html) == {"left"}
    mirrored = compile_body(BODY, front=ARABIC_FRONT, theme=tmp_path / "digest").html
    assert "margin:0px 0px 0px auto;max-width:640px" in mirrored
    assert outlook_sides(mirrored) == {"right"}


@pytest.mark.parametrize(
    ("least", "wish", "marks"),
    [(2, "", 1), (3, "", 0), (0, "", 0), (0, "contents: yes\n", 1)],
)
def test_a_theme_says_when_sections_are_listed(
    tmp_path: Path, compile_body: Compile, least: int, wish: str, marks: int
) -> None:
    write(tmp_path / "digest", theme_toml=f"contents_from = {least}\n")
    front = f"---\nsubject: A\ndate: 2026-11-22\n{wish}---\n"
    compiled = compile_body(BODY, front=front, theme=tmp_path / "digest")
    assert compiled.html.count('href="#section-1"') == marks
    assert compiled.text.count("In this issue") == marks


@pytest.mark.parametrize("name", NAMES)
def test_right_to_left_mirrors_everything(name: str, compile_body: Compile) -> None:
    body = BODY + "\n> q\n\n```\ncode\n```\n"
    html = compile_body(body, front=ARABIC_FRONT, theme=SHIPPED / name).html
    inside = html[html.index("<body") :]
    assert "direction:ltr" not in inside.replace("direction:ltr; text-align:left", "")
    assert inside.count("direction:ltr; text-align:left") == 1, "code runs as it always does"
    assert inside.count("<code ") == len(re.findall(r'<code [^>]*dir="ltr"', inside))
    assert "padding-left:22px" not in inside
    assert "font-style:italic" not in inside
    assert "letter-spacing:0" not in inside
    assert "الأحد 22 نوفمبر 2026" in html or name == "note"


def test_a_logo_is_not_taken_for_a_picture_of_the_issue(
    tmp_path: Path, compile_body: Compile
) -> None:
    folder = write(tmp_path / "digest", theme_toml='[logo]\nsrc = "a.png"\nalt = "A"\n')
    theme = find_theme("digest", roots=[tmp_path, SHIPPED])
    assert theme.settings.logo.path == folder / "a.png"
    images = {
        name: HostedImage(f"https://e.org/{n}.png", 320, 100, 160, 1)
        for n, name in enumerate(("a.png", theme.settings.logo.key))
    }
    html = compile_body("![x](a.png)", theme=folder, images=images).html
    assert html.index("https://e.org/1.png") < html.index("https://e.org/0.png")


def test_a_layout_without_styles_is_told_so(tmp_path: Path, compile_body: Compile) -> None:
    folder = write(tmp_path / "digest", theme_toml="")
    text = "<mjml>\n  <mj-head></mj-head>\n<mj-body></mj-body></mjml>"
    (folder / "issue.mjml.j2").write_text(text)
    with pytest.raises(RenderError, match="lacks") as caught:
        compile_body("x", theme=folder)
    error = caught.value
    assert (error.path, error.line, error.column) == (folder / "issue.mjml.j2", 2, 3)


LISTED = "---\nsubject: A\ndate: 2026-11-22\n---\n" + BODY

# --- every shipped theme --------------------------------------------------------------------


@pytest.fixture(params=NAMES)
def theme(request: pytest.FixtureRequest) -> Theme:
    return find_theme(request.param, roots=[SHIPPED])


def pairs(theme: Theme) -> Iterator[tuple[str, str]]:
    """Yield each text colour with the grounds that it stands on, in both schemes."""
    for table in (theme.settings.light, theme.settings.dark):
        for name in ("ink", "text", "lead", "muted"):
            yield from ((table[name], table[ground]) for ground in ("paper", "card", "raised"))
        for name in ("note", "tip", "important", "warning"):
            yield table[name], table["raised"]
        yield from ((table[name], table["raised"]) for name in table if name.startswith("code-"))
        yield table["on-button"], table["button"]
        if "link" in table:
            yield from ((table["link"], table[ground]) for ground in ("card", "raised"))
        yield from ((table[name], table["card"]) for name in table if name.startswith("code-"))
        for name in ("note", "tip", "important", "warning"):
            yield table[name], table["card"]
    for accent in theme.settings.accents:
        yield accent.light, theme.settings.light["card"]
        yield accent.dark, theme.settings.dark["card"]


def test_colours_can_be_read(theme: Theme) -> None:
    low = [(a, b, round(ratio(a, b), 2)) for a, b in pairs(theme) if ratio(a, b) < 4.5]
    assert low == []


def test_every_language_says_everything(theme: Theme) -> None:
    english = theme.settings.languages["en"].table
    for tag in ("de", "fr", "es", "ar"):
        words = theme.settings.languages[tag].table
        assert words.keys() == english.keys()
        assert sum(words[name] != english[name] for name in english) > 10


def test_a_theme_stands_alone_as_a_copy(
    tmp_path: Path, theme: Theme, compile_body: Compile
) -> None:
    shutil.copytree(SHIPPED / theme.name, tmp_path / theme.name)
    copied = compile_body(BODY, theme=tmp_path / theme.name)
    assert copied.html == compile_body(BODY, theme=SHIPPED / theme.name).html


@pytest.mark.parametrize("source", [SPECIMEN, ARABIC, LEAST, HOSTILE])
def test_html_parses_without_errors(theme: Theme, source: str) -> None:
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(compile_in(theme.name, source).html)
    assert parser.errors == []


def test_text_parts_suit_their_themes() -> None:
    texts = {name: compile_in(name, LISTED).text for name in NAMES}
    assert texts["digest"].startswith("The Observatory\nSunday 22 November 2026\n\nRead online:\n")
    assert "\n1. One\n======\n" in texts["digest"]
    assert "\nOne\n===\n" in texts["letter"], "nothing is numbered where nothing is listed"
    assert texts["note"].startswith("The Observatory\n\nHello.\n\nOne\n===\n")
    assert texts["note"].rstrip().rpartition("\n")[0].endswith("\n\nRead online:")


@pytest.mark.parametrize("source", [SPECIMEN, ARABIC])
def test_specimens_stay_below_gmails_limits(theme: Theme, source: str) -> None:
    html = compile_in(theme.name, source).html
    assert len(html.encode()) < 60_000
    assert max(len(block.partition("</style>")[0]) for block in html.split("<style")[1:]) < 8_192
    assert html.count("<h1") == 1


def test_style_blocks_stay_below_gmails_limit(theme: Theme, compile_body: Compile) -> None:
    html = compile_body(BODY, theme=SHIPPED / theme.name).html
    blocks = [part.partition("</style>")[0] for part in html.split("<style")[1:]]
    assert max(map(len, blocks)) < 8_192
    assert sum("prefers-color-scheme" in block for block in blocks) == 1
    assert sum("data-ogsc" in block for block in blocks) == 1


@pytest.mark.parametrize("name", NAMES)
def test_both_parts_end_in_the_same_order(name: str) -> None:
    compiled = compile_in(name, SPECIMEN)
    for part in (compiled.html, compiled.text):
        ends = ["a person reads every answer", "Ada Lovelace", "A footnote, with", "12 Hill Lane"]
        places = [part.index(each) for each in ends]
        assert places == sorted(places)


@pytest.mark.parametrize("name", NAMES)
def test_what_leads_to_the_archive_is_shown_in_mailboxes_only(
    compile_body: Compile, name: str
) -> None:
    """Links within the issue have two ways in mail; in the archive the second leads nowhere new."""
    front = "---\nsubject: A subject\ndate: 2026-11-22\ncontents: yes\n---\n"
    body = "[Two](#two), first.\n\n## One {#one}\n\nx\n\n## Two {#two}\n\n### T\n\nWords.\n"
    html = compile_body(body, front=front, theme=SHIPPED / name).html
    page = lxml_html.document_fromstring(html)
    assert "\u2197" in html
    assert "Read online" in html
    for hidden in page.find_class("archive-hide"):
        hidden.drop_tree()
    assert "\u2197" not in page.text_content()
    assert "Read online" not in page.text_content()


@pytest.mark.parametrize("name", NAMES)
def test_a_masthead_reads_in_its_own_direction(compile_body: Compile, name: str) -> None:
    """Else the marks around a Latin name change sides in an Arabic issue."""
    front = (
        '---\nsubject: A subject\ndate: 2026-11-22\nlanguage: ar\ntitle: "«Tidings»"\n'
        "tagline: News (weekly)\n---\n"
    )
    html = compile_body("مرحبا\n", front=front, theme=SHIPPED / name).html
    page = lxml_html.document_fromstring(html)
    for words in ("«Tidings»", "News (weekly)"):
        [node] = [one for one in page.iter("h1", "p") if one.text == words]
        assert node.get("dir") == "auto"


# --- links and buttons ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "brand", ["#FFCC00", "#1DA1F2", "#0A0A2A", "#FFFFFF", "#000000", "#7A1FA2", "#777777"]
)
@pytest.mark.parametrize("name", NAMES)
def test_a_brand_colours_links_and_buttons_that_can_be_read(
    tmp_path: Path, name: str, brand: str
) -> None:
    write(tmp_path / name, theme_toml=f'brand = "{brand}"\n')
    settings = find_theme(name, roots=[tmp_path, SHIPPED]).settings
    for scheme in (settings.light, settings.dark):
        assert min(ratio(scheme["link"], scheme[each]) for each in ("card", "raised")) >= 4.5
        assert ratio(scheme["on-button"], scheme["button"]) >= 4.5
        assert ratio(scheme["button"], scheme["card"]) >= 3
    edge = settings.light["button-edge"]
    assert min(ratio(edge, each["card"]) for each in (settings.light, settings.dark)) >= 2.99


def test_what_a_theme_says_itself_comes_before_its_brand(tmp_path: Path) -> None:
    text = 'brand = "#7A1FA2"\n[light]\nlink = "#0000AA"\n'
    write(tmp_path / "digest", theme_toml=text)
    settings = find_theme("digest", roots=[tmp_path, SHIPPED]).settings
    assert settings.light["link"] == "#0000AA"
    assert settings.light["button"] == "#7A1FA2"


@pytest.mark.parametrize("name", NAMES)
def test_underlines_and_the_buttons_edge_are_seen(name: str) -> None:
    settings = find_theme(name, roots=[SHIPPED]).settings
    for scheme in (settings.light, settings.dark):
        assert min(ratio(scheme["underline"], scheme[g]) for g in ("card", "raised", "paper")) >= 3
    edge = settings.light["button-edge"]
    assert min(ratio(edge, each["card"]) for each in (settings.light, settings.dark)) >= 3
