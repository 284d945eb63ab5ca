"""Messages as clients treat them: darkened, without pictures, as Outlook on Windows."""

import re

import pytest

from mailer.composing.preview.clients import for_outlook, forced_dark, without_pictures
from mailer.composing.themes.colour import contrast, parse_colour


def ratio(one: str, other: str) -> float:
    first, second = parse_colour(one), parse_colour(other)
    assert first
    assert second
    return contrast(first, second)


def test_light_grounds_and_dark_words_are_turned_over() -> None:
    html = forced_dark('<td bgcolor="#FFFDF9" style="background:#FFFDF9;color:#1B1917">a</td>')
    assert not re.search("#FFFDF9|#1B1917", html)
    ground, words = re.findall(r"background:(#\w+);color:(#\w+)", html)[-1]
    assert ratio(words, ground) > 10
    assert f'bgcolor="{ground}"' in html


def test_mid_tones_and_dark_grounds_stay() -> None:
    html = forced_dark("<a style='background-color:#211F1C;border:1px solid #857B6C'>a</a>")
    assert "background-color:#211F1C;border:1px solid #857B6C" in html


@pytest.mark.parametrize("change", [forced_dark, without_pictures, for_outlook])
def test_words_stay(change: object) -> None:
    words = '<p title="a > b">color:#FFFFFF src="x" padding:3px</p>'
    assert callable(change)
    assert words in change(words)


def test_dark_rules_do_not_count_where_a_client_darkens() -> None:
    sheet = "<style>@media (prefers-color-scheme:dark){p{color:#FFF}}</style>"
    assert "prefers-color-scheme" not in forced_dark(f"<head></head>{sheet}<p>a</p>")


def test_pictures_are_their_descriptions() -> None:
    shown = without_pictures('<td background="b.png"><img src="https://e.org/a.png" alt="A map">')
    assert shown == '<td><img alt="A map">'


def test_outlook_has_its_own_parts_and_not_the_others() -> None:
    html = for_outlook(
        "<!--[if mso | IE]><table><tr><td><![endif]--><div style='max-width:600px;padding:9px'>a"
        "<!--[if !mso]><!--><b>no</b><!--<![endif]--><!--[if lte mso 11]>old<![endif]-->"
        "<style>@media only screen{p{}}</style>"
        '<p style="border-radius:3px;margin:1px">b</p>'
        '<td style="padding:1px;mso-padding-alt:12px 23px">c'
    )
    assert html == (
        '<table><tr><td><div style=\'\'>a<p style="margin:1px">b</p><td style="padding:12px 23px">c'
    )
