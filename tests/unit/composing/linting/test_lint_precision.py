"""Mistakes that are told once and at their cause, and what looks like one and is none."""

# ruff: noqa: RUF001 - letters that look like others are what it is about

import pytest

from tests.unit.composing.linting.conftest import FRONT, Found, Lint

SECTION = (
    '```{{=mjml}}\n<mj-section background-color="#FFFFFF"{0}>\n<mj-column>\n'
    '<mj-text color="#222222">Words</mj-text>\n</mj-column>\n</mj-section>\n```'
)


def codes(hits: list[str]) -> list[str]:
    return [each.split()[1] for each in hits]


@pytest.mark.parametrize(
    "word",
    [
        *("café", "Skellefteå", "naïve", "£84", "5 °C", "it’s", "a – b", "€ 5", "Ärger", "Straße"),
        *("São", "😀", "привет", "•", "español", "Étude", "œuf", "Škoda", "Łódź", "™", "✓", "→"),
    ],
)
def test_utf_8_read_as_windows_1252(found: Found, word: str) -> None:
    try:
        misread = word.encode().decode("cp1252")
    except UnicodeDecodeError:
        misread = word.encode().decode("latin-1")
    assert codes(found(f"We read {misread} and more.")).count("text-mojibake") == 1


@pytest.mark.parametrize(
    "words",
    [
        *("MAÇÃ»", "AMANHÃ…", "NÃO", "“Å”", "Å–", "BRÅ’s", "ROMÂ»", "ÂNGELA", "Château", "PÂTÉ"),
        *("ção", "crêpe – é", "œuvre", "Łódź", "10 Å–20 Å", "Ðà", "Âme", "«Ã»"),
    ],
)
def test_letters_that_are_what_they_are(found: Found, words: str) -> None:
    assert "text-mojibake" not in codes(found(f"We read {words} and more."))


def test_an_anchor_that_is_there_twice_is_told_once(found: Found) -> None:
    body = "See [it](#a).\n\n## One {#a}\n\nWords.\n\n## Two {#a}\n\nWords."
    assert found(body) == ["12:9 anchor-repeated"]


@pytest.mark.parametrize(
    ("background", "code"),
    [
        ("https://img.news/b.svg", "image-format"),
        ("https://img.news/b.webp", "image-format"),
        ("http://img.news/b.png", "image-insecure"),
        ("b.png", "image-missing"),
    ],
)
def test_pictures_behind_a_section(found: Found, background: str, code: str) -> None:
    body = SECTION.format(f' background-url="{background}"')
    assert found(f"Words.\n\n{body}") == [f"9:56 {code}"]


@pytest.mark.parametrize("url", ["file:///home/ann/a.png", "FILE://host/a.png"])
def test_pictures_on_the_authors_machine(found: Found, url: str) -> None:
    assert found(f"Words of an introduction.\n\n![The pier at dawn]({url})")[-1].endswith(
        "image-missing"
    )


def test_a_good_picture_behind_a_section(found: Found) -> None:
    assert not found("Words.\n\n" + SECTION.format(' background-url="https://img.news/b.png"'))


@pytest.mark.parametrize(
    "url", ["https://YOUR-LINK-HERE", "https://insert-link", "https://link_here/", "http://url"]
)
def test_hosts_that_were_to_be_replaced(found: Found, url: str) -> None:
    wanted = "link-private" if url == "http://url" else "link-placeholder"
    assert wanted in codes(found(f"See [the report]({url}) for more of it."))


@pytest.mark.parametrize(
    "body",
    [
        "Join us [by Zoom](https://us02web.zoom.us/j/81234567890?pwd=QUJDREVGR0hJSktM) at six.",
        "Reference ABC-DE-2026-XXX-01 closes today.",
        "See part XXX-7 of it.",
    ],
)
def test_what_is_no_secret_and_no_placeholder(found: Found, body: str) -> None:
    assert found(body) == []


def test_a_password_elsewhere_is_a_secret(found: Found) -> None:
    assert codes(found("See [it](https://shop.news/a?pwd=QUJDREVG).")) == ["link-secret"]


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        ('title: "News\n', "4:8"),
        ("title: 'News\n", "4:8"),
        ('title: "News\ntagline: "More"\n', "4:8"),
        ('title: "News"\ntagline: a: b\n', "5:11"),
        ('\ntitle: "News"\n\ntagline: a: b\n', "7:11"),
    ],
)
def test_front_matter_is_told_where_it_went_wrong(lint: Lint, broken: str, place: str) -> None:
    source = FRONT.replace("preheader", f"{broken}preheader", 1)
    first = next(each for each in lint(source + "Words.").findings if each.code == "issue-broken")
    assert f"{first.line}:{first.column}" == place


def test_front_matter_that_does_not_end(lint: Lint) -> None:
    text = "\nWords, and more: of them.\n\n---\n\nThe end."
    source = FRONT.removesuffix("---\n") + text
    (broken,) = (each for each in lint(source).findings if each.code == "issue-broken")
    assert (broken.line, broken.column) == (5, 1)
    assert "'---'" in broken.message


def test_a_second_footnote_of_one_name(found: Found) -> None:
    body = "Words.[^a]\n\n[^a]: One.\n[^a]: Two."
    assert found(body) == ["9:1 issue-broken"]
    assert found("Words.[^a]\n\n```\n[^a]: Code.\n```\n\n[^a]: One.") == []


def test_all_that_is_wrong_with_raw_mjml_is_told(found: Found) -> None:
    one = '<mj-text fontsize="12px" padding="10px 0">One</mj-text>\n<mj-txt>2</mj-txt>'
    two = '<mj-text>One</mj-text>\n<mj-divider\n  widht="20px" />'
    one, two = (f"```{{=mjml}}\n{each}\n```" for each in (one, two))
    places = ["9:10", "9:26", "10:1", "18:3"]
    assert found(f"Words.\n\n{one}\n\nMore.\n\n{two}") == [f"{at} issue-broken" for at in places]


def test_the_words_that_are_wrong_end_where_they_end(lint: Lint) -> None:
    (broken,) = lint(f"{FRONT}See [it](www.quay.news/tar) and more.").findings
    assert (broken.column, broken.text) == (10, "www.quay.news/tar")


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ("```python\na\n\nWords.", ["8:1"]),
        ("```python\na\n\nWords.\n\n```sql\nb\n```\n\nMore.", ["8:1"]),
        ("~~~\na\n\nWords.\n```", ["8:1"]),
        ("```\na\n```\n\n```sql\nb\n```", []),
        ("````markdown\n```js\n1\n```\n````", []),
        ("~~~markdown\n```js\n1\n```\n~~~", []),
        ("    ```js\n    1\n\nWords.", []),
    ],
)
def test_code_that_does_not_end(found: Found, body: str, places: list[str]) -> None:
    hits = [each for each in found(f"Words.\n\n{body}") if each.endswith("code-unclosed")]
    assert hits == [f"{place} code-unclosed" for place in places]


def test_a_picture_wider_than_the_message_is_told_once(found: Found) -> None:
    text = '<mj-text><img src="https://a.news/a.png" alt="A dog" width="900" /></mj-text>'
    assert found(f"Words.\n\n```{{=mjml}}\n{text}\n```") == ["9:20 image-too-wide"]


def test_a_colour_that_stays_in_dark_mode_wants_a_background(lint: Lint) -> None:
    text = '<mj-text color="#222222">Words of ours</mj-text>'
    (faint,) = lint(f"{FRONT}Words.\n\n```{{=mjml}}\n{text}\n```").findings
    assert (faint.code, faint.line) == ("contrast-low", 9)
    assert "in dark mode" in faint.message
    assert "background" in faint.fix


def test_a_merge_field_in_an_address_is_named(lint: Lint) -> None:
    found = lint(f'{FRONT}See [it](https://a.news/{{{{ x | default: "a" }}}}) now.').findings
    (broken,) = (each for each in found if each.code == "link-not-made")
    assert "merge field" in broken.message


def test_small_type_is_told_where_its_size_is_written(found: Found) -> None:
    text = '<mj-text font-size="9px">One of ours</mj-text>'
    more = '<mj-text>Two, and <span style="font-size: 8px">small</span></mj-text>'
    body = f"Words.\n\n```{{=mjml}}\n{text}\n{more}\n```"
    assert found(body) == ["9:10 text-small", "10:32 text-small"]
