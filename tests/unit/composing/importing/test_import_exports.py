"""Exports of each system, as faithful as can be: what their posts become."""

import datetime as dt
import json

import import_kit
import pytest
from import_kit import EXPORTS, body, imported, opened, parsed

from mailer.composing.importing.checking import tally_issue
from mailer.composing.importing.import_file import find_post, named
from mailer.composing.importing.sources import read_export
from mailer.composing.issue.tree import Link, plain_text
from mailer.errors import NotFoundError, RenderError

POSTS = {
    "medium": [
        ("2019-08-02", "a-reply-kept-short", "published"),
        ("2021-03-14", "the-quiet-return-of-the-fountain-pen", "published"),
        ("None", "untitled-thoughts", "draft"),
    ],
    "substack": [
        ("2023-05-04", "counting-trees-twice", "published"),
        ("2023-06-01", "open-thread", "published"),
        ("None", "half-written", "draft"),
    ],
    "ghost/export.json": [
        ("2023-11-24", "everything-a-card-can-be", "published"),
        ("None", "written-in-lexical", "draft"),
        ("2019-01-02", "written-in-mobiledoc", "page, published"),
    ],
    "buttondown": [("2024-02-09", "issue-12", "sent"), ("2024-03-01", "issue-13", "")],
    "buttondown/api.json": [("2024-05-02", "from-the-api", "sent"), ("2024-05-03", "api", "draft")],
    "listmonk/campaigns.json": [
        ("2024-01-08", "january-letter", "finished"),
        ("2024-02-05", "february", "draft"),
        ("2024-03-04", "march-in-plain-text", "finished"),
        ("2024-04-04", "april-showers", "finished"),
    ],
    "eml/mailchimp.eml": [("2024-03-14", "seeds-cafe-frost", "")],
    "eml/flowed.eml": [("2023-01-02", "a-plain-letter-once-a-month", "")],
}
ALL = [(name, slug) for name, posts in POSTS.items() for _, slug, _ in posts]


@pytest.mark.parametrize("name", POSTS)
def test_the_posts_of_an_export(name: str) -> None:
    posts = named(opened(name))
    assert [(str(each.post.date), each.slug, each.post.status) for each in posts] == POSTS[name]
    assert all(each.post.word_count > 0 for each in posts)


@pytest.mark.parametrize(("name", "slug"), ALL)
def test_no_word_or_link_of_a_post_is_lost(name: str, slug: str) -> None:
    issue = imported(name, slug)
    tree = parsed(issue)
    assert tree.front_matter.slug == slug == issue.slug
    assert len([section for section in tree.sections if section.name]) == issue.sections
    assert len(tree.items) == issue.items
    if issue.counts is not None:
        assert (issue.counts.words_lost, issue.counts.links_lost) == ((), ())
        assert issue.counts.pictures_lost == ()


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("medium", "medium"), ("substack", "substack"), ("buttondown", "buttondown"),
        ("ghost/export.json", "ghost"), ("listmonk/campaigns.json", "listmonk"),
        ("buttondown/api.json", "buttondown"), ("buttondown/emails/issue-12.md", "buttondown"),
        ("eml/mailchimp.eml", "eml"), ("eml/gmail_forward.eml", "eml"), ("eml/flowed.eml", "eml"),
        ("pages/tides.html", "html"), ("pages/latin1.html", "html"), ("pages/utf16.html", "html"),
        ("pages/broken.html", "html"), ("pages/template.html", "html"),
        ("substack/posts/81234567.counting-trees-twice.html", "substack"),
        ("../samples/tldr.txt", "text"), ("../samples/ghost_markdown.md", "text"),
        ("../samples/hidden_traps.txt", "text"), ("../samples/wrapped_plain.txt", "text"),
    ],
)  # fmt: skip
def test_the_source_is_found_out(name: str, source: str) -> None:
    assert opened(name).source == source


def test_the_name_is_a_hint_only() -> None:
    page = (EXPORTS / "pages" / "tides.html").read_bytes()
    assert read_export(page, name="tides.txt").source == "html"
    assert read_export(import_kit.zipped("medium"), name="x.html").source == "medium"
    assert read_export((EXPORTS / "ghost/export.json").read_bytes(), name="x").source == "ghost"


# --- Medium ---------------------------------------------------------------------------------


def test_medium() -> None:
    issue = imported("medium", "the-quiet-return-of-the-fountain-pen")
    text = body(issue)
    assert text.startswith("*Why a slow tool is worth the trouble*\n\n![](https://cdn-images-1.")
    assert "\n*Photo by [Some One](https://unsplash.com/@someone?" in text
    assert "In 2011 nobody I knew wrote by hand." in text, "the drop cap is part of its word"
    assert "“It is slow,” says a friend,\\\n“and that is the point.”" in text
    assert "[the costs](#ccc1)" in text
    assert "## What it costs {#ccc1}" in text
    assert "10³ words" in text
    assert "> Slow is a feature." in text
    assert (
        "```python\ndef cost(pen, ink):\n    return pen + 2 * ink  # never mind the paper\n" in text
    )
    assert "**[A short history of ink](https://example.org/ink)**\\\n*From oak galls" in text
    assert "[A nib being ground](https://www.youtube.com/watch?v=dQw4w9WgXcQ)" in text
    assert "<https://gist.github.com/someone/0123456789abcdef>" in text
    assert parsed(issue).front_matter.date == dt.date(2021, 3, 14)
    reasons = {drop.why: drop.text for drop in issue.dropped}
    assert "Exported from Medium on April 2, 2022." in reasons["the foot of the page"]
    assert reasons["the title repeated"] == "The Quiet Return of the Fountain Pen"
    assert "Claps" not in issue.markdown


def test_the_lines_around_mediums_title_are_no_headings() -> None:
    story = (
        '<article class="h-entry"><header><h1 class="p-name">Bread</h1></header>'
        '<section data-field="subtitle" class="p-summary">What a year of…</section>'
        '<section data-field="body" class="e-content"><h4 class="graf graf--kicker">NOTES</h4>'
        '<h3 class="graf graf--title">Bread</h3>'
        '<h4 class="graf graf--subtitle">What a year of baking taught me</h4>'
        '<p class="graf graf--p">Words.</p></section></article>'
    )
    issue = import_kit.from_html(story, is_whole=False)
    assert body(issue) == "*NOTES*\n\n*What a year of baking taught me*\n\nWords."
    assert "What a year of…" in {drop.text for drop in issue.dropped}


def test_paragraphs_of_a_quote_of_medium_are_one_quote() -> None:
    issue = import_kit.from_html(
        '<p class="graf graf--p">Words.</p><blockquote class="graf graf--blockquote graf-after--p">'
        'One,</blockquote><blockquote class="graf graf--blockquote graf-after--blockquote">two.'
        '</blockquote><blockquote class="graf graf--pullquote graf-after--blockquote">Three.'
        "</blockquote>"
    )
    assert body(issue) == "Words.\n\n> One,\n>\n> two.\n\n> Three."


def test_braces_in_a_story_are_no_merge_fields() -> None:
    text = body(imported("medium", "untitled-thoughts"))
    assert text == r"A draft with \{{ braces }} and \*stars\*, never published."


def test_a_redirect_is_opened_where_it_says_where_it_leads() -> None:
    issue = imported("medium", "a-reply-kept-short")
    assert "[paper](https://example.org/paper?a=1)" in issue.markdown
    assert dict(issue.unwrapped) == {
        "https://medium.com/r/?url=https%3A%2F%2Fexample.org%2Fpaper%3Fa%3D1": (
            "https://example.org/paper?a=1"
        )
    }


def test_things_that_are_no_posts_are_named() -> None:
    assert opened("medium").ignored == ("README.html", "claps/claps-0001.html")
    ignored = opened("substack").ignored
    assert "Episode 1: no text kept (no text in the archive)" in ignored
    assert "email_list.trees.csv" in ignored


# --- Substack -------------------------------------------------------------------------------


def test_substack() -> None:
    issue = imported("substack", "counting-trees-twice")
    text = body(issue)
    assert text.startswith('*The second count came out lower, and "far" more even*\n')
    assert "![A map of trees](https://bucketeer-e05bbc84.s3.amazonaws.com/public/images/" in text
    assert "*Each dot is one tree.*" in text
    assert "the same forest.[^1] The **second count** came out lower" in text
    assert "[^1]: The one near [Exampleton](https://example.org/exampleton)." in text
    assert "[^2]: By 14 per cent.\n\n    That is not an error bar." in text
    assert "- Trunks do not:\n  1. mark each one,\n  2. then count." in text
    assert "```\noak    12\nbeech   7\n```" in text
    assert "> We counted again. Fewer trees, better spread.\n>\n> [" in text
    assert "](https://twitter.com/forester/" in text
    assert "[What is a tree?](https://trees.substack.com/p/what-is-a-tree)" in text
    assert any("action=share" in link for drop in issue.dropped for link in drop.links)
    tree = parsed(issue)
    assert [footnote.number for footnote in tree.footnotes] == [1, 2]
    reasons = {drop.why for drop in issue.dropped}
    assert {"a call to subscribe", "a button or badge of the site"} <= reasons
    assert "become a subscriber" not in issue.markdown


def test_a_relative_link_needs_the_sites_address() -> None:
    with_site = imported("substack", "open-thread")
    assert f"[the comments]({import_kit.SITE}/p/open-thread/comments)" in with_site.markdown
    without = imported("substack", "open-thread", base_url="")
    assert "Say it below: the comments are open." in without.markdown
    assert "/p/open-thread/comments" in without.unplaced
    assert [finding.code for finding in without.findings].count("link_not_placed") == 1


def test_what_substack_says_in_attributes_only() -> None:
    issue = imported("embeds/substack.html", base_url="")
    text = body(issue)
    assert (issue.counts.words_lost, issue.counts.links_lost) == ((), ()) if issue.counts else False
    assert text.startswith("![A harbour at low tide](https://substack-post-media"), "no own link"
    assert "with a mention of Ada Writer inside." in text
    assert "```latex\nE = mc^2 \\alpha\n```" in text
    assert text.count("![pier](") == 2
    assert "images/two_100x200.jpeg)\n*Two views of the pier*" in text
    assert "**[Night ferries](https://mine.substack.com/p/night-ferries)**\\\nWhere the" in text
    assert "> [Light Keeper (@keeper)](https://twitter.com/keeper/status/" in text
    assert "<https://www.youtube.com/watch?v=3lFVu4nb5oo&t=12s>" in text
    assert "**[Harbour Songs](https://open.spotify.com/track/abc)**\\\nThe Tides" in text
    assert text.count("/api/v1/file/ab12.pdf") == 1
    assert "[Other Tides](https://othertides.substack.com?utm_source" in text
    assert text.count("https://datawrapper.dwcdn.net/aBc1/1/") == 1
    assert "> A note that I wrote about gulls" in text
    assert "[Get the book](https://e.org/buy?utm_source=substack){.button}" in text
    assert "Leave a comment" not in text
    codes = [finding.code for finding in issue.findings]
    assert codes.count("embed_not_exported") == 3
    assert codes.count("not_for_all") == 2


def test_a_podcasts_episode_is_linked() -> None:
    listing = (
        "post_id,post_date,is_published,type,title,subtitle,podcast_url\n"
        "7.talk,2024-05-01T00:00:00Z,true,podcast,Talk,,https://e.org/a.mp3?x=1&y=2\n"
        "8.gone,2024-05-02T00:00:00Z,true,newsletter,Gone,,\n"
    )
    files = {"posts.csv": listing, "posts/7.talk.html": "<p>Notes.</p>"}
    export = read_export(import_kit.packed(files), name="x.zip")
    [post] = export.posts
    assert post.body.startswith('<p><a href="https://e.org/a.mp3?x=1&amp;y=2">Talk</a></p>')
    assert export.ignored[0] == "Gone (no text in the archive)"


# --- Ghost ----------------------------------------------------------------------------------


def test_ghost_cards() -> None:
    issue = imported("ghost/export.json", "everything-a-card-can-be")
    text = body(issue)
    matter = parsed(issue).front_matter
    assert plain_text(matter.subject) == "Cards, cards, cards"
    assert matter.preheader == "All the cards, once"
    assert f"![A cover]({import_kit.SITE}/content/images/2023/11/cover.jpg)\n*By [me](" in text
    assert 'Hello {{ first_name | default: "dear reader" }}, this letter' in text
    assert "*The harbour, [at dusk](https://example.org/photos)*" in text
    assert "[A field guide to boats](https://example.org/boats)\\\nFrom dinghies" in text
    assert text.count("Still in print.") == 1
    assert f"::: note\n💡 Tide tables are [here]({import_kit.SITE}/tides/).\n:::" in text
    assert "**What is a neap tide?**\n\nA weak one.\n\n- Twice a month" in text
    assert "[Join the crew](" in text
    assert "#/portal/signup){.button}" in text
    assert "```javascript\nconst tide = (h) => h % 12;\n```" in text
    assert "> Wind is free." in text
    assert "[How to tie a bowline](https://www.youtube.com/watch?v=xyz)" in text
    assert text.count("/content/files/knots.pdf)") == 1
    assert (
        "Sign up for Harbour"
        in {drop.why: drop.text for drop in issue.dropped}["a call to subscribe"]
    )


def test_ghosts_newer_cards() -> None:
    text = body(imported("ghost/newer.json", "all-cards"))
    assert "<!-- TODO: from here on the post was for those who pay" in text
    assert "## Big header\n\n### Sub header\n\n[Go there](https://e.org/go){.button}" in text
    assert "#### The kettle\n\nBoils.\n\n[Buy it](https://e.org/kettle){.button}" in text
    assert f"[Kettle whistling]({import_kit.SITE}/content/media/2024/a.mp3)" in text
    assert f"[The film of it]({import_kit.SITE}/content/media/2024/v.mp4)" in text
    assert "0:00" not in text


def test_what_only_ghosts_mails_show_is_kept() -> None:
    issue = imported("ghost/newer.json", "with-email")
    text = body(issue)
    assert text.startswith('Hey {{ first_name | default: "there" }},')
    assert "<!-- TODO: this part was for some readers only" in text
    assert "Please upgrade\n\n[Upgrade](" in text
    assert "SPONSORED" in text
    assert "v.mp4)\n" in text
    assert "\nThe film\n" in text
    assert "- one\n  - nested" in text
    assert "Sign up for Kettles" in str(issue.dropped)


def test_ghosts_editors_formats() -> None:
    lexical = body(imported("ghost/export.json", "written-in-lexical"))
    assert "it has **only *Lexical***. [A link](https://example.org/lexical)\\\n`code`" in lexical
    assert "## A heading\n\n1. first\n2. second" in lexical
    assert "![A buoy](https://site.example.org/content/images/c.jpg)\n*Red buoy*" in lexical
    assert "⚓ Mind the [rocks](https://example.org/rocks)" in lexical
    assert "From a card of the future\n\n<https://example.org/future>" in lexical
    mobiledoc = body(imported("ghost/export.json", "written-in-mobiledoc"))
    assert (
        "**strong** words, a *[slanted link](https://example.org/mobiledoc)* and\\\na break."
        in (mobiledoc)
    )
    assert "- alpha\n- **beta**" in mobiledoc
    assert "## From a card\n\n- one\n- [two](https://example.org/two)" in mobiledoc
    assert "```sh\nls -l\n```" in mobiledoc


def test_a_picture_without_an_address_leaves_a_marker() -> None:
    issue = imported("ghost/export.json", "written-in-lexical", base_url="")
    finding = next(each for each in issue.findings if each.code == "image_not_placed")
    assert issue.markdown.splitlines()[finding.issue_line - 1].startswith("<!-- TODO: a picture")
    assert len(parsed(issue).todos) == 2


# --- Buttondown and listmonk ----------------------------------------------------------------


def test_buttondown() -> None:
    issue = imported("buttondown", "issue-12")
    text = body(issue)
    assert text.startswith('Hi {{ first_name | default: "you" }}! A short one.')
    assert "- [An atlas of *small* islands](https://example.org/atlas)[^1]" in text
    assert "[^1]: Under 10 km². See [the list](https://example.org/list)." in text
    assert "<https://www.youtube.com/watch?v=abc123>" in text
    assert 'print("https://example.org is not a link here")' in text
    assert "| Foula | 1,500 |" in text
    assert "**Spoiler**\n\nIt is a **very** small island." in text
    codes = [finding.code for finding in issue.findings]
    assert codes == ["unknown_merge_tag", "unknown_merge_tag"]
    assert "You are on the list of lists." in text
    assert issue.dropped[-1].why == "boilerplate"
    assert issue.dropped[-1].text == "Forward this or unsubscribe."
    fancy = body(imported("buttondown", "issue-13"))
    assert "by {{ email }}." in fancy
    assert "[Open it](https://example.org/fancy){.button}" in fancy


def test_listmonk() -> None:
    issue = imported("listmonk/campaigns.json", "january-letter")
    text = body(issue)
    subject = parsed(issue).front_matter.subject
    assert plain_text(subject) == "Hello friend, it is January"
    assert text.startswith('## Hi {{ first_name | default: "friend" }}!')
    assert "signed up with **{{ email }}** in {{ city }}." in text
    assert "[the January notes](https://example.org/january)" in text
    assert "[the archive](https://example.org/archive?x=1)" in text
    assert "A word for some." in text
    assert [drop.text for drop in issue.dropped] == ["View in browser · Unsubscribe"]
    assert dict(issue.origin)["from"] == "The Letter <letter@example.org>"
    assert {finding.code for finding in issue.findings} == {
        "merge_field_default", "unknown_merge_tag"
    }  # fmt: skip
    for finding in issue.findings:
        if finding.code == "unknown_merge_tag":
            assert "TODO: the merge tag" in issue.markdown.splitlines()[finding.issue_line - 1]
    april = body(imported("listmonk/campaigns.json", "april-showers"))
    assert april == "Umbrellas out.\n\n[Read on](https://example.org/april){.button}"
    plain = imported("listmonk/campaigns.json", "march-in-plain-text")
    assert (plain.items, plain.source) == (2, "listmonk")


# --- mails ----------------------------------------------------------------------------------


def test_a_newsletter_of_nested_tables() -> None:
    issue = imported("eml/mailchimp.eml")
    text = body(issue)
    matter = parsed(issue).front_matter
    assert plain_text(matter.subject) == "Seeds, café & frost 🌱"
    assert matter.preheader == "Seeds to sow before the last frost"
    assert matter.date == dt.date(2024, 3, 14)
    assert (
        "Dear Ada,\\\nthe soil is **warm enough** — read [the long guide](https://gardener" in text
    )
    assert "[the short one](https://example.org/short?a=1)" in text
    assert (
        "![A tomato seedling](https://mcusercontent.com/1f2e/images/tomato.jpg){width=160}" in text
    )
    assert "| Crop | Days |\n| --- | ---: |\n| Radish | 25 |" in text
    assert "[Order seeds](https://example.org/order){.button}" in text
    assert "Only Outlook" not in text
    logo = issue.images[0]
    assert f"![The Weekly Gardener]({logo.path}){{width=120}}" in text
    assert logo.path.startswith("issue-images/")
    assert logo.data.startswith(b"\x89PNG")
    reasons = [drop.why for drop in issue.dropped]
    assert "a tracking pixel" in reasons
    assert reasons.count("boilerplate") == 2
    assert "unsubscribe" not in text.lower()
    assert [finding.code for finding in issue.findings] == [
        "attachment", "tracked_link"
    ]  # fmt: skip
    assert "Pflanzplan März.pdf" in issue.findings[0].what
    assert dict(issue.origin)["from"] == "The Weekly Gardener <hello@gardener.example>"
    assert "1f2e.5.list-id.mcsv.net" in dict(issue.origin)["list_id"]


def test_plain_text_flows() -> None:
    issue = imported("eml/flowed.eml")
    assert "whose lines are wrapped by the sender's program and flow together again." in (
        issue.markdown
    )
    assert (issue.items, parsed(issue).front_matter.date) == (2, dt.date(2023, 1, 2))
    assert issue.markdown.startswith('---\nsubject: "A plain letter, once a month"\n')


def test_forwarded_mails() -> None:
    issue = imported("eml/gmail_forward.eml")
    assert plain_text(parsed(issue).front_matter.subject) == "Brief aus Köln"
    assert "Grüße aus Köln – “hier” ist’s kühl." in issue.markdown  # noqa: RUF001
    assert "[Ein Ziel](https://example.org/target?x=1) Anruf" in issue.markdown
    assert "the head of a forwarded mail" in {drop.why for drop in issue.dropped}
    assert "tel:+49123" in issue.unplaced
    carried = imported("eml/attached.eml")
    assert plain_text(parsed(carried).front_matter.subject) == "Der eigentliche Brief"
    assert body(carried).startswith("This one is good:\n\n## Eins")


def test_a_mail_of_substack() -> None:
    issue = imported("eml/substack.eml")
    text = body(issue)
    assert (issue.counts.words_lost, issue.counts.links_lost) == ((), ()) if issue.counts else False
    assert parsed(issue).front_matter.preheader == "Seventy people watch three thousand gates."
    assert "\n*Seventy people watch three thousand gates.*\n\nThe gates *close* by" in text
    assert "by themselves.[^1] See [the report](https://gates.example.org/report?a=1&b=2)" in text
    assert text.endswith("[^1]: Most of them.")
    assert "public/images/gate_1456x900.png)\n*A gate at noon*" in text
    assert [section.line for section in parsed(issue).sections if section.name]
    for gone in ("READ IN APP", "Restack", "Subscribe now", "Unsubscribe", "Paid", "View in"):
        assert gone not in text
        assert gone in str(issue.dropped)
    assert not any("\u034f" in drop.text for drop in issue.dropped)


# --- pages ----------------------------------------------------------------------------------


def test_a_page_of_a_site() -> None:
    issue = imported("pages/tides.html", base_url="")
    text = body(issue)
    matter = parsed(issue).front_matter
    assert (plain_text(matter.subject), matter.language) == ("How tides work", "en-GB")
    assert matter.date == dt.date(2022, 7, 9)
    assert "the Moon's doing,[^1] mostly." in text
    assert "[^1]: And the Sun's." in text
    assert "H₂O goes up; see [phases](https://shore.example.org/moon/?a=1&b=2#phases)" in text
    assert "[above](#spring), this and [write](mailto:shore@example.org?subject=Tides)." in text
    assert "**Ebb**\n\nFalling water." in text
    assert "| Port | Range |\n| --- | --- |\n| Bristol | 14 m |" in text
    assert "and a wave 🌊." in text
    assert "```bash\ntide --port bristol | head -1\n```" in text
    assert len(issue.images) == 2, "the one in the page, and the one saved beside it"
    left_out = " ".join(drop.text for drop in issue.dropped)
    for words in (
        "Skip to content",
        "About Archive",
        "We use cookies.",
        "Related Waves",
        "Privacy",
    ):
        assert words in left_out
        assert words not in text
    assert issue.unplaced == ("javascript:void(0)",)


def test_a_broken_page() -> None:
    issue = imported("pages/broken.html")
    assert issue.counts is not None
    assert issue.counts.words_lost == ()
    text = body(issue)
    assert plain_text(parsed(issue).front_matter.subject) == "Broken page"
    for words in ("One **bold", "cell one", "cell two", "< 5 < 6 <3", "- b\n\n  - c", "end"):
        assert words in text, words


def test_pages_in_other_encodings() -> None:
    latin = imported("pages/latin1.html")
    assert "Déjà vu – “voilà” à 5 €." in latin.markdown  # noqa: RUF001
    wide = imported("pages/utf16.html")
    assert "日本語のページ。[リンク](https://example.org/%E6%97%A5%E6%9C%AC)" in wide.markdown


def test_a_mail_template() -> None:
    issue = imported("pages/template.html")
    assert '## Hello {{ first_name | default: "friend" }}' in issue.markdown
    assert ("*|FNAME|*", '{{ first_name | default: "friend" }}') in issue.merge_tags
    assert {link for drop in issue.dropped for link in drop.links} == {"*|ARCHIVE|*", "*|UNSUB|*"}


# --- choosing -------------------------------------------------------------------------------


def test_a_post_is_chosen_by_its_slug() -> None:
    posts = named(opened("medium"))
    assert find_post(posts, "untitled-thoughts").post.status == "draft"
    with pytest.raises(NotFoundError, match="did you mean 'untitled-thoughts'"):
        find_post(posts, "untitled-thought")


def test_posts_of_one_name_get_names_of_their_own() -> None:
    post = {"title": "Same", "slug": "same", "html": "<p>x</p>", "status": "draft"}
    data = json.dumps({"db": [{"data": {"posts": [post, post, post]}}]}).encode()
    posts = named(read_export(data, name="x.json"))
    assert [each.slug for each in posts] == ["same", "same-2", "same-3"]


@pytest.mark.parametrize(
    ("source", "name"), [("substack", "medium"), ("ghost", "listmonk/campaigns.json")]
)
def test_the_wrong_source_is_refused(source: str, name: str) -> None:
    with pytest.raises(RenderError):
        opened(name, source=source)


def test_links_of_an_issue_are_whole() -> None:
    for name, slug in ALL:
        tree = parsed(imported(name, slug))
        for url in tally_issue(tree).links:
            assert url.startswith(("https://", "http://", "mailto:", "#")), url
        assert not [node for node in tree.introduction if isinstance(node, Link)]
