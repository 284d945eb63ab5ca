"""Pictures over HTTP: public, for ever, and nothing but pictures."""

from pathlib import Path
from typing import Any

import image_kit as kit
import pytest
from web_kit import request, web_app

from mailer.bootstrap import App
from mailer.composing.images.preparing import prepare
from mailer.composing.images.store import LocalStore
from mailer.web.server import WebHandle, start_web


@pytest.fixture
def hosted(app: App) -> Any:
    """Return a picture in the store of the web app."""
    image = prepare(kit.encode(kit.chart(300, 200), "PNG"), shown_width=150)
    LocalStore(app.settings).put(image.name, image.data)
    return image


def test_a_picture_is_served_to_keep(web: WebHandle, hosted: Any) -> None:
    answer = request("GET", f"{web.url}/media/{hosted.name}")
    assert (answer.status, answer.body) == (200, hosted.data)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Set-Cookie"] is None


def test_its_head_says_the_same_without_it(web: WebHandle, hosted: Any) -> None:
    answer = request("HEAD", f"{web.url}/media/{hosted.name}")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(hosted.data))
    assert answer.headers["Content-Type"] == "image/png"


@pytest.mark.parametrize("form", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
def test_who_has_it_is_not_sent_it_again(web: WebHandle, hosted: Any, form: str) -> None:
    url = f"{web.url}/media/{hosted.name}"
    tag = request("GET", url).headers["ETag"]
    answer = request("GET", url, headers={"If-None-Match": form.format(tag=tag)})
    assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", tag)
    assert request("GET", url, headers={"If-None-Match": '"other"'}).status == 200


@pytest.mark.parametrize(
    "name",
    [
        "0" * 32 + ".png",
        "%2e%2e%2fsecret.key",
        "..%2f..%2f..%2fetc%2fpasswd",
        "../secret.key",
        "secret.key",
        "%00",
        "a" * 3000,
        "0" * 32 + ".svg",
        "0" * 32 + ".png%0a",
        "0" * 31 + ".png",
        "",
    ],
)
def test_anything_else_is_a_clear_404(app: App, web: WebHandle, hosted: Any, name: str) -> None:
    (app.settings.media_directory / "secret.key").write_text("a secret")
    answer = request("GET", f"{web.url}/media/{name}")
    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "a secret" not in answer.text
    assert request("GET", f"{web.url}/media/{hosted.name}").status == 200


def test_it_can_only_be_read(web: WebHandle, hosted: Any) -> None:
    assert request("PUT", f"{web.url}/media/{hosted.name}", body=b"x").status == 405
    assert request("DELETE", f"{web.url}/media/{hosted.name}").status == 405


def test_without_any_picture_there_is_none(tmp_path: Path, web_database: str, servers: Any) -> None:
    with web_app(tmp_path, web_database, servers.redis_url) as app, start_web(app) as web:
        assert request("GET", f"{web.url}/media/{'0' * 32}.png").status == 404


def test_under_a_path_their_addresses_carry_it(
    tmp_path: Path, web_database: str, servers: Any
) -> None:
    below = {"base_url": "https://example.org/news"}
    with web_app(tmp_path, web_database, servers.redis_url, web=below) as app:
        assert LocalStore(app.settings).base_url == "https://example.org/news/media"
