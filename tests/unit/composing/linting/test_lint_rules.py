"""Rules, case by case: what each finds, and what it leaves alone."""

# ruff: noqa: RUF001 - letters that look like others are what it is about

import datetime as dt
from pathlib import Path

import pytest
from PIL import Image

from mailer.composing.issue.scaffold import new_issue
from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lint_file import Lookups, lint_file
from mailer.composing.linting.lintable import AudienceFacts
from mailer.composing.linting.width import columns
from mailer.config import Settings, load_settings

NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
LINK = "See [the report]({}) for more of it."
PRIVATE = [
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "https://10.1.2.3/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data", "https://100.64.0.1/", "https://0.0.0.0/", "https://0/",
    "https://[::1]/", "https://[::]/", "https://[fe80::1]/", "https://[fc00::1]/", "https://[fd12::1]/",
    "https://[::ffff:192.168.0.1]/", "https://[64:ff9b::10.0.0.1]/", "https://[2002:a00:1::]/",
    "https://[2001:db8::1]/", "https://224.0.0.1/", "https://255.255.255.255/", "https://localhost/",
    "https://LOCALHOST/", "https://a.localhost/", "https://printer.local/", "https://db.internal/",
    "https://x.test/", "https://nas.lan/", "https://router.home.arpa/", "https://wiki/",
    "https://localhost./", "https://192.0.2.1/", "https://198.51.100.7/", "https://203.0.113.9/",
]  # fmt: skip
PUBLIC = [
    "https://172.32.0.1.nip.io/", "https://10.news/", "https://127.com/", "https://localhost.news/",
    "https://internal.news/", "https://x.test.news/", "https://xn--bcher-kva.news/", "https://bücher.news/",
    "https://президент.рф/", "https://例え.jp/", "https://한국.kr/", "https://ουτοπία.gr/", "https://a-b.co.uk/",
]  # fmt: skip


@pytest.fixture
def codes(found):  # noqa: ANN001, ANN201
    return lambda body: [each.split()[1] for each in found(body)]


@pytest.mark.parametrize("url", PRIVATE)
def test_private_addresses_in_every_notation(codes, url: str) -> None:  # noqa: ANN001
    assert codes(LINK.format(url)) == ["link-private"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("##Name", "6"), ("Name\n====", "7"), ("> Name\n> ===", "7"),
        ("| a | b | c |\n|---|---|\n| 1 | 2 |", "7"), ("a | b\n--|", "7"),
        ("now ** or never ** again", "6"), ("one\ntwo **and three", "7"), ("**bold **x", "6"),
        ("**Fish.**es", "6"), ("> [!Caution]\n> Hot.", "6"),
    ],
)  # fmt: skip
def test_markdown_that_was_not_taken(found, body: str, place: str) -> None:  # noqa: ANN001
    (hit,) = (each for each in found(body) if each.endswith("markup-shown"))
    assert hit.split()[0].split(":")[0] == place


@pytest.mark.parametrize(
    "body",
    [
        "2**3 is 8, and 2 ** 4 is 16.", r"\*\*as such\*\*", "`**`", "**one** and **two** a**b**c",
        "**日本語。**です",
        "#tag and ##x", "a\n---\nb", "```\n##x\n====\n```", "<!-- a\n==== -->\nb", "====\ntext",
        "| a |\n|---|\n| b |", "a | b\n--|--\n1 | 2", "> | a | b |\n> |---|---|\n> | b | c |",
        "words:\n| a | b |\n|:-:|--:|\n| 1 | 2 |", "- x\n\n  | a | b |\n  |---|---|\n  | 1 | 2 |",
    ],
)  # fmt: skip
def test_marks_that_are_meant_are_left_alone(codes, body: str) -> None:  # noqa: ANN001
    assert "markup-shown" not in codes(body)


@pytest.mark.parametrize("body", ["::: note\n:::", "::: sponsor A\n:::", ">", "- a\n-\n- b"])
def test_what_is_empty(codes, body: str) -> None:  # noqa: ANN001
    assert "part-empty" in codes(f"Words.\n\n{body}")


def test_what_is_empty_for_some(codes) -> None:  # noqa: ANN001
    assert "variant-empty" in codes("::: only vip\n## A\n\nWords.\n:::")
    assert "section-empty" in codes("Words.\n\n## A\n\n::: only vip\nWords.\n:::")
    fine = codes("Words.\n\n::: only vip\n## A\n\nWords.\n:::")
    assert not {"variant-empty", "section-empty", "part-empty"} & {*fine}


@pytest.mark.parametrize(
    "body",
    [
        "See [the issue on the web]({{ archive_url }}) and [how to leave]({{unsubscribe_url}}).",
        "See [the issue on the web][web].\n\n[web]: {{ archive_url }}",
        "[Read the issue on the web]({{ archive_url }}){.button}",
    ],
)
def test_merge_fields_that_are_addresses(codes, body: str) -> None:  # noqa: ANN001
    assert codes(body) == []


@pytest.mark.parametrize("url", PUBLIC)
def test_public_names_are_left_alone(codes, url: str) -> None:  # noqa: ANN001
    assert codes(LINK.format(url)) == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://bit.ly/x", "link-shortened"),
        ("https://www.tinyurl.com/x", "link-shortened"),
        ("https://youtu.be/x", ""),
        ("https://user@bank.news/", "link-credentials"),
        ("https://xn--80ak6aa92e.com/", "link-look-alike"),
        ("https://gооgle.com/", "link-look-alike"),
        ("https://a.news:8080/", "link-port"),
        ("https://a.news:443/", ""),
        ("https://a.news:99999/", "link-malformed"),
        ("https://a_b.news/", ""),
        ("https://-a.news/", "link-malformed"),
        ("https://a,b.news/", "link-malformed"),
        ("htps://a.news/", "link-malformed"),
        ("https//a.news/", "link-malformed"),
        ("https:/a.news/", "link-malformed"),
        ("https://a.news/%2525", "link-double-encoded"),
        ("https://a.news/?u=https%253A%252F%252Fb.news", ""),
        ("https://a.news/100%25", ""),
        ("https://a.news/x?mkt_tok=abc", "link-personal-token"),
        ("https://a.news/x?ml_subscriber=1", "link-personal-token"),
        ("https://a.news/x?gclid=abc", "link-tracking"),
        ("https://a.news/x?utm_source=twitter.com", "link-tracking"),
        ("https://a.news/x?utm_source=tide-table&utm_medium=email", ""),
        ("https://a.news/x?PHPSESSID=0123456789abcdef", "link-session"),
        ("https://a.news/x?sid=12", ""),
        ("https://a.news/x?sig=a&se=2026", "link-expires"),
        ("https://a.news/x?password=hunter2", "link-secret"),
        ("https://a.news/tool.zip", "link-attachment"),
        ("https://a.com/", ""),
        ("https://a.news/report.pdf", ""),
        ("mailto:a@b.news?subject=Hi", ""),
        ("mailto:?subject=Hi", "mailto-invalid"),
        ("mailto:a@b", "mailto-invalid"),
        ("mailto:a@b.news,c", "mailto-invalid"),
        ("data:text/html,x", "link-scheme"),
        ("tel:+4930123", "link-scheme"),
        ("https://yourdomain.com/x", "link-placeholder"),
        ("https://a.news/INSERT-LINK-HERE", "link-placeholder"),
        ("https://example.com/placeholder", "link-placeholder"),
        ("https://a.news/placeholder", ""),
        ("https://a.news/go?to=your-url", "link-placeholder"),
        ("https://a.news/your-post-slug", "link-placeholder"),
        ("https://a.news/paste-your-link-here.html", "link-placeholder"),
        ("https://a.news/is-your-company-ready-for-it", ""),
        ("https://a.news/how-to-insert-link-here-and-there", ""),
        ("https://a.news/how-to-speed-up-your-website", ""),
        ("https://a.news/replace-with-care-in-ten-steps", ""),
        ("https://my-blog.news/x", ""),
        ("https://a.news/x...", ""),
        ("www.a.news/x", "issue-broken"),
    ],
)  # fmt: skip
def test_addresses(codes, url: str, code: str) -> None:  # noqa: ANN001
    assert codes(LINK.format(url)) == ([code] if code else [])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("The {{ name | default: 'x' }} of it.", ""),
        ("The {{ email }} of {{ unsubscribe_url }}.", ""),
        ("The {{ emial }} of it.", "merge-field-misspelt merge-field-no-default"),
        ("The {{ firstname | default: 'x' }} of it.", ""),
        ("The [image] of it.", "placeholder-text"),
        ("[laughter] and [sic] and [the] and [1].", ""),
        ("[image: AP] and [photo by Anna].", ""),
        ("A {curly} thing and {name} here.", "foreign-merge-tag"),
        ("Set `{name}` and `%%x%%`.", ""),
        ("100%% sure, 5%% of it.", ""),
        ("if a < b and c > d then.", ""),
        ("Wow!! Really?? What?!", ""),
        ("NASA, ESA, CERN and UNESCO met at the UN.", ""),
        ("He said *TODO* list.", "todo-left"),
        ("TODOS and todo and ToDo.", ""),
        ("todo: the end", "todo-left"),
        ("<!-- todo the end -->\n\nText.", "todo-left"),
        ("Dear FIRSTNAME,", "placeholder-text"),
        ("Hello. BUY NOW BEFORE IT IS TOO LATE FRIENDS. And so on, and on.", "text-all-caps"),
        ("Send it to NASA, ESA, JAXA, CERN, UNESCO and WHO as soon as you can.", ""),
        ("See <https://a.news/x y> for it.", "link-not-made"),
        ("Ein Wort mit\u00adtrenn\u00adung.", ""),
        ("می\u200cخواهم", ""),
        ("👩\u200d🚀 in space", ""),
        ("pass\u200dword", "character-invisible"),
        ("A\x07bell", "character-control"),
        ("Lost \ufffd letter", "character-replacement"),
        ("[a](https://a.news/x), [b](https://a.news/x)", "link-repeated"),
        ("[a](https://a.news/x)\n\n[b](https://a.news/x)", ""),
        ("([a](https://a.news/x))", ""),
        ("(see [a](https://a.news/x_(y)))", ""),
        ("[paypal.com](https://evil.news)", "link-misleading"),
        ("[PayPal.com](https://www.paypal.com/x)", ""),
        ("[a@b.news](mailto:c@d.news)", "link-misleading"),
        ("[https://a.news](https://www.a.news/x)", ""),
        ("[bbc.co.uk](https://news.bbc.co.uk/x)", ""),
        ("[Read more](https://a.news)", "link-text-vague"),
        ("[Read more about bridges](https://a.news)", ""),
        ("[![map](https://a.news/a.png)](https://a.news)\n\n" + "Words of a story. " * 8, ""),
        ("### A\n\nSee [the map][maps]", "link-reference-missing"),
        ("an array[i][j] of it", ""),
        ("Look: [his words] (aside)", ""),
        ("#### A\n\nText\n", "heading-order"),
        ("### A\n\nText\n\n#### B\n\nText\n\n###### C\n\nText", "heading-order"),
        ("> #### In a quote\n> text", ""),
    ],
)  # fmt: skip
def test_words_and_links(codes, body: str, code: str) -> None:  # noqa: ANN001
    assert codes(body) == code.split()


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ("RE: the bridge", "subject-fake-reply"),
        ("FW: the bridge", "subject-fake-reply"),
        ("Re[2]: the bridge", "subject-fake-reply"),
        ("WG: die Brücke", "subject-fake-reply"),
        ("SV: bron", "subject-fake-reply"),
        ("TR: le pont", "subject-fake-reply"),
        ("RV: el puente", "subject-fake-reply"),
        ("转发：一座桥", "subject-fake-reply"),
        ("Re-reading Woolf", ""),
        ("R: a language for statistics", ""),
        ("Vs: the paper that argues with itself", ""),
        ("WWDC 2026", ""),
        ("FREE MONEY FOR ALL", "subject-all-caps"),
        ("Win $$$ now", "subject-punctuation"),
        ("Really?!", ""),
        ("Issue 12", ""),
        ("test", "placeholder-text"),
        ("{{ name | default: 'You' }}, a bridge", ""),
        ("x" * 71, "subject-long"),
        ("👩‍👩‍👧‍👦" * 30, ""),
    ],
)  # fmt: skip
def test_subjects(lint, subject: str, code: str) -> None:  # noqa: ANN001
    report = lint(
        f'---\nsubject: "{subject}"\ndate: 2026-11-22\npreheader: "A line that goes on."\n---\nOk.'
    )
    assert [each.code for each in report.findings] == ([code] if code else [])


def test_columns_count_what_is_drawn() -> None:
    drawn = {"abc": 3, "日本": 4, "é": 1, "e\u0301": 1, "👩‍👩‍👧‍👦": 2, "👋🏽": 2}
    assert {text: columns(text) for text in drawn} == drawn


def test_several_errors_of_the_parser_are_all_told(found) -> None:  # noqa: ANN001
    body = "One {{ Bad }}\n\n# Two {#a}\n\nThree <!-- open\n\n"
    body += "![x](https://a.news/i.png) among *![y](z)*"
    places = found(body)
    assert [each for each in places if each.startswith(("6:", "8:", "10:"))] == [
        "6:5 issue-broken", "8:1 issue-broken", "10:7 issue-broken",
    ]  # fmt: skip


def test_errors_of_the_front_matter_are_all_told(lint) -> None:  # noqa: ANN001
    report = lint(
        '---\nsubject: "Hi"\ndate: 22.11.\npreheader: "A line that goes on."\nfrom: me\nslugg: a\n'
        "theme: a b\n---\nText.\n\n::: nope\nText.\n:::\n"
    )
    found = [(each.line, each.column, each.code) for each in report.findings]
    assert found == [
        (3, 7, "issue-broken"), (5, 7, "issue-broken"), (6, 1, "issue-broken"),
        (7, 8, "issue-broken"), (11, 1, "issue-broken"),
    ]  # fmt: skip


def test_front_matter_that_is_broken_does_not_hide_the_text(lint) -> None:  # noqa: ANN001
    report = lint("---\nsubject: [\ndate: x\n---\n\nLorem ipsum.\n\n## Empty\n")
    found = [(each.line, each.code) for each in report.findings]
    assert (2, "issue-broken") in found or (3, "issue-broken") in found
    assert (6, "placeholder-text") in found
    assert (8, "section-empty") in found


def test_pictures_beside_the_issue(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (1200, 600)).save(tmp_path / "pictures/good.png")
    Image.new("RGB", (300, 200)).save(tmp_path / "pictures/small.png")
    Image.new("RGB", (1200, 600)).save(tmp_path / "pictures/new.webp")
    Image.effect_noise((1400, 1400), 90).convert("RGB").save(tmp_path / "pictures/heavy.png")
    (tmp_path / "pictures/broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    ink = Image.new("RGBA", (1200, 600))
    ink.paste((20, 20, 24, 255), (100, 100, 500, 400))
    ink.save(tmp_path / "pictures/ink.png")
    names = ("good.png", "small.png", "heavy.png", "broken.png", "gone.png")
    text = "".join(f"![A tree](pictures/{name})\n\n" for name in names)
    text += "![A tree](pictures/small.png){width=150}\n\n![Out](../../etc/passwd)\n\n"
    text += "![A tree](pictures/ink.png)\n\n"
    file = tmp_path / "issue.md"
    file.write_text(
        f'---\nsubject: "Trees"\ndate: 2026-11-22\npreheader: "Six pictures of trees."\n---\n{text}'
        + "Words about trees and what they are to us. " * 4
    )
    report = lint_file(file, settings, now=NOW)
    assert [(each.line, each.code) for each in report.findings] == [
        (8, "image-small"), (10, "image-heavy"), (12, "image-broken"), (14, "image-missing"),
        (18, "image-missing"), (20, "image-dark-ink"),
    ]  # fmt: skip


def test_hardly_any_text_beside_a_picture(codes) -> None:  # noqa: ANN001
    assert codes("![Our autumn sale, 20 % off all](https://a.news/a.png)") == ["image-only"]


def test_a_list_that_was_counted(lint) -> None:  # noqa: ANN001
    text = (
        '---\nsubject: "Hi {{ name }}"\nslug: week-1\ndate: 2026-11-22\n'
        'preheader: "A line that goes on."\n---\n{{ city }} {{ frist }} {{ plan | default: "x" }}'
    )
    audience = AudienceFacts(
        "readers", 40, {"name": 0, "city": 12, "frist": 40}, frozenset({"name", "city", "first"}), 3
    )
    report = lint(text, lookups=Lookups(audience=audience))
    assert [(each.line, each.column, each.code) for each in report.findings] == [
        (3, 7, "slug-used"),
        (7, 1, "merge-field-lacking"),
        (7, 12, "merge-field-unknown"),
        (7, 24, "merge-field-unknown"),
    ]
    lacking, unknown = report.findings[1:3]
    assert lacking.facts == {"lacking": 12, "active": 40}
    assert "12 of 40" in lacking.message
    assert "did you mean 'first'?" in unknown.message
    everyone = AudienceFacts("readers", 40, {"name": 0}, frozenset({"name"}))
    plain = text.partition("{{ city")[0] + "Hello."
    assert lint(plain, lookups=Lookups(audience=everyone)).findings == ()


def test_who_sends_is_looked_at_where_there_is_a_workspace(lint, tmp_path: Path) -> None:  # noqa: ANN001
    text = '---\nsubject: "Hi"\ndate: 2026-11-22\npreheader: "A line that goes on."\n---\nText.'
    nowhere = load_settings(environ={}, elsewhere=tmp_path)
    report = lint(text, settings=nowhere)
    assert report.findings == ()
    assert "no mailer.toml" in str(report.facts["left_out"])
    (tmp_path / "mailer.toml").write_text('provider = "smtp"\n[smtp]\nhost = "mail.news"\n')
    found = [
        each.code for each in lint(text, settings=load_settings(tmp_path, environ={})).findings
    ]
    assert found == ["base-url-local", "postal-address-missing", "sender-missing"]


def test_a_theme_that_breaks_what_every_message_needs(lint, tmp_path: Path) -> None:  # noqa: ANN001
    folder = tmp_path / "templates/email/bare"
    folder.mkdir(parents=True)
    (folder / "theme.toml").write_text('extends = "digest"\n')
    (folder / "issue.mjml.j2").write_text(
        "<mjml><mj-head>{{ styles }}</mj-head>\n<mj-body><mj-section><mj-column>"
        "<mj-text>{{ introduction }}</mj-text>"
        "</mj-column></mj-section></mj-body></mjml>\n"
    )
    (tmp_path / "mailer.toml").write_text(
        '[sender]\nemail = "a@b.news"\npostal_address = "1 Quay"\n[issue]\ntheme = "bare"\n'
    )
    settings = load_settings(tmp_path, environ={})
    text = '---\nsubject: "Hi"\ndate: 2026-11-22\npreheader: "A line that goes on."\n---\nText.'
    codes = {each.code for each in lint(text, settings=settings).findings}
    assert {"unsubscribe-missing", "postal-address-unshown"} <= codes
    (folder / "issue.mjml.j2").write_text(
        "<mjml>\n<mj-body>\n  {{ nothing. }}\n</mj-body></mjml>\n"
    )
    [broken] = lint(text, settings=settings).findings
    assert (broken.code, broken.path, broken.line) == (
        "theme-broken", folder / "issue.mjml.j2", 3,
    )  # fmt: skip
    assert broken.severity is Severity.ERROR


def test_the_sample_is_that_of_a_new_issue(lint) -> None:  # noqa: ANN001
    text = new_issue("week-1", date=dt.date(2026, 11, 22))
    assert [each.code for each in lint(text).findings] == ["sample-left"]
    for words in ("One line that makes people open it", "everything before the\nfirst section",
                  "A heading with an address below it is a linked title"):  # fmt: skip
        assert words in text


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ("Re:Invent: what was shown", ""),
        ("re:publica in Berlin", ""),
        ("Re:Your invoice", "subject-fake-reply"),
        ("[Tide] Re: the bridge", "subject-fake-reply"),
        ("\\u00a0\\u200b", "subject-missing"),
    ],
)
def test_subjects_like_answers_or_like_nothing(lint, subject: str, code: str) -> None:  # noqa: ANN001
    rest = 'date: 2026-11-22\npreheader: "A line that goes on."\n---\nText.'
    text = f'---\nsubject: "{subject}"\n{rest}'
    assert [each.code for each in lint(text).findings] == ([code] if code else [])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("Lunch is $, dinner at the harbour is $$$.", ""),
        ("Earn $$$ while you sleep.", "text-punctuation"),
        ("[Enter the contest](https://a.news/c) today.", ""),
        ("[Insert link text](https://a.news/c) today.", "placeholder-text"),
        ("Read of [D.C.](https://a.news/wiki/Washington,_D.C.) and its tides.", ""),
        ("Read of [Yahoo!](https://a.news/wiki/Yahoo!) and its tides.", ""),
        ("Read [this page of ours](https://a.news/page.).", "link-punctuation"),
        ("Read [this page of ours](https://a.con/page).", "link-malformed"),
        ("Read [this page of ours](https://a.news/100%).", "link-malformed"),
    ],
)  # fmt: skip
def test_what_looks_like_a_mistake_and_is_none(codes, body: str, code: str) -> None:  # noqa: ANN001
    assert codes(body) == ([code] if code else [])


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_that_was_cut_off(lint, tmp_path: Path, kind: str) -> None:  # noqa: ANN001
    image = Image.effect_noise((1200, 800), 60).convert("RGB")
    file = tmp_path / f"a.{kind.lower()}"
    image.save(file, kind)
    body = "Words of twenty and more, so that the picture is not alone. " * 4
    text = (
        '---\nsubject: "Hi there"\ndate: 2026-11-22\npreheader: "A line that goes on."\n---\n'
        f"{body}\n\n![A grey field of noise]({file.name})\n"
    )
    assert "image-broken" not in {each.code for each in lint(text).findings}
    file.write_bytes(file.read_bytes()[:200_000])
    assert "image-broken" in {each.code for each in lint(text).findings}


def test_an_old_issue_is_not_strange_but_a_year_too_few_is(lint) -> None:  # noqa: ANN001
    def of(date: str) -> list[str]:
        text = f'---\nsubject: "Hi"\ndate: {date}\npreheader: "A line that goes on."\n---\nText.'
        return [each.code for each in lint(text).findings]

    assert of("2020-10-10") == of("2025-06-14") == of("2026-12-24") == []
    assert of("2025-11-24") == of("2206-11-25") == of("1026-11-25") == ["date-far"]
