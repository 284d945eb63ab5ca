"""The `theme.toml` of a new theme: every value that can be changed, with its current one."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from mailer.composing.rendering import Theme
from mailer.composing.themes.settings import Logo, SocialLink, ThemeSettings


def overriding_settings(theme: Theme, name: str) -> str:
    """Return a `theme.toml` that changes nothing yet: every value of `theme` as a comment."""
    settings = theme.settings
    if theme.name == name:
        first = [f"# What differs from the shipped theme {name!r}: take away a # and change it."]
        labels = [f"# label = {_text(settings.label)}"]
    else:
        first = [
            f"# {name}: builds on the theme {theme.name!r}. Take away a # to change a value.",
            "",
            f"extends = {_text(theme.name)}",
        ]
        labels = [f"label = {_text(_titled(name))}"]
    return _lines(
        [
            *first,
            *labels,
            f"# description = {_text(settings.description)}",
            "",
            "# One colour instead of the accents; it is made legible in both schemes.",
            '# brand = "#7A1FA2"',
            "",
            "# CSS pixels: of the email, and between its edge and the text.",
            f"# width = {settings.width}",
            f"# gutter = {settings.gutter}",
            *_tables(settings, mark="# "),
            *_LOGO,
            *_SOCIAL,
            *_WORDS,
        ]
    )


def full_settings(theme: Theme, name: str, *, words: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a `theme.toml` with every value of `theme`; the logo's file is beside it.

    Args:
        theme: what is copied.
        name: of the new theme.
        words: of `theme`, by language, that are not the base's.
    """
    settings = theme.settings
    accents = (
        f"    {{ light = {_text(accent.light)}, dark = {_text(accent.dark)} }},"
        for accent in settings.accents
    )
    return _lines(
        [
            f"# {_titled(name)}: a copy of the theme {theme.name!r} in full.",
            "",
            f"label = {_text(_titled(name))}",
            f"description = {_text(settings.description)}",
            "",
            f"width = {settings.width}",
            f"gutter = {settings.gutter}",
            f"inset = {settings.inset}",
            f"align = {_text(settings.align)}",
            f"contents_from = {settings.contents_from}",
            "",
            "# One a section, in turn.",
            "accents = [",
            *accents,
            "]",
            *_tables(settings, mark=""),
            *(_logo(settings.logo) or _LOGO),
            *(_social(settings.social) or _SOCIAL),
            *(_words(words) or _WORDS),
        ]
    )


_LOGO = (
    "",
    "# [logo]",
    '# src = "logo.png"      # a file beside this one, or a full address',
    '# alt = "The Observatory"',
    "# width = 180",
)
_SOCIAL = (
    "",
    "# [[social]]",
    '# name = "Mastodon"',
    '# url = "https://social.example.org/@observatory"',
)
_WORDS = (
    "",
    "# [words.en]",
    '# read_online = "Read it in your browser"',
)


def _logo(logo: Logo) -> list[str]:
    if not logo.src:
        return []
    src = logo.path.name if logo.path else logo.src
    dark = logo.dark_path.name if logo.dark_path else logo.dark
    return [
        "",
        "[logo]",
        f"src = {_text(src)}",
        f"alt = {_text(logo.alt)}",
        f"width = {logo.width}",
        *([f"dark = {_text(dark)}"] if dark else []),
    ]


def _social(links: Iterable[SocialLink]) -> list[str]:
    return [
        line
        for link in links
        for line in ("", "[[social]]", f"name = {_text(link.name)}", f"url = {_text(link.url)}")
    ]


def _words(languages: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [
        line
        for language, words in languages.items()
        for line in ("", f"[words.{language}]", *(f"{key} = {_text(words[key])}" for key in words))
    ]


def _tables(settings: ThemeSettings, *, mark: str) -> Iterable[str]:
    tables: Mapping[str, Mapping[str, str]] = {
        "light": settings.light,
        "dark": settings.dark,
        "fonts": settings.fonts,
    }
    for name, values in tables.items():
        yield from ("", f"{mark}[{name}]")
        yield from (f"{mark}{key} = {_text(value)}" for key, value in values.items())


def _titled(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _text(value: str | list[str]) -> str:
    """Return a TOML string or a list of them: JSON's rules are stricter in all that matters."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
