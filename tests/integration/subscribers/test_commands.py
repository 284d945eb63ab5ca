import json
from collections.abc import Callable
from pathlib import Path

import pytest
from audience_kit import Audience

from mailer.cli import run_command

Run = Callable[..., int]


@pytest.fixture
def mailer(
    audience: Audience,  # noqa: ARG001 - it puts the mailing list into the database
    database_url: str,
    servers: object,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Return a way to run commands in a workspace on the audience's database."""
    (tmp_path / "mailer.toml").write_text("")
    monkeypatch.setenv("MAILER_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", servers.redis_url)  # type: ignore[attr-defined]
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: run_command(list(arguments))


def test_add_and_show(mailer: Run, capsys: pytest.CaptureFixture[str]) -> None:
    add = ["subscriber", "add", "Ada@x.org", "--list", "weekly"]
    assert mailer(*add, "--name", "Ada [b]", "--field", "city=London") == 0
    assert mailer(*add) == 0
    assert mailer("subscriber", "show", "ada@X.org") == 0
    out = capsys.readouterr().out
    assert "Ada@x.org: subscribed (weekly)" in out
    assert "Ada@x.org: unchanged (weekly)" in out
    for part in ("Ada [b]", "city = London", "weekly: active since", "operator="):
        assert part in out
    assert mailer("subscriber", "show", "ada@x.org", "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["subscriber"]["subscriptions"][0]["state"] == "active"
    assert data["suppression"] is None


def test_a_no_is_kept_until_they_ask(mailer: Run, capsys: pytest.CaptureFixture[str]) -> None:
    add = ["subscriber", "add", "ada@x.org", "--list", "weekly"]
    leave = ["subscriber", "unsubscribe", "ada@x.org", "--list", "weekly"]
    assert [mailer(*add), mailer(*leave), mailer(*leave)] == [0, 0, 0]
    assert "nothing changed" in capsys.readouterr().out
    assert mailer(*add) == 2
    assert "--resubscribe" in capsys.readouterr().err
    assert mailer(*add, "--resubscribe") == 0
    shown = capsys.readouterr()
    assert "subscribed again" in shown.out
    assert "warning: this person had said no" in shown.err
    assert [mailer("subscriber", "suppress", "ada@x.org") for _ in range(2)] == [0, 0]
    assert mailer(*add, "--resubscribe") == 2
    assert "suppressed" in capsys.readouterr().err


def test_import_export(
    mailer: Run, audience: Audience, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email,name,city\na@x.org,Ann,=Bern\nnobody,,\nb@x.org,Bob,\n")
    command = ["subscriber", "import", str(path), "--list", "new"]
    assert mailer(*command) == 4
    assert "no mailing list 'new'" in capsys.readouterr().err
    assert mailer(*command, "--create", "--dry-run", "--json") == 1
    foreseen = json.loads(capsys.readouterr().out)
    assert audience.count("mailing_list") == 1
    assert mailer(*command, "--create", "--json") == 1
    assert json.loads(capsys.readouterr().out) == foreseen
    assert (foreseen["read"], foreseen["added"], foreseen["rejected"]) == (3, 2, 1)
    assert (tmp_path / "people.rejected.csv").read_text().count("\n") == 2
    assert mailer(*command) == 1
    out = capsys.readouterr().out
    assert "2  unchanged" in out
    assert f"rejected rows, with reasons: {tmp_path / 'people.rejected.csv'}" in out
    assert mailer("subscriber", "export", "--list", "new", "-o", str(tmp_path / "out.csv")) == 0
    assert "2 active subscribers of new" in capsys.readouterr().out
    assert mailer("subscriber", "export", "--list", "new") == 0
    assert capsys.readouterr().out == (tmp_path / "out.csv").read_bytes().decode()
    assert "a@x.org,Ann,'=Bern\r\n" in (tmp_path / "out.csv").read_bytes().decode()


def test_a_good_import_is_zero(mailer: Run, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email\na@x.org\n")
    assert mailer("subscriber", "import", str(path), "--list", "weekly") == 0
    assert not (tmp_path / "people.rejected.csv").exists()


def test_lists(mailer: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert mailer("lists", "create", "daily", "--name", "The Daily") == 0
    assert mailer("lists", "ls") == 0
    out = capsys.readouterr().out
    assert "mailing list daily: The Daily" in out
    assert "weekly" in out
    assert mailer("lists", "ls", "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data[0] == {
        "slug": "daily",
        "name": "The Daily",
        "pending": 0,
        "active": 0,
        "unsubscribed": 0,
        "suppressed": 0,
        "archive": "public",
        "robots": "index",
    }


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["add", "nobody", "--list", "weekly"], 2, "must have an @-sign"),
        (["add", "a@x.org", "--list", "none"], 4, "no mailing list 'none'"),
        (["add", "a@x.org", "--list", "weekly", "--field", "city"], 2, "is not KEY=VALUE"),
        (["add", "a@x.org", "--list", "weekly", "--field", "A=1"], 2, "cannot name a merge field"),
        (["show", "a@x.org"], 4, "a@x.org is not known here"),
        (["unsubscribe", "a@x.org", "--list", "weekly"], 4, "a@x.org is not a subscriber"),
        (["import", "gone.csv", "--list", "weekly"], 2, "gone.csv: no such file"),
        (["import", "mailer.toml", "--list", "weekly"], 2, "mailer.toml: is empty"),
        (
            ["import", "a.csv", "--list", "weekly", "--reject", "./a.csv"],
            2,
            "is the imported file itself",
        ),
        (["export", "--list", "none"], 4, "no mailing list 'none'"),
        (["export", "--list", "weekly", "-o", "no/such/x.csv"], 2, "no/such"),
    ],
)
def test_an_error_is_one_line(
    mailer: Run,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    assert mailer("subscriber", *arguments) == code
    shown = capsys.readouterr()
    assert message in " ".join(shown.err.split())
    assert shown.out == ""
    assert "Traceback" not in shown.err


@pytest.mark.parametrize("slug", ["Bad Slug", ""])
def test_a_bad_slug_is_refused(mailer: Run, slug: str) -> None:
    assert mailer("lists", "create", slug) == 2
