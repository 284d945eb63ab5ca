"""HTML as programs show it: dark, without styles, with pictures elsewhere."""

from mailer.message.viewing import for_scheme, image_sources, with_sources, without_styles

HTML = (
    "<!doctype html><html><head>"
    '<style type="text/css">@media (prefers-color-scheme:dark){p{color:red}}</style>'
    "<style>@media ( Prefers-Color-Scheme : light ){p{color:blue}}</style>"
    '<link rel="stylesheet" href="https://example.org/a.css"></head><body>'
    '<picture><source media="(prefers-color-scheme: dark)" srcset="d.png">'
    '<img src="a.png?x=1&amp;y=2" alt=""></picture>'
    "<code>@media (prefers-color-scheme: dark)</code><img alt='' src='b.png'></body></html>"
)


def test_a_scheme_is_answered_in_styles_and_media() -> None:
    dark = for_scheme(HTML, "dark")
    assert "@media (min-width:0){p{color:red}}" in dark
    assert "@media (max-width:0){p{color:blue}}" in dark
    assert 'media="(min-width:0)"' in dark
    assert "color-scheme:dark only" in dark


def test_words_about_a_scheme_stay() -> None:
    assert "<code>@media (prefers-color-scheme: dark)</code>" in for_scheme(HTML, "dark")


def test_auto_changes_nothing() -> None:
    assert for_scheme(HTML, "auto") == HTML


def test_without_styles_keeps_all_else() -> None:
    bare = without_styles(HTML)
    assert "<style" not in bare
    assert "stylesheet" not in bare
    assert bare.count("<img") == 2
    assert "<code>@media" in bare


def test_pictures_can_be_elsewhere() -> None:
    assert list(image_sources(HTML)) == ["a.png?x=1&amp;y=2", "b.png"]
    moved = with_sources(HTML, {"a.png?x=1&amp;y=2": "/1", "nothing": "/2"})
    assert list(image_sources(moved)) == ["/1", "b.png"]
