"""Rules: colours that cannot be read, brand colours that were moved, what is set and never used."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule
from mailer.composing.linting.themes.chain import Chain, Location, finding
from mailer.composing.themes.colour import contrast, legible, parse_colour
from mailer.composing.themes.settings import READABLE

ACCENT = Rule(
    "accent-contrast-low",
    Severity.ERROR,
    "an accent that cannot be read as text",
    "Kickers and numbers are set in it. Source: WCAG 2.2, 1.4.3.",
    "take the nearest legible shade",
)
SHADE = Rule(
    "accent-shaded",
    Severity.NOTE,
    "a colour that was made legible",
    "As it is written it could not be read in one of the schemes.",
    'write { light = "#...", dark = "#..." } to choose the shades yourself',
)
UNUSED = Rule(
    "theme-value-unused",
    Severity.WARNING,
    "a colour or font that nothing uses",
    "It looks as if it did something: its name may be misspelt.",
    "use var(--name) in theme.css, or take it out",
)
LOGO = Rule(
    "theme-logo-missing",
    Severity.ERROR,
    "a logo whose file is not there",
    "The issue cannot be compiled.",
    "put the file beside theme.toml, or give a full address",
)
LOGO_INK = Rule(
    "theme-logo-dark-ink",
    Severity.WARNING,
    "a logo with dark ink on a transparent ground",
    "In dark mode it would vanish, so it goes out on the theme's light colour: a box there.",
    'add dark = "..." to [logo], the logo for dark mode',
)
RULES = (ACCENT, SHADE, UNUSED, LOGO, LOGO_INK)

_ACCENT_CLASS = re.compile(r'class="[^"]*\ba\d+\b')


def check(chain: Chain, html: str) -> Iterator[Finding]:
    """Yield what is wrong with the values of `theme.toml`; `html` is the specimen's."""
    if _ACCENT_CLASS.search(html):
        yield from _accents(chain)
    yield from _shades(chain)
    yield from _unused(chain)
    yield from _logo(chain)


def _logo(chain: Chain) -> Iterator[Finding]:
    logo = chain.theme.settings.logo
    for key, each in (("src", logo), ("dark", logo.in_dark)):
        place = chain.place("logo", key)
        if each.path is not None and place is not None and not each.path.is_file():
            yield finding(LOGO, f"there is no file {each.src!r}", place, text=each.src)
    place = chain.place("logo", "src")
    ground = chain.theme.settings.dark["card"]
    if logo.path and not logo.dark and place and logo.path.is_file():
        from mailer.composing.images.backing import file_loses_ink  # noqa: PLC0415 - 60 ms

        if file_loses_ink(logo.path.read_bytes(), ground):
            message = f"dark mode would hide the dark ink of {logo.src!r}"
            yield finding(LOGO_INK, message, place, text=logo.src)


def placed(found: Finding, chain: Chain) -> Finding:
    """Return a finding about contrast as one about the colour of `theme.toml` behind it.

    Of the text's colour and its ground, the one is named that the more specific file sets.
    """
    facts = found.facts or {}
    scheme = "dark" if facts.get("view") == "dark" else "light"
    text = _names(chain, scheme, str(facts.get("text", ""))[:7])
    ground = _names(chain, scheme, str(facts.get("background", ""))[:7])
    places = [place for name in text + ground if (place := chain.place(scheme, name))]
    if not text or not places:
        return replace(found, severity=Severity.ERROR)
    place = min(places, key=lambda each: each.rank)
    better = parse_colour(str(facts["better"]))
    on = parse_colour(str(facts["background"])[:7])
    gained = f", {contrast(better, on):.1f}" if better and on else ""
    grounds = f" on {ground[0]}" if ground else ""
    return replace(
        found,
        severity=Severity.ERROR,
        path=place.path,
        line=place.line,
        column=1,
        message=f"{text[0]}{grounds} in [{scheme}]: {found.message}",
        fix=f'[{scheme}] {text[0]} = "{facts["better"]}" is the nearest shade that reads{gained}',
    )


def _names(chain: Chain, scheme: str, colour: str) -> list[str]:
    settings = chain.theme.settings
    table = settings.dark if scheme == "dark" else settings.light
    return [name for name, value in table.items() if value.upper() == colour.upper()]


def _accents(chain: Chain) -> Iterator[Finding]:
    settings = chain.theme.settings
    for number, accent in enumerate(settings.accents, 1):
        for scheme, shade, table in (
            ("light", accent.light, settings.light),
            ("dark", accent.dark, settings.dark),
        ):
            front, back = parse_colour(shade), parse_colour(table["card"])
            if not front or not back or contrast(front, back) >= READABLE:
                continue
            better = legible(front, on=back, ratio=READABLE).hex
            yield finding(
                ACCENT,
                f"accent {number}, {shade}, on the {scheme} card {back.hex} has a contrast of"
                f" {contrast(front, back):.2f}: {READABLE:g} is needed",
                _written(chain, "accents"),
                fix=f'{scheme} = "{better}" is the nearest shade that reads',
                text=shade,
                facts={"ratio": round(contrast(front, back), 2), "better": better},
            )


def _shades(chain: Chain) -> Iterator[Finding]:
    for key, written in _single(chain):
        settings = chain.theme.settings
        made = settings.both(written)
        if {made.light.upper(), made.dark.upper()} != {written.upper()}:
            yield finding(
                SHADE,
                f"{key} {written} becomes {made.light} on the light card and {made.dark} on the"
                " dark one, so that it can be read",
                _written(chain, key),
                text=written,
                facts={"light": made.light, "dark": made.dark},
            )


def _single(chain: Chain) -> Iterator[tuple[str, str]]:
    """Yield the colours that are written once for both schemes, with their key."""
    for file in chain.files:
        table = file.table()
        if brand := table.get("brand"):
            yield "brand", str(brand)
            return
        if accents := table.get("accents"):
            yield from (("accents", each) for each in accents if isinstance(each, str))
            return


def _written(chain: Chain, key: str) -> Location:
    return chain.place(key) or Location(chain.files[0].path, 1, 0)


def _unused(chain: Chain) -> Iterator[Finding]:
    words = chain.template_text
    for name in chain.theme.settings.light:
        known = {f"light.{name}", f"dark.{name}", f"light['{name}']", f'light["{name}"]'}
        yield from _unless_used(chain, ("light", name), f"var(--{name})", words, known)
    for name in chain.theme.settings.fonts:
        yield from _unless_used(
            chain, ("fonts", name), f"var(--font-{name})", words, {f"fonts.{name}"}
        )


def _unless_used(
    chain: Chain, keys: Sequence[str], variable: str, words: str, known: set[str]
) -> Iterator[Finding]:
    place = chain.place(*keys, owned=True)
    if place is None or variable in chain.css or any(each in words for each in known):
        return
    kind = "font" if keys[0] == "fonts" else "colour"
    yield finding(UNUSED, f"the {kind} {keys[1]!r} is used nowhere", place, text=keys[1])
