"""What goes wrong is one line on stderr, with a documented exit code, and soon."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator

import cli_kit
import pytest
from cli_kit import NOWHERE_DATABASE, NOWHERE_REDIS, Cli

from mailer.cli.shared import ExitCode
from mailer.providers.registry import KINDS

cli = cli_kit.cli

USAGE, CONFIGURATION, NOT_FOUND = (
    ExitCode.USAGE,
    ExitCode.CONFIGURATION,
    ExitCode.NOT_FOUND,
)
SEND = ("send", "week-1.md", "--list", "readers", "--yes")
*_FIRST, _LAST = map(repr, KINDS)
CHOICES = f"{', '.join(_FIRST)} or {_LAST}"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("send gone.md --list readers", USAGE, "gone.md: there is no such file"),
        ("send . --list readers", USAGE, ".: Is a directory"),
        ("send week-1.md", NOT_FOUND, "say which mailing list: --list SLUG"),
        ("send week-1.md --list nobody", NOT_FOUND, "no mailing list 'nobody'"),
        ("issue build gone.md -o b", USAGE, "gone.md: there is no such file"),
        ("issue build week-1.md -o week-1.md", USAGE, "week-1.md: File exists"),
        ("issue build week-1.md -o /proc/nothing", USAGE, "/proc/nothing: No such file"),
        ("issue import gone.txt", USAGE, "gone.txt: No such file"),
        ("issue import .", USAGE, ".: Is a directory"),
        ("issue new Not/A-Slug", USAGE, "'Not/A-Slug' cannot name an issue"),
        ("issue new week-1", USAGE, "week-1.md: is there already; nothing was written"),
        ("issue new week-2 -o no/such/week-2.md", USAGE, "no/such/week-2.md: No such file"),
        ("lists create Bad_Slug!", USAGE, "Bad_Slug!"),
        ("subscriber show not-an-address", USAGE, "must have an @-sign"),
        ("explain not-an-address", USAGE, "must have an @-sign"),
        (
            "explain nobody@example.org",
            NOT_FOUND,
            "nobody@example.org is not a subscriber; `mailer subscriber add` adds one",
        ),
        ("sends show 77", NOT_FOUND, "there is no send 77; `mailer sends ls` shows them"),
        ("sends watch 77", NOT_FOUND, "there is no send 77"),
        ("sends pause 77", NOT_FOUND, "there is no send 77"),
        ("sends resume 77", NOT_FOUND, "there is no send 77"),
        ("sends cancel 77 --yes", NOT_FOUND, "there is no send 77"),
        ("sends reconcile 77", NOT_FOUND, "there is no send 77"),
        ("sends reconcile 77 --as failed", NOT_FOUND, "there is no send 77"),
        ("init", CONFIGURATION, "mailer.toml is there already; nothing was changed"),
    ],
)
def test_an_error_is_one_line(cli: Cli, words: str, code: int, message: str) -> None:
    done = cli.call(*words.split())
    assert message in done.error
    assert (done.code, done.out) == (code, "")


@pytest.mark.parametrize(
    ("front_matter", "place"),
    [
        ("subject: [x\ndate: 2026-01-01", "bad.md:2:10: "),
        ("subject: x\ndate: never", "bad.md:3:7: "),
        ("subject: x\ndate: 2026-01-01\nsubjct: y", "bad.md:4:1: "),
        ("date: 2026-01-01", "bad.md:"),
    ],
)
def test_a_bad_front_matter_is_shown_by_line_and_column(
    cli: Cli, front_matter: str, place: str
) -> None:
    cli.set(DATABASE_URL=NOWHERE_DATABASE)  # the issue is read before anything is connected to
    cli.write("bad.md", f"---\n{front_matter}\n---\n\nText.\n")
    for words in ("issue build bad.md -o b", "send bad.md --list readers"):
        done = cli.call(*words.split())
        assert (done.code, done.out) == (USAGE, "")
        assert place in done.error
    assert not (cli.path / "b").exists()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("x = = 1", "mailer.toml line 1, column 5: not valid TOML"),
        ("[smtp]\nhots = 1", "mailer.toml line 2: unknown key smtp.hots; did you mean host?"),
        ('[smtp]\nport = "many"', "smtp.port must be a whole number"),
        ('provider = "pigeon"', f"provider must be {CHOICES}"),
        ('database_url = "mysql://x"', "database_url must start with postgresql://"),
    ],
)
def test_a_wrong_setting_is_one_line(cli: Cli, settings: str, message: str) -> None:
    cli.monkeypatch.delenv("DATABASE_URL")
    cli.write("mailer.toml", settings)
    done = cli.call("lists", "ls")
    assert message in done.error
    assert (done.code, done.out) == (CONFIGURATION, "")


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"MAILER_SMPT__HOST": "x"}, "MAILER_SMPT__HOST: there is no such setting"),
        ({"MAILER_SMTP__PASSWORD_FILE": "/gone"}, "the file /gone cannot be read"),
        ({"MAILER_WORKSPACE": "/gone"}, "MAILER_WORKSPACE: /gone is not a workspace"),
    ],
)
def test_a_wrong_variable_is_one_line(cli: Cli, variables: dict[str, str], message: str) -> None:
    cli.set(**variables)
    done = cli.call("lists", "ls")
    assert message in done.error
    assert done.code == CONFIGURATION


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"MAILER_PROVIDER": "sendgrid"}, "sendgrid.api_key is missing"),
        ({"MAILER_PROVIDER": "smtp", "MAILER_SMTP__USERNAME": "u"}, "smtp.password is missing"),
        ({"MAILER_PROVIDER": "smtp", "MAILER_SMTP__CA_FILE": "no.pem"}, "no.pem"),
    ],
)
def test_a_provider_without_its_settings_stops_a_send_and_a_worker(
    cli: Cli, variables: dict[str, str], message: str
) -> None:
    cli.list_of("ada@example.org")
    before = cli.everything()
    cli.set(**variables)
    for words in (SEND, ("worker",), ("up",)):
        done = cli.call(*words)
        assert message in done.error
        assert done.code == CONFIGURATION
    assert cli.everything() == before


def test_no_postal_address_no_send(cli: Cli) -> None:
    cli.list_of("ada@example.org")
    cli.write("mailer.toml", '[sender]\nemail = "news@example.org"\n')
    before = cli.everything()
    done = cli.call(*SEND)
    assert "sender.postal_address is missing" in done.error
    assert done.code == CONFIGURATION
    assert cli.everything() == before


def test_a_merge_field_that_some_lack_stops_a_send(cli: Cli) -> None:
    people = cli.write("two.csv", "email,city\nada@example.org,Oslo\nbob@example.org,\n")
    assert cli.call("subscriber", "import", people, "--list", "readers", "--create").code == 0
    issue = (cli.path / "week-1.md").read_text().replace("A short", "To {{ city }}: a short")
    cli.write("week-1.md", issue)
    before = cli.everything()
    done = cli.call(*SEND)
    assert "{{ city }} has no default, and 1 subscriber on the list has no value" in done.error
    assert done.code == USAGE
    assert cli.everything() == before


@pytest.mark.parametrize("words", ["lists ls", "send week-1.md --list readers --yes", "sends ls"])
def test_a_database_that_refuses_is_said_at_once(cli: Cli, words: str) -> None:
    cli.set(DATABASE_URL=NOWHERE_DATABASE)
    done = cli.call(*words.split())
    assert "the database cannot be used: connection to server at" in done.error
    assert (done.code, done.out) == (CONFIGURATION, "")


@pytest.fixture
def mute_server() -> Iterator[int]:
    """Return the port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_broker_that_refuses_stops_a_send_before_it_is_planned(cli: Cli) -> None:
    cli.list_of("ada@example.org")
    before = cli.everything()
    cli.set(REDIS_URL=NOWHERE_REDIS)
    done = cli.call(*SEND)
    assert "the broker cannot be used" in done.error
    assert "a-secret" not in done.err
    assert done.code == CONFIGURATION
    assert cli.everything() == before
    assert cli.call(*SEND, "--dry-run").code == 0, "a look needs no broker"


@pytest.mark.slow
def test_a_broker_that_says_nothing_is_given_up_in_seconds(cli: Cli, mute_server: int) -> None:
    cli.list_of("ada@example.org")
    cli.set(REDIS_URL=f"redis://127.0.0.1:{mute_server}/0")
    done = cli.call(*SEND)
    assert "the broker cannot be used" in done.error
    assert cli.rows("SELECT * FROM send") == []


def test_nobody_there_to_answer_means_no(cli: Cli) -> None:
    cli.list_of("ada@example.org")
    before = cli.everything()
    done = cli.run("send", "week-1.md", "--list", "readers")
    assert done.code == ExitCode.DECLINED
    assert "nobody answered: --yes goes on without asking" in done.err
    assert "nothing was sent" in done.err
    assert cli.everything() == before


def test_output_that_cannot_be_written(cli: Cli) -> None:
    cli.list_of("ada@example.org")
    done = cli.call("subscriber", "export", "--list", "readers", "-o", "no/such/x.csv")
    assert (done.code, done.out) == (USAGE, "")
    assert "no/such" in done.error


def test_a_full_disk_and_a_reader_that_left(cli: Cli) -> None:
    cli.list_of(*(f"reader{n}@example.org" for n in range(2_000)))
    export = f"{sys.executable} -m mailer subscriber export --list readers"
    full = bash(f"{export} > /dev/full")
    assert (full.returncode, full.stderr) == (USAGE, "error: No space left on device\n")
    left = bash(f"{export} | head -1; exit ${{PIPESTATUS[0]}}")
    assert (left.returncode, left.stderr) == (0, "")
    assert left.stdout.startswith("email")


def bash(script: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)


def test_doctor_says_what_is_wrong_in_place_of_failing(cli: Cli) -> None:
    cli.set(DATABASE_URL=NOWHERE_DATABASE, REDIS_URL=NOWHERE_REDIS)
    done = cli.call("doctor", "--json")
    assert done.code == ExitCode.FAILED
    states = {one["name"]: one["status"] for one in json.loads(done.out)}
    assert states["database"] == states["broker"] == "fail"
    assert "a-secret" not in done.out
    assert "Traceback" not in done.err


def test_the_real_command_ends_the_same_way(cli: Cli) -> None:
    done = cli.run("send", "gone.md")
    assert (done.code, done.out) == (USAGE, "")
    assert done.err == "error: gone.md: there is no such file\n"
