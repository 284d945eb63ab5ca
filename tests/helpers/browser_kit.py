"""Chromium, driven through chromedriver with nothing but the standard library."""

import base64
import contextlib
import json
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)


def missing_browser() -> str:
    """Return why there is no browser to test with; empty where there is one."""
    names = ("chromium", "chromedriver")
    missing = [name for name in names if shutil.which(name) is None]
    return f"not on PATH: {', '.join(missing)}" if missing else ""


@dataclass
class Browser:
    """One tab."""

    session_url: str

    def size(self, width: int, height: int, *, scheme: str = "light") -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.cdp("Emulation.setDeviceMetricsOverride", **metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.cdp("Emulation.setEmulatedMedia", features=features)

    def open(self, url: str) -> None:
        _call(f"{self.session_url}/url", {"url": url})

    def run(self, script: str) -> Any:
        return _call(f"{self.session_url}/execute/sync", {"script": script, "args": []})

    def click(self, selector: str) -> None:
        found = _call(f"{self.session_url}/element", {"using": "css selector", "value": selector})
        [element] = found.values()
        _call(f"{self.session_url}/element/{element}/click", {})

    def cdp(self, command: str, **params: object) -> Any:
        return _call(f"{self.session_url}/goog/cdp/execute", {"cmd": command, "params": params})

    def screenshot(self, path: Path) -> None:
        shot = self.cdp("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))


@contextlib.contextmanager
def open_browser() -> Iterator[Browser]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        port = _free_port()
        driver = subprocess.Popen(
            ["chromedriver", f"--port={port}", "--log-level=OFF"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            base = f"http://127.0.0.1:{port}"
            _wait_for(base)
            options = {
                "args": [*FLAGS, f"--user-data-dir={profile}"],
                "binary": shutil.which("chromium"),
            }
            capabilities = {"alwaysMatch": {"goog:chromeOptions": options}}
            created = _call(f"{base}/session", {"capabilities": capabilities})
            session_url = f"{base}/session/{created['sessionId']}"
            yield Browser(session_url)
            _call(session_url, method="DELETE")
        finally:
            driver.terminate()
            driver.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _wait_for(base: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            if _call(f"{base}/status", method="GET")["ready"]:
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _call(url: str, body: object = None, *, method: str = "POST") -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method)  # noqa: S310 - our own driver
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.load(answer)["value"]
