"""`mailer lists archive` and `archive-link`: who may read, told and changed."""

import re
from urllib.parse import urlsplit

import cli_kit
import pytest
from cli_kit import Cli

from mailer.cli.shared import ExitCode

cli = cli_kit.cli


@pytest.fixture
def members(cli: Cli) -> Cli:
    assert cli.call("lists", "create", "members", "--name", "Members [only]").code == 0
    return cli


def test_what_is_so_is_told(members: Cli) -> None:
    done = members.call("lists", "archive", "members")
    assert done.code == 0
    assert "archive of members: public (anybody may read it)" in done.words
    assert "http://127.0.0.1:8080/archive/l/members/" in done.words
    assert members.call("lists", "archive", "members", "--json").json == {
        "slug": "members",
        "name": "Members [only]",
        "visibility": "public",
        "robots": "index",
        "url": "http://127.0.0.1:8080/archive/l/members/",
    }


def test_each_setting_changes_alone(members: Cli) -> None:
    done = members.call("lists", "archive", "members", "--robots", "noindex", "--json").json
    assert (done["visibility"], done["robots"]) == ("public", "noindex")
    assert "public, noindex" in members.call("lists", "ls").words
    done = members.call("lists", "archive", "members", "--visibility", "private", "--json").json
    assert (done["visibility"], done["robots"], done["url"]) == ("private", "noindex", "")
    [shown] = members.call("lists", "ls", "--json").json
    assert (shown["archive"], shown["robots"]) == ("private", "noindex")
    assert re.search(r"members .* private", members.call("lists", "ls").out)
    told = members.call("lists", "archive", "members").words
    assert "mailer lists archive-link members" in told


def test_a_link_is_printed_alone(members: Cli) -> None:
    assert members.call("lists", "archive", "members", "--visibility", "private").code == 0
    done = members.call("lists", "archive-link", "members", "--days", "7")
    assert re.fullmatch(r"http://127\.0\.0\.1:8080/archive/k/[\w-]+/\n", done.out)
    assert "it works until" in done.err
    found = members.call("lists", "archive-link", "members", "--json").json
    assert urlsplit(found["url"]).path.startswith("/archive/k/")
    assert found["expires_at"].endswith("+00:00")


def test_links_are_ended(members: Cli) -> None:
    private = ("lists", "archive", "members", "--visibility", "private")
    assert members.call(*private).code == 0
    before = members.rows("SELECT archive_generation FROM mailing_list")
    done = members.call("lists", "archive", "members", "--revoke-links")
    assert "every signed link made so far is revoked" in done.out
    after = members.rows("SELECT archive_generation FROM mailing_list")
    assert after[0][0] == before[0][0] + 1


def test_a_link_that_nobody_needs_is_said_to_be(members: Cli) -> None:
    done = members.call("lists", "archive-link", "members")
    assert done.code == 0
    assert "can be read without a link" in done.err


@pytest.mark.parametrize("command", ["archive", "archive-link"])
def test_a_list_that_is_not_there(members: Cli, command: str) -> None:
    done = members.call("lists", command, "memebrs")
    assert done.code == ExitCode.NOT_FOUND
    assert "no mailing list 'memebrs' (there is: members)" in done.error


def test_a_name_in_bytes_that_are_no_text_is_a_line(members: Cli) -> None:
    done = members.call("lists", "archive", "\udcff")
    assert done.code == ExitCode.NOT_FOUND
    assert "no mailing list" in done.error


@pytest.mark.parametrize(
    "words",
    [
        ("archive", "members", "--visibility", "secret"),
        ("archive", "members", "--robots", "noai"),
        ("archive-link", "members", "--days", "0"),
    ],
)
def test_what_is_no_setting_changes_nothing(members: Cli, words: tuple[str, ...]) -> None:
    before = members.everything()
    done = members.call("lists", *words)
    assert done.code == ExitCode.USAGE
    assert members.everything() == before
