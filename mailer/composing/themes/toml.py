"""The settings of a theme: its `theme.toml` files, merged from the base up and checked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mailer.composing.themes.brand import brand_colours, brand_edge
from mailer.composing.themes.settings import Accent, Logo, SocialLink, ThemeSettings
from mailer.composing.themes.settings_file import SettingsFile, is_set
from mailer.composing.themes.words import Words, wrong_words
from mailer.errors import RenderError

_COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_ALIGNS = ("center", "start")


def read_settings(files: Sequence[SettingsFile]) -> ThemeSettings:
    """Return the settings merged from `files`, ordered from the most specific to the base.

    Tables are merged key by key; lists and values replace those of the base.

    Raises:
        RenderError: a value is missing or wrong; with file and line.
    """
    tables = [file.table() for file in files]
    merged: dict[str, Any] = {}
    for table in reversed(tables):
        merged = _merged(merged, table)
    return _Reader(files, tables, merged).settings()


def _merged(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(lower)
    for key, value in upper.items():
        old = both.get(key)
        both[key] = (
            _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
        )
    return both


@dataclass(frozen=True, slots=True)
class _Reader:
    files: Sequence[SettingsFile]
    tables: Sequence[Mapping[str, Any]]
    merged: Mapping[str, Any]

    def settings(self) -> ThemeSettings:
        light, dark = self._colours("light"), self._colours("dark")
        if missing := sorted(light.keys() ^ dark.keys()):
            raise self._error(
                f"the colour {missing[0]!r} is in only one of [light] and [dark]", missing[0]
            )
        plain = ThemeSettings(
            label=self._text("label"),
            description=self._text("description"),
            width=self._number("width", 320, 1000),
            gutter=self._number("gutter", 0, 120),
            inset=self._number("inset", 0, 200),
            align=self._align(),
            contents_from=self._number("contents_from", 0, 100, of="sections"),
            light=light,
            dark=dark,
            fonts=self._fonts(),
            accents=(),
            logo=self._logo(),
            social=self._social(),
            languages=self._languages(),
        )
        return replace(self._branded(plain), accents=self._accents(plain))

    def _branded(self, plain: ThemeSettings) -> ThemeSettings:
        """Return the settings with links and buttons in the colour of the brand.

        But for those that are set in the file that names the brand, or in one more specific.
        """
        at = next((at for at, table in enumerate(self.tables) if table.get("brand")), None)
        if at is None:
            return plain
        brand = self._colour(self.merged["brand"], "brand")
        made = brand_colours(brand, plain.light), brand_colours(brand, plain.dark)
        edge = brand_edge(brand, plain.light, plain.dark)
        made[0]["button-edge"], made[1]["button-edge"] = edge, made[1]["button"]
        for own, scheme in zip(made, ("light", "dark"), strict=True):
            for table in self.tables[: at + 1]:
                for name in table.get(scheme, {}):
                    own.pop(name, None)
        return replace(plain, light={**plain.light, **made[0]}, dark={**plain.dark, **made[1]})

    def _error(self, message: str, *keys: str) -> RenderError:
        """Return the error in the most specific file that has the first of `keys`."""
        for file, table in zip(self.files, self.tables, strict=True):
            if is_set(table, keys):
                return file.error(message, *keys)
        return self.files[0].error(message, *keys)

    def _text(self, key: str) -> str:
        value = self.merged.get(key, "")
        if not isinstance(value, str) or "\n" in value:
            raise self._error(f"{key!r} must be a line of text", key)
        return value

    def _number(self, key: str, least: int, most: int, *, of: str = "pixels") -> int:
        value = self.merged.get(key)
        if type(value) is not int or not least <= value <= most:
            raise self._error(f"{key!r} must be a number of {of} from {least} to {most}", key)
        return value

    def _align(self) -> str:
        value = self._text("align")
        if value not in _ALIGNS:
            raise self._error(f"'align' must be one of {', '.join(_ALIGNS)}", "align")
        return value

    def _table(self, key: str) -> Mapping[str, Any]:
        value = self.merged.get(key, {})
        if not isinstance(value, dict):
            raise self._error(f"{key!r} must be a table", key)
        return value

    def _colours(self, scheme: str) -> dict[str, str]:
        for name, value in self._table(scheme).items():
            if not _NAME.fullmatch(name):
                raise self._error(
                    f"{name!r} is not a name: small letters, digits, dashes", scheme, name
                )
            self._colour(value, scheme, name)
        return {name: _long(value) for name, value in self._table(scheme).items()}

    def _colour(self, value: object, *keys: str) -> str:
        if not isinstance(value, str) or not _COLOUR.fullmatch(value):
            raise self._error(
                f'{keys[-1]!r} must be a colour such as "#1F6F5C", not {value!r}', *keys
            )
        return _long(value)

    def _fonts(self) -> dict[str, str]:
        for name, value in self._table("fonts").items():
            if not isinstance(value, str) or re.search(r"[<>{};\"\\]", value):
                raise self._error(
                    f"{name!r} must be font families such as \"Georgia,'Times New Roman',serif\"",
                    "fonts",
                    name,
                )
        return dict(self._table("fonts"))

    def _accents(self, plain: ThemeSettings) -> tuple[Accent, ...]:
        brand = self.merged.get("brand", "")
        if brand:
            return (plain.both(self._colour(brand, "brand")),)
        found = self.merged.get("accents", [])
        if not isinstance(found, list) or not found:
            raise self._error("a theme needs at least one accent", "accents")
        return tuple(self._accent(each, plain) for each in found)

    def _accent(self, each: object, plain: ThemeSettings) -> Accent:
        if isinstance(each, str):
            return plain.both(self._colour(each, "accents"))
        if not isinstance(each, dict) or each.keys() != {"light", "dark"}:
            raise self._error(
                'an accent is a colour, or { light = "#...", dark = "#..." }', "accents"
            )
        return Accent(*(self._colour(each[scheme], "accents") for scheme in ("light", "dark")))

    def _logo(self) -> Logo:
        table = self._table("logo")
        src, alt, width = table.get("src", ""), table.get("alt", ""), table.get("width", 160)
        if (
            not isinstance(src, str)
            or not isinstance(alt, str)
            or not isinstance(width, int)
            or width < 1
        ):
            raise self._error("[logo] has src and alt, text, and width, a number of pixels", "logo")
        if src and not alt:
            raise self._error("the logo needs alt: what it says", "logo")
        dark = table.get("dark", "")
        if not isinstance(dark, str) or (dark and not src):
            raise self._error("[logo] dark is the picture that replaces src in dark mode", "logo")
        return Logo(src, alt, width, self._logo_file("src"), dark, self._logo_file("dark"))

    def _logo_file(self, key: str) -> Path | None:
        """Return the file that a picture's key names, beside the `theme.toml` that does."""
        src = self._table("logo").get(key, "")
        if not src or src.startswith(("https://", "http://")):
            return None
        owner = next(
            file
            for file, one in zip(self.files, self.tables, strict=True)
            if key in one.get("logo", {})
        )
        return Path(owner.path.parent, src)

    def _social(self) -> tuple[SocialLink, ...]:
        found = self.merged.get("social", [])
        if not isinstance(found, list):
            raise self._error("social links are [[social]] tables with name and url", "social")
        return tuple(map(self._link, found))

    def _link(self, each: object) -> SocialLink:
        match each:
            case {"name": str(name), "url": str(url)} if url.startswith(
                ("https://", "http://", "mailto:")
            ):
                return SocialLink(name, url)
        raise self._error("a social link has a name and a full url (https://...)", "social")

    def _languages(self) -> dict[str, Words]:
        tables = self._table("words")
        english = tables.get("en")
        if not isinstance(english, dict):
            raise self._error("a theme needs English words: [words.en]", "words")
        for tag, own in tables.items():
            if not isinstance(own, dict):
                raise self._error(f"the words of {tag!r} must be a table", "words", tag)
            for key, fault in wrong_words(own):
                raise self._error(fault, "words", tag, key)
        return {tag.lower(): Words({**english, **own}) for tag, own in tables.items()}


def _long(colour: str) -> str:
    """Return `#rgb` as `#rrggbb`."""
    digits = colour[1:]
    return colour if len(digits) > 3 else "#" + "".join(digit * 2 for digit in digits)  # noqa: PLR2004
