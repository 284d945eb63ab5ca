"""`mailer dkim`: a key, its record, and what the DNS says."""

import json
import stat
from pathlib import Path

import pytest
from dns_kit import dns_server

from mailer.cli import run_command
from mailer.config import load_settings
from mailer.message.dkim.keys import read_key
from mailer.providers.smtp.dkim_checks import check_dkim


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mailer.toml").write_text('[sender]\nemail = "ed@news.example.org"\n')
    monkeypatch.setenv("MAILER_WORKSPACE", str(tmp_path))
    return tmp_path


def test_a_new_key_is_private_and_its_record_is_shown(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["dkim", "new", "--selector", "mail"]) == 0
    path = workspace / ".mailer/dkim/news.example.org/mail.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    output, words = capsys.readouterr()
    assert output == read_key(path).record.in_zone_file + "\n"
    assert 'keys = [".mailer/dkim/news.example.org/mail.pem"]' in words


def test_a_key_is_never_overwritten(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["dkim", "new", "Example.org", "--selector", "mail", "--type", "ed25519"]
    assert run_command(arguments) == 0
    before = (workspace / ".mailer/dkim/example.org/mail.pem").read_bytes()
    capsys.readouterr()
    assert run_command(arguments) == 2
    assert "--selector" in capsys.readouterr().err
    assert (workspace / ".mailer/dkim/example.org/mail.pem").read_bytes() == before


@pytest.mark.parametrize("domain", ["../x", "a b", "-x.org", "x..org", "é.org", "a/b"])
def test_what_is_not_a_domain_makes_nothing(
    domain: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["dkim", "new", "--selector", "mail", "--", domain]) == 3
    assert capsys.readouterr().err.count("\n") == 1
    assert not (workspace / ".mailer").exists()


def test_without_a_sender_the_domain_is_asked_for(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "mailer.toml").write_text("")
    assert run_command(["dkim", "new"]) == 2
    assert "name the domain, or set sender.email" in capsys.readouterr().err


def test_the_keys_that_sign_are_listed(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_command(["dkim", "new", "x.example", "--selector", "mail"]) == 0
    record = capsys.readouterr().out.partition(" IN TXT ")[2]
    monkeypatch.setenv("MAILER_DKIM__KEYS", ".mailer/dkim/x.example/mail.pem, ")
    with dns_server({}):
        assert run_command(["dkim", "ls", "--json"]) == 0
        (found,) = json.loads(capsys.readouterr().out)
        assert run_command(["dkim", "ls"]) == 0
        assert record in capsys.readouterr().out
    assert (found["domain"], found["selector"], found["type"]) == ("x.example", "mail", "rsa")
    assert found["dns"] == "missing"
    with dns_server({"mail._domainkey.x.example TXT": [record]}):
        assert run_command(["dkim", "ls"]) == 0
        assert "is published" in capsys.readouterr().out
        assert [result.status for result in check_dkim(load_settings(workspace).dkim_keys)] == [
            "ok"
        ]


def test_the_doctor_tells_what_receivers_and_others_see(workspace: Path) -> None:
    assert run_command(["dkim", "new", "x.example", "--selector", "mail"]) == 0
    path = workspace / ".mailer/dkim/x.example/mail.pem"
    missing = path.with_name("none.pem")
    with dns_server({"mail._domainkey.x.example TXT": ['"v=DKIM1; p=abcd"']}):
        found = list(check_dkim([path, missing]))
        path.chmod(0o644)
        (open_to_all,) = check_dkim([path])
    assert [result.status for result in found] == ["fail", "fail"]
    assert "another public key" in found[0].detail
    assert str(missing) in found[1].detail
    assert (open_to_all.status, open_to_all.advice) == ("warn", f"chmod 600 {path}")


@pytest.mark.usefixtures("workspace")
def test_a_key_that_is_not_there_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_DKIM__KEYS", "example.org/none.pem")
    assert run_command(["dkim", "ls"]) == 3
    assert "example.org/none.pem: cannot be read" in capsys.readouterr().err
