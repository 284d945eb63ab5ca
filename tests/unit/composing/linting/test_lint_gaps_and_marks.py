"""What was to be filled in, marks of other dialects, links to what is not published, odd tables."""

import pytest

from tests.unit.composing.linting.conftest import FRONT, Found, Lint

LINK = "See [the page]({}) for more of it."


def codes(hits: list[str]) -> list[str]:
    return [each.split()[1] for each in hits]


@pytest.mark.parametrize(
    "words",
    [
        *("It raised $XX from 4 funds.", "XX% of you wrote back.", "See you at XX:XX in the hall."),
        *("We met XX readers this week.", "XX", "On XX.XX.2026 we met.", "It costs XX € a month."),
        *("The mayor, TK, said no.", "TK", "It has [TK] pages.", "Ask Anna tktk about it."),
        *("lorem ipsum dolor sit amet", "Read [link] and weep.", "Read it [here](TK).", "TODO"),
    ],
)
def test_gaps_are_found(found: Found, words: str) -> None:
    wanted = {"todo-left", "placeholder-text", "link-relative", "issue-broken"}
    assert wanted & {*codes(found(f"{words}\n\nMore words follow."))}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        *(
            ("en", each)
            for each in ("Super Bowl XX was cold.", "women with XX chromosomes are most")
        ),
        *(
            ("en", each)
            for each in ("the art of the XX century", "the XX Olympiad", "size XX-large")
        ),
        *(
            ("en", each)
            for each in ("the TK Maxx shop", "flight TK 1952 to Ankara", "Tcl/TK and Tk")
        ),
        *(("en", each) for each in ("Dos XX is a beer", "Chapter XX ends it", "the domain .tk")),
        *(
            ("en", each)
            for each in ("XX and XY chromosomes", "it is $5 and $10", "AB-XX-12 is a part")
        ),
        *(
            ("es", "la pintura del siglo XX"),
            ("fr", "au XX siecle, et le XX"),
            ("de", "bei der TK"),
        ),
        *(("pl", "w XX wieku"), ("it", "nel XX secolo"), ("ru", "в XX веке")),
    ],
)
def test_numbers_and_initials_are_no_gaps(lint: Lint, language: str, words: str) -> None:
    front = FRONT.replace("date:", f"language: {language}\ndate:")
    found = [each.code for each in lint(f"{front}We read {words}, and more.").findings]
    assert "todo-left" not in found


def test_a_gap_in_a_sum_is_found_in_every_language(lint: Lint) -> None:
    front = FRONT.replace("date:", "language: es\ndate:")
    assert "todo-left" in {each.code for each in lint(f"{front}Cuesta $XX al mes.").findings}


@pytest.mark.parametrize(
    "words",
    [
        *("It is ==marked== here.", "==All of it is marked.==", "a ++new++ word", "[[Wiki page]]"),
        *("See [[page|its words]] here.", "![[picture.png]]", "$x$ is small", "where $a_i = b$"),
        *(
            r"so $\alpha$ and",
            "$$a^2 + b^2 = c^2$$",
            "thanks :tada:",
            ":+1: from us",
            "H~2~O boils",
        ),
        *(
            "x^2^ grows",
            "It is so.^[Or not.]",
            "[TOC]",
            "{:toc}",
            "Words {.lead}",
            "Words.\n{: .a}",
        ),
        *('[gallery ids="1,2"]', "[/caption]", "- an ==entry== of it", "> a ==quote== of it"),
        *("## A ==marked== heading\n\nWords.", "| a | b |\n|---|---|\n| ==1== | 2 |"),
    ],
)
def test_marks_of_other_dialects_are_found(found: Found, words: str) -> None:
    assert "markup-shown" in codes(found(f"Some words.\n\n{words}"))


@pytest.mark.parametrize(
    "words",
    [
        *("It costs $5 and $10.", "between $5-$10 a day", "US$5 or A$7", "$AAPL and $TSLA fell"),
        *("($AAPL, $TSLA) fell", "cheap ($), fair ($$) and dear ($$$)", "from $1.2m to $3m=more"),
        *("a $5/$10 split", "$100 = 90 euros, $200 = 180 euros", "`x == y` and `a ==b==`"),
        *("if x == y then z == w", "a ==b, and c ==d", "C++ and g++ are", "++i and j++ count"),
        *("at 10:30:15 sharp", "a:b:c and std::vector", "Notes: here: there", "ratio 3:2:1"),
        *(
            "See [[1]](https://a.news/x) here.",
            "see [[1]] below",
            "if [[ -f x ]]; then",
            "~5~10 days",
        ),
        *(
            "about ~20 and ~30",
            "~~gone~~ is struck",
            "cute ^_^ face",
            "2^10 is 1024",
            "a^b and c^d",
        ),
        *("a { curly } one", "the set {1, 2}", "issue {#42} it", "== = ==", "== Title", "a === b"),
        *(r"\==marked\==", r"\$x\$ and \[[page]]", r"\:tada: as such", "[video] and [gallery]"),
        *(
            "## Name {#name}\n\nWords.",
            "```\n==x== $y$ [[z]] :tada:\n```",
            "Reply to @a:b.news:8448",
        ),
        *("1 + 1 = 2 dollars: 2$, 3$", "C$, A$ and NZ$ rose", "prices in $: 5, in €: 4"),
    ],
)
def test_other_marks_are_left_alone(found: Found, words: str) -> None:
    assert "markup-shown" not in codes(found(f"Some words.\n\n{words}"))


@pytest.mark.parametrize(
    "url",
    [
        "https://docs.google.com/document/d/1aBcD3FgHiJk/edit?usp=sharing",
        "https://docs.google.com/spreadsheets/d/1aBcD3FgHiJk/edit#gid=0",
        "https://docs.google.com/presentation/d/1aBcD3FgHiJk/edit#slide=id.p",
        "https://docs.google.com/document/u/1/d/1aBcD3FgHiJk/view",
        "https://docs.google.com/document/d/1aBcD3FgHiJk",
        "https://docs.google.com/forms/d/1aBcD3FgHiJk/edit",
        "https://drive.google.com/drive/u/0/folders/1aBcD3",
        "https://mail.google.com/mail/u/0/#inbox/FMfcg",
        "https://www.notion.so/team/Our-plan-0123456789abcdef0123456789abcdef?pvs=4",
        "https://www.dropbox.com/home/Plans/plan.pdf",
        "https://www.figma.com/design/aBcD3FgHiJk/Plan?node-id=1-2",
        "https://www.canva.com/design/DAF0/xyz/edit",
        "https://tide.news/wp-admin/post.php?post=12&action=edit",
        "https://tide.news/?p=12&preview=true",
        "https://tide.news/ghost/#/editor/post/650",
        "https://tide.substack.com/publish/post/123",
        "https://medium.com/p/0a1b2c/edit",
        "https://github.com/tide/table/edit/main/README.md",
        "https://us4.admin.mailchimp.com/campaigns/edit?id=1",
        "https://staging.tide.news/x",
        "https://www-staging.tide.news/x",
        "https://tide-git-new-look-anna.vercel.app/x",
        "https://deploy-preview-12--tide.netlify.app/",
        "https://ab12-1-2-3-4.ngrok-free.app/x",
    ],
)
def test_pages_that_are_not_published(found: Found, url: str) -> None:
    assert codes(found(LINK.format(url))) == ["link-unpublished"]


@pytest.mark.parametrize(
    "url",
    [
        "https://docs.google.com/document/d/e/2PACX-1vQ/pub",
        "https://docs.google.com/document/d/1aBcD3FgHiJk/preview",
        "https://docs.google.com/spreadsheets/d/1aBcD3FgHiJk/copy",
        "https://docs.google.com/forms/d/e/1FAIpQ/viewform",
        "https://drive.google.com/file/d/1aBcD3/view",
        "https://www.notion.so/product/ai",
        "https://tide.notion.site/Plan-0123456789abcdef0123456789abcdef",
        "https://www.dropbox.com/scl/fi/ab/plan.pdf?rlkey=ab&dl=0",
        "https://www.figma.com/community/file/123",
        "https://www.figma.com/blog/design/",
        "https://github.com/tide/table/blob/main/docs/settings.md",
        "https://ghost.org/docs/",
        "https://tide.substack.com/p/publish-or-perish",
        "https://dev.to/anna/staging-areas",
        "https://staging.dev/x",
        "https://preview.redd.it/a.png",
        "https://tide.news/blog/preview",
        "https://tide.netlify.app/",
        "https://tide.vercel.app/",
        "https://slack.com/blog/archives",
        "https://stage.news/x",
    ],
)
def test_pages_that_are_published(found: Found, url: str) -> None:
    assert codes(found(LINK.format(url))) == []


@pytest.mark.parametrize(
    ("query", "is_personal"),
    [
        *(
            ("email=jane.doe@mail.news", True),
            ("e=jane%40mail.news&id=4", True),
            ("u=j@a.b.news", True),
        ),
        *(("x=amFuZS5kb2VAZ21haWwuY29t", True), ("email=jane%2Bnews@mail.news", True)),
        *(("to=jane@mail.news", False), ("email=info@tide.news", False), ("ref=@jane", False)),
        *(("src=abc@group.calendar.google.com", False), ("q=jane@mail.news", False)),
        *(("v=foo@1.2.3", False), ("at=@52.51,13.4", False), ("id=MTIzNDU2Nzg5MDEy", False)),
    ],
)
def test_a_persons_address_in_a_query(found: Found, query: str, is_personal: bool) -> None:  # noqa: FBT001
    wanted = ["link-personal-token"] if is_personal else []
    assert codes(found(LINK.format(f"https://tide.news/x?{query}"))) == wanted


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("See www.tide.news/x for more.", "link-bare"),
        ("(www.tide.news)", "link-bare"),
        ("See <https://www.tide.news/x> for more.", ""),
        ("See [www.tide.news](https://www.tide.news) for more.", ""),
        ("See https://www.tide.news/x for more.", ""),
        ("The www. of it, and `www.tide.news`.", ""),
    ],
)
def test_an_address_that_is_no_link(found: Found, body: str, code: str) -> None:
    assert codes(found(body)) == ([code] if code else [])


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("| 1 | 2 |", "table-cell-missing"),
        ("1 | 2", "table-cell-missing"),
        ("| 1 | 2 | 3 |\nText below.", "table-cell-missing"),
        ("| 1 | 2 | 3 | 4 |", "table-cell-lost"),
        ("| 1 | a | b | 3 |", "table-cell-lost"),
        ("| 1 | 2 | |", ""),
        ("|| 2 | 3 |", ""),
        (r"| 1 | a \| b | 3 |", ""),
        ("| 1 | {{ name | default: 'x' }} | 3 |", ""),
        ("1 | 2 | 3", ""),
        ("| 1 | 2 | 3 |  ", ""),
        ("| 1 | 2 | 3 |\n\nText below.", ""),
    ],
)
@pytest.mark.parametrize("lead", ["", "> ", "  "], ids=["plain", "quote", "list"])
def test_rows_have_the_cells_of_their_table(found: Found, lead: str, rows: str, code: str) -> None:
    table = f"| a | b | c |\n|---|---|---|\n{rows}".replace("\n", f"\n{lead}")
    body = f"- x\n\n  {table}" if lead == "  " else f"{lead}{table}"
    assert [each for each in codes(found(body)) if "table" in each] == ([code] if code else [])
