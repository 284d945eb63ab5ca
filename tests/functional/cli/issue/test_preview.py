"""`mailer issue preview`: served until Ctrl-C, with the values of a real subscriber."""

import json
import re
import signal
import socket
from typing import Any
from urllib.parse import quote

import cli_kit
import pytest
from cli_kit import Cli, Process, wait_until
from web_kit import request

from mailer.cli.shared import ExitCode

cli = cli_kit.cli


def started(cli: Cli, *arguments: str) -> tuple[Process, str]:
    """Start a preview and return it with the address of its page."""
    process = cli.start("issue", "preview", "week-1.md", "--port", "0", "--no-open", *arguments)
    wait_until(lambda: "follows" in process.text or process.has_ended())
    found = re.search(r"preview: (http://127\.0\.0\.1:\d+/\S+/)", process.text)
    assert found, process.text
    wait_until(lambda: request("GET", found[1]).status == 200)
    return process, found[1]


def state(url: str) -> dict[str, Any]:
    page = request("GET", url).text
    found = re.search(r'id="state">(.*?)</script>', page, re.DOTALL)
    assert found
    values: dict[str, Any] = json.loads(found[1])
    return values


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_serves_until_it_is_told_to_stop(cli: Cli, number: signal.Signals) -> None:
    process, url = started(cli)
    assert state(url)["message"]["subject"] == "Hello there"
    process.process.send_signal(number)
    assert process.stop(number) == 0, "the second one changes nothing"
    assert process.text.splitlines()[-1] == "preview: stopped"
    assert "Traceback" not in process.text


def test_a_real_subscriber(cli: Cli) -> None:
    cli.list_of("someone@example.org")
    added = ("--list", "readers", "--name", "Ada", "--field", "city=London")
    assert cli.call("subscriber", "add", "ada@example.org", *added).code == 0
    issue = (cli.path / "week-1.md").read_text()
    cli.write("week-1.md", issue.replace("A short", '{{ city | default: "nowhere" }}: a short'))
    _, url = started(cli, "--as", "Ada@Example.org")
    shown = state(url)
    assert shown["message"]["subject"] == "Hello Ada"
    assert (shown["reader"]["kind"], shown["reader"]["email"]) == ("subscriber", "ada@example.org")
    assert "London: a short" in request("GET", f"{url}frame/desktop").text
    assert "/u/" not in request("GET", f"{url}frame/desktop").text

    def found(words: str) -> list[str]:
        answer = json.loads(request("GET", f"{url}readers?q={quote(words)}").body)
        return [each["email"] for each in answer]

    assert found("ADA@example.org") == ["ada@example.org"]
    assert found("ada") == ["ada@example.org"]
    assert found("example.org") == ["ada@example.org", "someone@example.org"]
    assert found("%") == []
    assert found("' OR 1=1 --") == []

    def choose(body: dict[str, Any]) -> int:
        headers = {"Content-Type": "application/json"}
        data = json.dumps(body).encode()
        return request("POST", f"{url}reader", body=data, headers=headers).status

    assert choose({"kind": "subscriber", "email": "nobody@example.org"}) == 422
    assert choose({"kind": "subscriber", "email": "no address"}) == 422
    assert state(url)["message"]["subject"] == "Hello Ada"
    assert choose({"kind": "sample"}) == 200
    assert state(url)["message"]["subject"] == "Hello there"


def test_what_cannot_be(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = cli.call("issue", "preview", "week-1.md", "--port", port, "--no-open")
    assert done.code == ExitCode.CONFIGURATION
    assert f"cannot listen on 127.0.0.1:{port}" in done.error
    assert "--port" in done.error
    for name in ("none.md", "."):
        done = cli.call("issue", "preview", name, "--no-open")
        assert done.code == ExitCode.USAGE
        assert done.error
    done = cli.call(
        "issue", "preview", "week-1.md", "--as", "nobody@example.org", "--port", "0", "--no-open"
    )
    assert done.code == ExitCode.NOT_FOUND
    assert "nobody@example.org is not a subscriber" in done.error


def test_several_at_once(cli: Cli) -> None:
    """Without --port, each takes the next that is free."""
    ports = []
    for _ in range(2):
        process = cli.start("issue", "preview", "week-1.md", "--no-open")
        wait_until(lambda: "follows" in process.text or process.has_ended())  # noqa: B023 - at once
        found = re.search(r"preview: (http://127\.0\.0\.1:(\d+)/\S+/)", process.text)
        assert found, process.text
        assert request("GET", found[1]).status == 200
        ports.append(found[2])
    assert ports[0] != ports[1]


def test_an_issue_that_does_not_compile_is_served_all_the_same(cli: Cli) -> None:
    cli.write("week-1.md", cli_kit.ISSUE.replace("A short", "{{ Broken! }}"))
    process, url = started(cli)
    assert "week-1.md:7:1" in process.text
    assert state(url)["error"]["line"] == 7
    assert request("GET", f"{url}frame/desktop").status == 200


def test_an_author_without_servers_needs_none(cli: Cli) -> None:
    cli.set(DATABASE_URL=cli_kit.NOWHERE_DATABASE, REDIS_URL=cli_kit.NOWHERE_REDIS)
    _, url = started(cli)
    assert state(url)["error"] is None
    answer = request("GET", f"{url}readers?q=ada")
    assert answer.status == 422
    assert "database" in json.loads(answer.body)["error"]
    assert "secret" not in answer.text
