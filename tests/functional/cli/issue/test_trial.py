"""`mailer issue test`: real messages through each provider, and not a row more than before."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import cli_kit
import pytest
from cli_kit import ROOT, Cli
from fakes.sendgrid import FakeSendGrid
from fakes.smtp import SmtpServer
from provider_kit import Seen, seen
from web_kit import WebLedger, request, web_app

from mailer.bootstrap import App
from mailer.cli.shared import ExitCode
from mailer.composing.trial.copies import COPIES_KEPT, copy_path, keep_copy
from mailer.config import Settings
from mailer.web.server import start_web

cli = cli_kit.cli
FIELDS = """---
subject: "Hello {{ name | default: \\"there\\" }} in {{ city }}"
slug: week-1
date: 2026-11-22
list: readers
---

Dear {{ name | default: "reader" }}, you are {{ email }}.

::: only plan = paid

Only for those who paid.

:::

## A section

### Kicker

[A title](https://example.org/a)

Words. [Here](#a-section) again.
"""


@pytest.fixture
def author(cli: Cli) -> Cli:
    """A workspace with a mailing list of Ada, who pays, and Bob."""
    cli.write("week-1.md", FIELDS.replace(" [Here](#a-section) again.", ""))
    people = "email,name,city,plan\nada@example.org,Ada <b>,London,paid\nbob@example.org,,Paris,\n"
    cli.write("people.csv", people)
    done = cli.call("subscriber", "import", "people.csv", "--list", "readers", "--create")
    assert done.code == 0
    return cli


def messages(author: Cli) -> list[Seen]:
    found = sorted(author.path.glob("outbox/*/*.eml"))
    return [seen(path.read_bytes()) for path in found]


def everything(author: Cli) -> dict[str, list[tuple[object, ...]]]:
    """Every row that a send, an unsubscribe or an event could change."""
    tables = ("subscriber", "subscription", "consent", "suppression", "event", "webhook", "attempt")
    rows = {t: [tuple(r) for r in author.rows(f"SELECT * FROM {t} ORDER BY 1")] for t in tables}  # noqa: S608
    return rows | author.everything()


def test_a_test_shows_what_a_subscriber_would_get_and_leaves_no_row(author: Cli) -> None:
    before = everything(author)
    done = author.call(
        *("issue", "test", "week-1.md", "--to", "me@example.org", "--to", "ada@example.org"),
        *("--as", "ADA@example.org", "--json"),
    )
    assert done.code == 0, done.err
    facts = done.json
    assert facts["as"] == "ada@example.org"
    assert facts["provider"] == "outbox"
    assert facts["subject"] == "[Test] Hello Ada <b> in London"
    assert facts["conditions"] == facts["shown_for"]
    assert len(facts["shown_for"]) == 1
    assert [(one["email"], one["state"]) for one in facts["results"]] == [
        ("me@example.org", "accepted"),
        ("ada@example.org", "accepted"),
    ]
    found = messages(author)
    assert {one.email for one in found} == {"me@example.org", "ada@example.org"}
    for one in found:
        assert one.subject == "[Test] Hello Ada <b> in London"
        assert "Dear Ada &lt;b&gt;, you are ada@example.org." in one.html
        assert "Only for those who paid." in one.html
        assert "Only for those who paid." in one.text
        words = " ".join(one.text.split())
        assert words.startswith("*** This is a test of week-1, filled in for ada@example.org.")
        assert "This is a test of week-1, filled in for ada@example.org" in one.html
        assert one.headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        assert one.headers["feedback-id"].startswith("week-1-test-0:test:")
    assert len({one.headers["message-id"] for one in found}) == 2
    assert everything(author) == before
    assert {path.name for path in author.path.glob("outbox/*")} == {"week-1-test"}


def test_without_a_subscriber_defaults_fill_it(author: Cli) -> None:
    done = author.call("issue", "test", "week-1.md", "--to", "me@example.org")
    assert done.code == 0
    [one] = messages(author)
    assert one.subject == "[Test] Hello there in"
    assert "Dear reader, you are me@example.org." in one.html
    assert "Only for those who paid." not in one.html + one.text
    assert "{{ city }} has neither value nor default: it is empty in this test" in done.err
    assert "test of week-1 through outbox, with defaults" in done.out
    assert "without the conditional parts" in done.out
    assert re.search(r"accepted +me@example\.org +week-1-test/test-", done.out)


def test_values_can_be_set(author: Cli) -> None:
    done = author.call(
        *("issue", "test", "week-1.md", "--to", "me@example.org", "--as", "bob@example.org"),
        *("--set", "city=Rome & Milan", "--set", "plan=paid", "--set", "unused=1", "--no-banner"),
    )
    assert done.code == 0
    [one] = messages(author)
    assert one.subject == "[Test] Hello there in Rome & Milan"
    assert "Only for those who paid." in one.html
    assert "This is a test" not in one.html + one.text
    assert "--set unused: the issue has no {{ unused }}" in done.err
    assert "--set plan" not in done.err


def test_who_said_no_is_not_written_to(author: Cli) -> None:
    assert author.call("subscriber", "suppress", "no@example.org").code == 0
    before = everything(author)
    done = author.call(
        "issue", "test", "week-1.md", "--to", "NO@example.org", "--to", "me@example.org", "--json"
    )
    assert done.code == ExitCode.FAILED
    assert [(one["email"], one["state"]) for one in done.json["results"]] == [
        ("NO@example.org", "refused"),
        ("me@example.org", "accepted"),
    ]
    assert re.fullmatch(r"suppressed since \S+ \(manual\)", done.json["results"][0]["detail"])
    assert [one.email for one in messages(author)] == ["me@example.org"]
    alone = author.call("issue", "test", "week-1.md", "--to", "no@example.org")
    assert alone.code == ExitCode.FAILED
    assert everything(author) == before


def test_each_test_is_a_message_of_its_own(author: Cli) -> None:
    for _ in range(2):
        done = author.call(
            "issue", "test", "week-1.md", "--to", "me@example.org", "--to", "ME@example.org"
        )
        assert done.code == 0
    assert len(messages(author)) == 2


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("week-1.md --to a@b.org --to nobody", ExitCode.USAGE, "--to 'nobody': An email address"),
        ("week-1.md --to a@b.org --as ada", ExitCode.USAGE, "--as 'ada': An email address"),
        ("gone.md --to me@example.org", ExitCode.USAGE, "gone.md: there is no such file"),
        ("week-1.md", ExitCode.USAGE, "'--to'"),
        (
            "week-1.md --to me@example.org --as eve@example.org",
            ExitCode.NOT_FOUND,
            "eve@example.org is not a subscriber",
        ),
        (
            "week-1.md --to me@example.org --set City=x",
            ExitCode.USAGE,
            "--set 'City=x': write FIELD=VALUE",
        ),
        (
            "week-1.md --to me@example.org --set email=x@example.org",
            ExitCode.USAGE,
            "--set email: each message has its own",
        ),
        (
            "week-1.md " + " ".join(f"--to a{n}@example.org" for n in range(11)),
            ExitCode.USAGE,
            "11 addresses are too many for a test, which goes to at most 10: use mailer send",
        ),
    ],
)
def test_wrong_input_is_one_line(author: Cli, words: str, code: int, message: str) -> None:
    done = author.call("issue", "test", *words.split())
    assert message in done.error
    assert (done.code, done.out) == (code, "")
    assert not (author.path / "outbox").exists()


# --- SMTP ---------------------------------------------------------------------------------------


def test_by_smtp_each_address_has_its_own_answer(author: Cli) -> None:
    server = SmtpServer(
        rcpt={"no@example.org": "550 5.1.1 nobody here", "later@example.org": "451 4.2.0 later"}
    )
    before = everything(author)
    with server.running():
        author.set(MAILER_PROVIDER="smtp", MAILER_SMTP__PORT=str(server.port))
        author.set(MAILER_SMTP__BOUNCE_ADDRESS="bounces@example.org")
        done = author.call(
            *("issue", "test", "week-1.md", "--as", "ada@example.org", "--json"),
            *("--to", "me@example.org", "--to", "no@example.org", "--to", "later@example.org"),
        )
    assert done.code == ExitCode.FAILED
    states = {one["email"]: (one["state"], one["detail"]) for one in done.json["results"]}
    assert states["me@example.org"][0] == "accepted"
    assert states["no@example.org"][0] == "rejected"
    assert "550" in states["no@example.org"][1]
    assert states["later@example.org"][0] == "deferred"
    [taken] = server.taken
    assert taken.sender.startswith("bounces+")
    one = seen(taken.content)
    assert (one.email, one.subject) == ("me@example.org", "[Test] Hello Ada <b> in London")
    assert everything(author) == before


def test_a_server_that_is_away_is_one_line(author: Cli) -> None:
    author.set(MAILER_PROVIDER="smtp", MAILER_SMTP__PORT="1")
    done = author.call("issue", "test", "week-1.md", "--to", "me@example.org")
    assert done.code == ExitCode.CONFIGURATION
    assert done.error.startswith("error: the test was not sent: ")
    assert "127.0.0.1:1" in done.error


def test_a_line_that_breaks_in_the_middle_is_told(author: Cli) -> None:
    server = SmtpServer(messages_per_connection=1, extensions=("8BITMIME",))
    with server.running():
        author.set(MAILER_PROVIDER="smtp", MAILER_SMTP__PORT=str(server.port))
        done = author.call(
            *("issue", "test", "week-1.md", "--to", "a@example.org", "--to", "b@example.org"),
            "--json",
        )
    assert done.code == 0, done.out
    assert [one.recipient for one in server.taken] == ["a@example.org", "b@example.org"]


# --- SendGrid -----------------------------------------------------------------------------------


@pytest.fixture
def sendgrid(author: Cli) -> Iterator[FakeSendGrid]:
    with FakeSendGrid().running() as fake:
        author.set(
            MAILER_PROVIDER="sendgrid",
            MAILER_SENDGRID__API_KEY=fake.key,
            MAILER_SENDGRID__BASE_URL=fake.url,
        )
        yield fake


def test_by_sendgrid(author: Cli, sendgrid: FakeSendGrid) -> None:
    sendgrid.blamed.add("no@example.org")
    before = everything(author)
    done = author.call(
        *("issue", "test", "week-1.md", "--as", "ada@example.org", "--json"),
        *("--to", "me@example.org", "--to", "no@example.org"),
    )
    assert done.code == ExitCode.FAILED
    assert [one["state"] for one in done.json["results"]] == ["accepted", "rejected"]
    [one] = sendgrid.accepted
    assert one.subject == "[Test] Hello Ada <b> in London"
    assert "Only for those who paid." in one.html
    assert "you are ada@example.org" in one.text
    assert int(one.delivery_id) >= 2**62, "no delivery has this number"
    assert one.categories == ["test"], "not counted with the list's messages"
    assert everything(author) == before


@pytest.mark.parametrize(
    ("answer", "message"), [("401", "the test was not sent"), ("503", "the test was not sent")]
)
def test_sendgrid_refuses(author: Cli, sendgrid: FakeSendGrid, answer: str, message: str) -> None:
    sendgrid.answers.append(answer)
    done = author.call("issue", "test", "week-1.md", "--to", "me@example.org")
    assert done.code == ExitCode.CONFIGURATION
    assert message in done.error


def test_what_cannot_be_known_is_said(author: Cli, sendgrid: FakeSendGrid) -> None:
    sendgrid.answers.append("close")
    done = author.call("issue", "test", "week-1.md", "--to", "me@example.org", "--json")
    assert done.code == ExitCode.FAILED
    assert done.json["results"][0]["state"] == "unknown"


# --- links --------------------------------------------------------------------------------------


@pytest.fixture
def app(author: Cli) -> Iterator[App]:
    """The web app of the same workspace: the same key, the same database."""
    assert author.call("issue", "test", "week-1.md", "--to", "x@example.org").code == 0
    key = (author.path / ".mailer" / "secret.key").read_text().strip()
    with web_app(author.path, author.database_url, author.broker_url) as app:
        settings = app.settings.model_copy(
            update={"secret_key": type(app.settings.secret_key)(key)}
        )
        yield App(settings, app.database_url, app.broker_url)


def test_links_work_and_change_nothing(author: Cli, app: App) -> None:
    with start_web(app) as web:
        author.set(MAILER_WEB__BASE_URL=web.url)
        done = author.call(
            "issue", "test", "week-1.md", "--to", "ada@example.org", "--as", "ada@example.org"
        )
        assert done.code == 0
        before = everything(author)
        one = next(one for one in messages(author) if one.email == "ada@example.org")
        links = set(re.findall(rf"{web.url}/[ut]/[\w-]+", one.html + one.text))
        [leave] = {link for link in links if "/u/" in link}
        [online] = {link for link in links if "/t/" in link}
        assert one.headers["list-unsubscribe"].startswith(f"<{leave}>, <mailto:")
        page = request("GET", leave)
        assert (page.status, "Test" in page.text) == (200, True)
        assert "This link came in a test of an issue." in page.text
        assert "Leave readers?" in page.text
        for body in (b"List-Unsubscribe=One-Click", b"confirm=yes", b""):
            answer = request("POST", leave, body=body)
            assert answer.status == 200
            assert "Nothing has changed." in answer.text
        copy = request("GET", online)
        assert copy.status == 200
        assert "Dear reader, you are your address" in copy.text, "nobody's values"
        assert "/archive/" not in copy.text, "the issue is not there yet"
        assert ".archive-hide { display: none !important; }" in copy.text
        assert "This is the online version of a test." in copy.text
        assert copy.headers["X-Robots-Tag"] == "noindex"
        assert "script-src" not in copy.headers["Content-Security-Policy"]
        for path in (author.path / ".mailer" / "tests").iterdir():
            path.unlink()
        gone = request("GET", online)
        assert (gone.status, "Once the issue is sent" in gone.text) == (200, True)
        assert everything(author) == before
    app.close()


def test_a_link_of_a_test_is_good_for_nothing_else(author: Cli, app: App) -> None:
    ledger = WebLedger(app.engine, app.signer)
    real = ledger.token()
    with start_web(app) as web:
        [one] = messages(author)
        leave = re.findall(r"/u/([\w-]+)", one.text)[0]
        online = re.findall(r"/t/([\w-]+)", one.text)[0]
        assert request("GET", f"{web.url}/t/{leave}").status == 404
        assert request("GET", f"{web.url}/u/{online}").status == 404
        assert request("GET", f"{web.url}/t/{real}").status == 404
        assert request("GET", f"{web.url}/u/{leave[:-2]}AA").status == 404
        assert request("POST", f"{web.url}/u/{real}").status == 200
    assert author.rows("SELECT state::text FROM subscription ORDER BY id")[0][0] == "unsubscribed"
    app.close()


def test_only_the_newest_copies_are_kept(tmp_path: Path) -> None:
    settings = Settings.model_validate({"workspace": tmp_path})
    settings.state_dir.mkdir()
    for n in range(COPIES_KEPT + 3):
        keep_copy(settings, n, f"page {n}")
        os.utime(copy_path(settings, n), (n, n))
    kept = {path.read_text() for path in (settings.state_dir / "tests").iterdir()}
    assert kept == {f"page {n}" for n in range(3, COPIES_KEPT + 3)}
    assert (settings.state_dir / "tests").stat().st_mode & 0o77 == 0


def test_the_shipped_theme_carries_the_banner(author: Cli) -> None:
    sample = ROOT / "examples" / "issue.md"
    assert author.call("issue", "test", sample, "--to", "me@example.org").code == 0
    [one] = messages(author)
    body = one.html[one.html.index("<body") :]
    banner = body.index("This is a test of")
    assert body.index("display:none") < banner < body.index("Read online")
    assert Path(sample).exists()
