"""Habits of newsletters that nobody here wrote: framed names, shortcodes, other scripts."""

# ruff: noqa: RUF001 - letters of many scripts

import datetime as dt
from pathlib import Path

import pytest

from mailer.composing.importing.import_file import make_issue, named
from mailer.composing.importing.model import ImportedIssue
from mailer.composing.importing.sources import read_export
from mailer.composing.importing.text.language import language_of

FRAMES = ("=== {} ===", "** {} **", "~~~ {} ~~~", "--- {} ---", "━━ {} ━━", ">> {} <<")
DIGEST = """Garden Signals 88

March 6, 2026

Hello gardeners! This week we look at soil and at seeds.

{}

Why your compost is cold
A long read about nitrogen, carbon and patience.
https://soil.example.org/cold

Worms at work
Researchers counted the worms below a hundred lawns.
https://worms.example.org/lawns

{}

Saving tomato seeds
Ferment, rinse, dry: three steps, with pictures.
https://seeds.example.org/tomato

Frost dates
All of them, in one table for the whole country.
https://frost.example.org/table

Unsubscribe: https://garden.example.org/unsubscribe/abc
"""


def imported(text: str, name: str) -> ImportedIssue:
    (first,) = named(read_export(text.encode(), name=name))
    issue = make_issue(first, source_name=name, output=Path("x.md"))
    assert issue.counts is not None
    assert issue.counts.words_lost == ()
    assert issue.counts.links_lost == ()
    return issue


@pytest.mark.parametrize("frame", FRAMES)
def test_names_amid_rulers_are_sections(frame: str) -> None:
    issue = imported(DIGEST.format(frame.format("Soil"), frame.format("Seeds & more")), "x.txt")
    heads = [line for line in issue.markdown.split("\n") if line.startswith("## ")]
    assert heads == ["## Soil", "## Seeds & more"]
    assert issue.items == 4


def test_an_address_that_is_left_out_with_its_line_is_not_lost() -> None:
    issue = imported(DIGEST.format("SOIL", "SEEDS"), "x.txt")
    assert "unsubscribe/abc" not in issue.markdown
    assert any("https://garden.example.org/unsubscribe/abc" in each.links for each in issue.dropped)


HUGO = """+++
title = 'Pools'
date = 2026-02-14
+++

Welcome. {{< figure src="https://img.tide.news/pool.jpg" alt="A pool" title="Sunday" >}}

{{% notice tip %}}
Bring a **glass**.
{{% /notice %}}

See {{< ref "tides.md" >}} and `{{< ref "code.md" >}}`.

## One more

{{< youtube abc >}}
"""


def test_shortcodes_are_pictures_or_left_out_and_told() -> None:
    issue = imported(HUGO, "x.md")
    assert "![A pool](https://img.tide.news/pool.jpg)" in issue.markdown
    assert "Bring a **glass**." in issue.markdown
    assert issue.markdown.count("{{<") == 1, "code stays as it is"
    assert "{{%" not in issue.markdown
    told = " ".join(each.what for each in issue.findings)
    assert "youtube abc" in told
    assert 'ref "tides.md"' in told


@pytest.mark.parametrize(
    "address",
    ["{{ site.baseurl }}/a/jar.jpg", "{{ '/a/jar.jpg' | relative_url }}", "{{site.url}}/a/jar.jpg"],
)
def test_a_picture_of_the_own_site_is_told(address: str) -> None:
    issue = imported(
        f"---\ntitle: Jars\n---\n\nWords.\n\n![Jar]({address})\n", "2026-03-01-jars.md"
    )
    assert "{{" not in issue.markdown
    assert any("'/a/jar.jpg'" in each.what for each in issue.findings)


JAPANESE = """週刊 港だより 第15号
2026年3月2日

みなさん、こんにちは。今週は三つの話題をお届けします。

■ 今週のニュース

・新しい灯台が完成しました
四年の工事を経て、北の岬に灯台が完成しました。一般公開は四月からです。
https://minato.example.org/toudai

・カキの水揚げが増えています
昨年より一割多い水揚げとなりました。
https://minato.example.org/kaki

配信停止はこちら：https://minato.example.org/unsubscribe
"""


def test_a_japanese_digest() -> None:
    issue = imported(JAPANESE, "x.txt")
    assert "language: ja" in issue.markdown
    assert "### [新しい灯台が完成しました](https://minato.example.org/toudai)" in issue.markdown
    assert "unsubscribe" not in issue.markdown


ARABIC = """<!doctype html><html lang="ar" dir="rtl"><head><title>نشرة</title></head><body>
<h1>نشرة الميناء</h1><p>٢ مارس ٢٠٢٦</p><p>صباح الخير! هذا الأسبوع ثلاث قصص عن البحر.</p>
<h2>أخبار</h2><p>افتتحت المنارة بعد أربع سنوات من العمل.</p>
<p>وصلتك هذه الرسالة لأنك مشترك. <a href="https://minaa.news/unsub?u=9">إلغاء الاشتراك</a></p>
</body></html>"""


def test_an_arabic_page() -> None:
    issue = imported(ARABIC, "x.html")
    assert "date: 2026-03-02" in issue.markdown
    assert "unsub" not in issue.markdown


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("نشرة الميناء، صباح الخير", "ar"),
        ("خبرنامه بندر، صبح بخیر، پنج گزارش", "fa"),
        ("بندرگاہ کی خبریں، صبح بخیر ٹھیک ہے", "ur"),
        ("항구 소식, 안녕하세요", "ko"),
        ("港だより、おはよう", "ja"),
        ("海港周刊，早上好", "zh"),
        ("שלום לכולם", "he"),
        ("Good morning, 港", ""),
        ("Доброе утро", ""),  # of several languages
        ("", ""),
    ],
)
def test_the_language_that_a_script_tells(text: str, language: str) -> None:
    assert language_of(text) == language


CAMPAIGN = """<html><head><title>*|MC:SUBJECT|*</title></head><body><table><tr>
<td class="mcnTextContent"><h1>Five walks for March</h1><p>Dear *|FNAME|*,</p>
<p>The paths are dry again. Here are five walks.</p></td></tr></table>
<table class="mcnFollowBlock"><tr><td><a href="https://twitter.com/w"><img alt="Twitter"
src="https://cdn.example.org/t.png"></a></td></tr></table>
<p><a href="*|UNSUB|*">unsubscribe from this list</a></p></body></html>"""


def test_a_campaign_without_subject_has_its_heading() -> None:
    issue = imported(CAMPAIGN, "x.html")
    assert 'subject: "Five walks for March"' in issue.markdown
    assert 'headline: "Five walks for March"' in issue.markdown
    assert "Twitter" not in issue.markdown


def test_a_subtitle_of_medium_is_no_section() -> None:
    page = (
        '<html><head><meta property="article:published_time" content="2026-01-30"></head><body>'
        '<article><h1>Why</h1><h2 class="pw-subtitle-paragraph">And what else</h2>'
        "<p>It was a Friday. I fixed one line.</p><h2>The outage</h2><p>It was long.</p></article>"
        "</body></html>"
    )
    issue = imported(page, "x.html")
    assert "*And what else*" in issue.markdown
    assert issue.sections == 1
    assert str(dt.date(2026, 1, 30)) in issue.markdown


BRINE = """Morning Brine
=============

2 March 2026

Good morning. Oysters are up 4%, the ferry is late, and the harbour master has a new dog.

TOGETHER WITH SALTBOX

Saltbox keeps your books while you fish. Start at $5 a month, or $10 for two boats.

MARKETS

1. Oysters climb. Prices rose 4% after three nights of ice. (https://auction.example.org/oysters)

2. Ferry strike ends. The crews go back on Monday. (https://ferry.example.org/strike)

AROUND THE HARBOUR

3. A dog named Anchor. It has already found two lost pots. (https://harbour.example.org/anchor)

That's all. Stay dry.
-- Mo
"""


def test_names_in_capitals_above_numbered_news_are_sections() -> None:
    issue = imported(BRINE, "x.txt")
    heads = [line for line in issue.markdown.split("\n") if line.startswith("## ")]
    assert heads == ["## TOGETHER WITH SALTBOX", "## MARKETS", "## AROUND THE HARBOUR"]


@pytest.mark.parametrize("date", ["2024-5-6", "May 6, 2024", "6 May 2024", "2024-05-06T08:00:00Z"])
def test_dates_of_front_matter_in_other_spellings(date: str) -> None:
    issue = imported(f"---\ntitle: A\ndate: {date}\n---\n\nWords.\n", "x.md")
    assert "date: 2024-05-06" in issue.markdown


LETTER = (
    "Pier Weekly 45\n\nWelcome to one more week of small boats and of big waves, friends.\n\n{}"
)


def test_times_of_an_episode_are_a_list() -> None:
    times = "00:00 Intro\n02:15 The lamp of her childhood\n[1:02:30] Leaving\n"
    issue = imported(
        LETTER.format(
            f"Show notes\n\n{times}\nLinks\n\n- The Lamp Book: https://books.example.org/lamp\n"
        ),
        "x.txt",
    )
    assert "- 00:00 Intro\n- 02:15 The lamp of her childhood\n- [1:02:30] Leaving" in issue.markdown
    assert "## Show notes" in issue.markdown


def test_lines_that_begin_with_emoji_are_a_list() -> None:
    dates = "🗓 12 May – Open harbour\n🗓 19 May – Night of the lamps\n"
    tools = "⚓ AnchorCalc counts chain\n🧭 NorthBot finds north\n"
    issue = imported(LETTER.format(f"📅 Dates\n\n{dates}\n🛠 Tools\n\n{tools}"), "x.txt")
    assert (issue.sections, issue.items) == (2, 0)
    assert "- 🗓 12 May – Open harbour\n- 🗓 19 May" in issue.markdown


@pytest.mark.parametrize("said", ["-- 老船长", "— Somebody at the bar", "― Anon"])
def test_who_said_something_is_no_title(said: str) -> None:
    news = "Lamps\n\nThey were lit again, all of them.\n\nCranes\n\nThey were painted red again."
    quote = f'Quote\n\n"A smooth sea never made a skilled sailor, they say."\n\n{said}\n\nThe end.'
    issue = imported(LETTER.format(f"{news}\n\n{quote}"), "x.txt")
    assert f"# {said}" not in issue.markdown.replace("\\", "")
    assert "# The end" not in issue.markdown


@pytest.mark.parametrize(
    "line", ["Freitag, 3. Mai 2024", "vendredi 3 mai 2024", "viernes, 3 de mayo de 2024"]
)
def test_a_line_of_weekday_and_date(line: str) -> None:
    page = (
        f"<html><body><article><h1>T</h1><p><i>{line}</i></p><p>Words.</p></article></body></html>"
    )
    issue = imported(page, "x.html")
    assert "date: 2024-05-03" in issue.markdown
    assert [each.text for each in issue.dropped if "2024" in each.text] == [line]


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>• Lamp<br>•&nbsp;<b>Crane</b></p>", "- Lamp\n- **Crane**"),
        ("<p>- Ada</p><p>- Bob</p>", "- Ada\n- Bob"),
        ("<p>– Où vas-tu ?</p><p>– Au port.</p>", "– Où vas-tu ?\n\n– Au port."),
        ("<p>• Lamp</p><p>Words.</p>", "• Lamp\n\nWords."),
        ("<p>· <a href='https://a.dev/1'>x</a></p><p>· y</p>", "- [x](https://a.dev/1)\n- y"),
    ],
)
def test_bullets_that_are_only_characters(html: str, markdown: str) -> None:
    page = f"<html><body><article><h1>T</h1><p>Hello.</p>{html}</article></body></html>"
    assert imported(page, "x.html").markdown.endswith(f"Hello.\n\n{markdown}\n")


def test_lists_of_terms_in_markdown() -> None:
    text = "---\ntitle: T\n---\n\n[Crane operator](https://a.dev/1)\n: You like heights.\n"
    issue = imported(text, "x.md")
    assert "\n: You" not in issue.markdown
    assert " : You" not in issue.markdown


def test_soft_hyphens_are_no_letters_of_a_slug() -> None:
    issue = imported("<h1>Hafen\u00adbrief Nr.\u00a07</h1><p>Worte und mehr davon.</p>", "x.html")
    assert issue.slug == "hafenbrief-nr-7"


def test_bullets_below_bullets() -> None:
    ours = "* Lamp 1.2\n* Crane 3.4\n  * with hooks\n    * and eyes\n  * with ropes\n* Pier 9\n"
    ragged = "* Ada\n  * Bob\n  * Cleo\n"
    issue = imported(LETTER.format(f"Releases\n\n{ours}\nPeople\n\n{ragged}"), "x.txt")
    nested = "- Crane 3.4\n  - with hooks\n    - and eyes\n  - with ropes\n- Pier 9"
    assert nested in issue.markdown
    assert "- Ada\n- Bob\n- Cleo" in issue.markdown
