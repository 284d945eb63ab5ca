"""Addresses as HTTP asks for them, and where redirects lead."""

import pytest

from mailer.platform.net.errors import RequestError, Trouble
from mailer.platform.net.urls import Trail, asked_url, login_of


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://a.news", "https://a.news/"),
        ("https://bücher.example/ü x?q=é#§", "https://xn--bcher-kva.example/%C3%BC%20x?q=%C3%A9#%C2%A7"),
        ("https://me:s%20cret@a.news:8443/f", "https://a.news:8443/f"),
        ("http://[::1]:80/a%20b", "http://[::1]:80/a%20b"),
    ],
)  # fmt: skip
def test_as_it_is_asked_for(url: str, asked: str) -> None:
    assert asked_url(url) == asked
    assert asked_url(asked) == asked


@pytest.mark.parametrize(
    ("url", "trouble"),
    [
        ("http://[bad/", Trouble.MALFORMED),
        ("http://a:b/", Trouble.MALFORMED),
        ("http://a:99999/", Trouble.MALFORMED),
        ("http://" + "a" * 64 + ".news/", Trouble.MALFORMED),
        ("http://", Trouble.SCHEME),
        ("file:///etc/passwd", Trouble.SCHEME),
        ("javascript:alert(1)", Trouble.SCHEME),
        ("", Trouble.SCHEME),
    ],
)
def test_no_web_address(url: str, trouble: Trouble) -> None:
    with pytest.raises(RequestError) as caught:
        asked_url(url)
    assert caught.value.trouble is trouble
    trail = Trail("https://a.news/")
    with pytest.raises(RequestError) as caught:
        trail.follow(302, url or "mailto:x")
    assert caught.value.is_redirect or url == "http://"


def test_a_login_is_basic_authorization() -> None:
    assert login_of("https://me:s%20cret@a.news/") == "Basic bWU6cyBjcmV0"
    assert login_of("https://a.news/") == ""


def test_a_trail_of_redirects() -> None:
    trail = Trail("https://a.news/one?x#y")
    assert not trail.follow(200, "/two")
    assert not trail.follow(302, "")
    assert not trail.is_moved_for_good
    assert trail.follow(308, "two")
    assert (trail.at, trail.is_moved_for_good) == ("https://a.news/two", True)
    assert trail.follow(302, "//b.news/caf\xc3\xa9 1")  # UTF-8, as headers are read
    assert (trail.at, trail.is_moved_for_good) == ("https://b.news/caf%C3%A9%201", False)
    for _ in range(3):
        trail.follow(301, "/on")
    with pytest.raises(RequestError) as caught:
        trail.follow(301, "/on")
    assert caught.value.trouble is Trouble.REDIRECTS
