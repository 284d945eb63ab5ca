"""Messages that arrive at a server are signed, and opendkim, written by others, says so."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from provider_kit import IDENTITY, ISSUE, NAMES, Notes, reader, states

from mailer.config import load_settings
from mailer.message.compiled import Mailbox
from mailer.message.dkim.keys import new_key, read_key
from mailer.states import DeliveryState

OPENDKIM = shutil.which("opendkim", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
DOMAIN = "news.example.com"


class Keeper:
    def __init__(self) -> None:
        self.contents: list[bytes] = []

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802 - its name
        self.contents.append(envelope.original_content)
        return "250 2.0.0 kept"


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    keeper = Keeper()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(keeper, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    keys = []
    for kind in ("rsa", "ed25519"):
        path = tmp_path / DOMAIN / f"{kind}.pem"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(new_key(kind))
        keys.append(f'"{DOMAIN}/{kind}.pem"')
    (tmp_path / "mailer.toml").write_text(
        f'provider = "smtp"\n[smtp]\nport = {port}\n[dkim]\nkeys = [{", ".join(keys)}]\n'
    )
    yield keeper
    controller.stop()


def sent(workspace: Path, keeper: Keeper, sender: str = ISSUE.sender.email) -> list[bytes]:
    """Send to a reader with each name and return what the server got."""
    smtp = load_settings(workspace).account.make(bounce_token=str)
    issue = replace(ISSUE, sender=Mailbox(sender, "Zoë"))
    connection = smtp.connect(issue, IDENTITY)
    recipients = [reader(number, name) for number, name in enumerate(NAMES, start=1)]
    outcomes = connection.hand_over(recipients, journal=Notes())
    connection.close()
    assert set(states(outcomes).values()) == {DeliveryState.ACCEPTED}
    assert len(keeper.contents) == len(NAMES)
    return keeper.contents


@pytest.mark.skipif(OPENDKIM is None, reason="opendkim is not installed")
def test_opendkim_verifies_both_signatures_of_every_message(tmp_path: Path, keeper: Keeper) -> None:
    for content in sent(tmp_path, keeper):
        assert verdicts(tmp_path, content) == ["pass", "pass"]
    changed = keeper.contents[0].replace(b"Dear", b"Poor")
    assert verdicts(tmp_path, changed) == ["fail", "fail"]


def test_another_domain_is_not_signed_for(tmp_path: Path, keeper: Keeper) -> None:
    contents = sent(tmp_path, keeper, sender="editor@other.example")
    assert not any(b"DKIM-Signature" in content for content in contents)


def test_a_domain_below_is_signed_for(tmp_path: Path, keeper: Keeper) -> None:
    contents = sent(tmp_path, keeper, sender=f"editor@de.{DOMAIN}")
    assert all(content.count(f"d={DOMAIN};".encode()) == 2 for content in contents)


def verdicts(workspace: Path, content: bytes) -> list[str]:
    """Ask opendkim about a message; return "pass" or "fail" for each signature."""
    keys = [read_key(path) for path in load_settings(workspace).dkim_keys]
    public, message, settings = (workspace / name for name in ("public", "m.eml", "opendkim.conf"))
    public.write_text("".join(f"{key.record.name} {key.record.value}\n" for key in keys))
    message.write_bytes(content)
    settings.write_text(
        f"TestPublicKeys {public}\nMode v\nSyslog no\nSocket local:{workspace}/socket\n"
    )
    answer = subprocess.run(
        [str(OPENDKIM), "-x", settings, "-vvv", "-t", message],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in answer.stdout.splitlines() if "header.d=" in line]
    return [line.partition("dkim=")[2].split()[0] for line in lines]
