"""The preview over real HTTP: news of each kind of change, and nothing for anybody else."""

import http.client
import io
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from web_kit import Answer, open_preview, request

from mailer.composing.preview.server import PreviewHandle
from mailer.config import load_settings

ISSUE = """---
subject: "Hello {{ name | default: 'there' }}"
slug: week-1
date: 2026-11-22
---

Words of {{ city | default: "somewhere" }} for {{ name | default: "you" }}.

::: only plan = paid

Thank you for paying.

:::
"""
SETTINGS = (
    '[sender]\nemail = "news@example.org"\nname = "The Weekly"\npostal_address = "1 Street"\n'
)


class News:
    """The events that a page gets, read as a browser would."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        self._connection.request("GET", f"{parts.path}events")
        self._answer = self._connection.getresponse()
        assert self._answer.headers["Content-Type"].startswith("text/event-stream")

    def next(self) -> dict[str, Any]:
        deadline = time.monotonic() + 10
        while line := self._answer.readline():
            if line.startswith(b"data: "):
                state: dict[str, Any] = json.loads(line[6:])
                return state
            assert time.monotonic() < deadline, "no news"
        raise EOFError

    def until(self, **wanted: Any) -> dict[str, Any]:
        """Return the first state in which these values are so."""
        while True:
            state = self.next()
            if all(state[name] == value for name, value in wanted.items()):
                return state

    def revision(self, number: int) -> dict[str, Any]:
        while True:
            state = self.next()
            if state["revision"] >= number:
                return state

    def close(self) -> None:
        self._connection.close()


@contextmanager
def listening(preview: PreviewHandle) -> Iterator[News]:
    news = News(preview.url)
    try:
        yield news
    finally:
        news.close()


@pytest.fixture
def issue(tmp_path: Path) -> Path:
    (tmp_path / "mailer.toml").write_text(SETTINGS)
    path = tmp_path / "week-1.md"
    path.write_text(ISSUE)
    return path


@pytest.fixture
def preview(issue: Path) -> Iterator[PreviewHandle]:
    handle = open_preview(issue)
    yield handle
    handle.stop()


def get(preview: PreviewHandle, path: str = "", **headers: str) -> Answer:
    return request("GET", preview.url + path, headers=headers)


def post(preview: PreviewHandle, body: object, **headers: str) -> Answer:
    usual = {"Content-Type": "application/json"}
    return request(
        "POST",
        f"{preview.url}reader",
        body=json.dumps(body).encode(),
        headers={**usual, **{name.replace("_", "-"): value for name, value in headers.items()}},
    )


# --- what it shows ---


def test_a_save_is_news(preview: PreviewHandle, issue: Path) -> None:
    with listening(preview) as news:
        first = news.next()
        assert first["error"] is None
        assert first["message"]["subject"] == "Hello there"
        issue.write_text(ISSUE.replace("Words", "Other words"))
        later = news.revision(first["revision"] + 1)
        assert "Other words" in later["source"]
        frame = get(preview, f"frame/desktop?r={later['revision']}").text
        assert "Other words of somewhere" in frame


def test_a_save_by_renaming_is_news(preview: PreviewHandle, issue: Path) -> None:
    with listening(preview) as news:
        revision = news.next()["revision"]
        for number in range(1, 4):
            other = issue.with_suffix(".tmp")
            other.write_text(ISSUE.replace("Words", f"Words {number}"))
            other.replace(issue)
            state = news.revision(revision + number)
            assert f"Words {number}" in state["source"]


def test_an_error_keeps_the_last_good_look(preview: PreviewHandle, issue: Path) -> None:
    with listening(preview) as news:
        revision = news.next()["revision"]
        issue.write_text(ISSUE.replace("Words", "{{ Broken! }}"))
        while (state := news.next())["error"] is None:
            pass
        assert state["revision"] == revision
        assert (state["error"]["line"], state["error"]["column"]) == (7, 1)
        assert state["error"]["is_here"]
        assert "Words of" in get(preview, "frame/desktop").text
        issue.write_text(ISSUE)
        assert news.until(error=None)["revision"] == revision, "the same look: frames stay"


def test_a_file_that_goes_and_comes_back(preview: PreviewHandle, issue: Path) -> None:
    with listening(preview) as news:
        revision = news.next()["revision"]
        issue.unlink()
        while (state := news.next())["error"] is None:
            pass
        assert "no such file" in state["error"]["message"]
        issue.write_text(ISSUE.replace("Words", "New words"))
        assert news.revision(revision + 1)["error"] is None


def test_a_file_of_the_theme_is_followed(preview: PreviewHandle, issue: Path) -> None:
    with listening(preview) as news:
        news.next()
        folder = issue.parent / "templates" / "email" / "digest"
        folder.mkdir(parents=True)
        issue.write_text(ISSUE)  # the new folder is noticed within a second, or with this
        (folder / "issue.mjml.j2").write_text("<mjml><mj-body>{{ nothing_such }}</mj-body></mjml>")
        while (state := news.next())["error"] is None:
            pass
        assert state["error"]["file"] == "issue.mjml.j2"
        assert not state["error"]["is_here"]
        (folder / "issue.mjml.j2").unlink()
        assert news.until(error=None)["message"]


def test_settings_are_followed(preview: PreviewHandle, issue: Path) -> None:
    with listening(preview) as news:
        revision = news.next()["revision"]
        (issue.parent / "mailer.toml").write_text(SETTINGS.replace("The Weekly", "The Daily"))
        state = news.revision(revision + 1)
        assert state["message"]["from_name"] == "The Daily"


def test_settings_that_are_wrong_are_told_until_they_are_right(
    preview: PreviewHandle, issue: Path
) -> None:
    with listening(preview) as news:
        assert news.next()["error"] is None
        (issue.parent / "mailer.toml").write_text("x = = 1")
        while news.next()["error"] is None:
            pass
        issue.write_text(ISSUE.replace("Words of", "A saved word of"))
        while "A saved" not in (state := news.next())["source"]:
            pass
        assert "mailer.toml line 1" in state["error"]["message"]
        (issue.parent / "mailer.toml").write_text(SETTINGS)
        news.until(error=None)


def test_findings_come_with_their_place(preview: PreviewHandle, issue: Path) -> None:
    with listening(preview) as news:
        news.next()
        issue.write_text(ISSUE.replace("Hello", "Hello!!!"))
        found: list[dict[str, Any]] = []
        while not found:
            findings = news.next()["findings"] or []
            found = [each for each in findings if each["code"] == "subject-punctuation"]
        assert [(each["line"], each["is_here"]) for each in found] == [(2, True)]
        assert all(found[0][name] for name in ("severity", "message", "why", "fix", "editor"))


def test_dark_needs_no_dark_machine(preview: PreviewHandle) -> None:
    light, dark = (get(preview, f"frame/{name}").text for name in ("desktop", "desktop-dark"))
    assert "prefers-color-scheme" not in light
    assert "prefers-color-scheme" not in dark
    assert "color-scheme:dark only" in dark
    assert "<style>" in light
    assert "@media" not in get(preview, "frame/no-style").text


def test_the_size_is_what_goes_out(preview: PreviewHandle, issue: Path, tmp_path: Path) -> None:
    from mailer.composing import compiling  # noqa: PLC0415
    from mailer.composing.rendering.pipeline import html_bytes  # noqa: PLC0415 - for this one

    settings = load_settings(tmp_path, environ={})
    compiled = compiling.compile_draft(compiling.read_draft(issue), settings).compiled
    with listening(preview) as news:
        assert news.next()["message"]["html_bytes"] == html_bytes(compiled)
    assert 'data-line="7"' in get(preview, "frame/desktop").text


def test_typed_values_and_parts_for_some(preview: PreviewHandle) -> None:
    with listening(preview) as news:
        state = news.next()
        assert [each["name"] for each in state["message"]["fields"]] == ["city", "name", "plan"]
        assert "Thank you" not in get(preview, "frame/text").text
        fields = {"name": "<Ada>", "city": "London", "plan": "paid"}
        assert post(preview, {"kind": "typed", "fields": fields}).status == 200
        state = news.revision(state["revision"] + 1)
    assert state["message"]["subject"] == "Hello <Ada>"
    assert state["message"]["conditions"] == [{"rule": 'plan = "paid"', "holds": True}]
    frame = get(preview, "frame/desktop").text
    assert "of London for &lt;Ada&gt;." in " ".join(frame.split())
    assert "Thank you for paying" in frame


def test_no_link_in_it_does_anything(preview: PreviewHandle) -> None:
    frame = get(preview, "frame/desktop").text
    assert "/unsubscribe-help" in frame
    assert "/u/" not in frame


def picture(path: Path, colour: str) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (1200, 300), colour).save(path)


def pixel(preview: PreviewHandle) -> tuple[Any, ...]:
    """Return the colour of the first picture in the frame, as the page would get it."""
    source = re.search(r'<img[^>]* src="(\.\./picture/[^"]+)"', get(preview, "frame/desktop").text)
    assert source is not None
    answer = get(preview, source[1].removeprefix("../"))
    assert answer.status == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    with Image.open(io.BytesIO(answer.body)) as shown:
        found = shown.convert("RGB").getpixel((5, 5))
    assert isinstance(found, tuple)
    return found


def test_pictures_come_from_here_and_are_followed(preview: PreviewHandle, issue: Path) -> None:
    with listening(preview) as news:
        revision = news.next()["revision"]
        issue.write_text(ISSUE.replace("Words", "![A sea](img/sea.png)\n\nWords"))
        while (state := news.next())["error"] is None:
            pass
        assert "img/sea.png" in state["error"]["message"]
        picture(issue.parent / "img" / "sea.png", "red")
        revision = news.revision(revision + 1)["revision"]
        red, green, _ = pixel(preview)
        assert red > 200
        assert green < 50
        picture(issue.parent / "img" / "sea.png", "green")
        news.revision(revision + 1)
        red, green, _ = pixel(preview)
        assert green > 100
        assert red < 50
    assert not (issue.parent / ".mailer" / "media").exists(), "nothing is stored but in memory"


# --- who may ask ---


@pytest.mark.parametrize("path", ["", "events", "frame/desktop", "assets/main.js", "readers"])
def test_another_name_is_refused(preview: PreviewHandle, path: str) -> None:
    answer = get(preview, path, Host="evil.example")
    assert answer.status == 421
    assert "subject" not in answer.text


def test_without_the_token_there_is_nothing(preview: PreviewHandle) -> None:
    base, token = preview.url.rstrip("/").rsplit("/", 1)
    assert len(token) >= 32
    for path in ("/", "/frame/desktop", f"/{token[:-1]}/", f"/{token[:-1]}x/", f"/{token}"):
        assert request("GET", base + path).status == 404
    assert request("GET", preview.url).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "assets/../../../etc/passwd",
        "assets/..%2f..%2f..%2fetc%2fpasswd",
        "assets/page.html",
        "assets/%2e%2e/page.html",
        "picture/..%2f..%2fmailer.toml",
        "picture/mailer.toml",
        "picture/week-1.md",
        "frame/..%2fassets%2fmain.js",
        "//etc/passwd",
        "../mailer.toml",
    ],
)
def test_no_path_leads_to_a_file(preview: PreviewHandle, path: str) -> None:
    answer = get(preview, path)
    assert answer.status == 404
    assert "root:" not in answer.text
    assert "postal_address" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Content_Type": "text/plain"},
        {"Content_Type": "application/x-www-form-urlencoded"},
    ],
)
def test_only_our_page_may_change_something(
    preview: PreviewHandle, headers: dict[str, str]
) -> None:
    assert post(preview, {"kind": "sample"}, **headers).status == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[]", 400), (b"\xff", 400), (b'{"kind": "odd"}', 400), (b" " * 70_000, 413)],
)
def test_what_is_no_reader_is_refused(preview: PreviewHandle, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    answer = request("POST", f"{preview.url}reader", body=body, headers=headers)
    assert answer.status == status
    assert "error" in json.loads(answer.body)


def test_headers_keep_scripts_and_others_out(preview: PreviewHandle) -> None:
    page, frame = get(preview).headers, get(preview, "frame/desktop").headers
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "allow-scripts" not in policy
    assert "; sandbox " in policy
    for headers in (page, frame):
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def test_a_source_cannot_leave_its_place_in_the_page(preview: PreviewHandle, issue: Path) -> None:
    with listening(preview) as news:
        news.next()
        issue.write_text(ISSUE.replace("Words", "</script><script>alert(1)</script><!--"))
        while "alert(1)" not in news.next()["source"]:
            pass
    page = get(preview).text
    assert page.count("<script") == 2
    assert page.count("</script>") == 2
    assert "alert(1)" in page


def test_nothing_is_asked_of_another_host(preview: PreviewHandle) -> None:
    names = ("preview.css", "main.js", "board.js", "frame.js", "source.js", "findings.js")
    for name in ("", *(f"assets/{each}" for each in names)):
        answer = get(preview, name)
        assert answer.status == 200
        assert "https://" not in answer.text.replace("https://example.org", "")
        assert "//cdn" not in answer.text


def test_it_stops_with_a_page_open(issue: Path) -> None:
    handle = open_preview(issue)
    news = News(handle.url)
    news.next()
    handle.stop()
    news.close()


def test_it_listens_on_this_machine_only(preview: PreviewHandle) -> None:
    assert urlsplit(preview.url).hostname == "127.0.0.1"


def test_subscribers_are_looked_up_only_when_asked(preview: PreviewHandle, issue: Path) -> None:
    assert json.loads(get(preview, "readers?q=").body) == []
    assert not (issue.parent / ".mailer" / "postgres").exists(), "nothing was started"
