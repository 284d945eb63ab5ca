"""What the demo runs on: servers, settings and web app in a workspace, and their end."""

import base64
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mailer.bootstrap import App, open_app
from mailer.cli.demo.steps import Demo, done
from mailer.config import fill_template
from mailer.platform.files import PRIVATE, write_new
from mailer.web.inbox.server import InboxServer
from mailer.web.server import start_web


@contextmanager
def open_demo(workspace: Path) -> Iterator[Demo]:
    """Start everything in `workspace`, and stop everything at the end."""
    began = time.monotonic()
    key = ec.generate_private_key(ec.SECP256R1())
    port = _free_port()
    with InboxServer(workspace / "inbox") as inbox:
        _write_settings(workspace, key, smtp_port=inbox.port, web_port=port)
        with _app_and_its_servers(workspace) as app, start_web(app, port=port, inbox=inbox.store):
            done(f"PostgreSQL, Redis, SMTP and web are up in {time.monotonic() - began:.1f} s")
            yield Demo(app, inbox, app.settings.web.base_url, key)


@contextmanager
def _app_and_its_servers(workspace: Path) -> Iterator[App]:
    """Yield the app; wait at the end until PostgreSQL and Redis are gone."""
    app = None
    try:
        with open_app(workspace) as app:
            yield app
    finally:
        if app is not None and app.lease is not None:
            app.lease.stop_if_last()


def _write_settings(
    workspace: Path, key: ec.EllipticCurvePrivateKey, *, smtp_port: int, web_port: int
) -> None:
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    text = fill_template(
        {
            "provider": "smtp",
            "sender.email": "letters@example.com",
            "sender.name": "The Sample Letter",
            "sender.postal_address": "The Sample Letter, 1 Example Street, Exampleton",
            "web.base_url": f"http://127.0.0.1:{web_port}",
            "web.port": web_port,
            "smtp.port": smtp_port,
            "sendgrid.webhook_public_key": base64.b64encode(public).decode(),
        }
    )
    write_new(workspace / "mailer.toml", text.encode(), mode=PRIVATE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
