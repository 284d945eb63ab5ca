"""Which caniemail feature a property, value, selector, at-rule, element or attribute is.

Features that are not here: `amp` and `bimi` (no HTML of ours), `image-hdr` (no name tells it),
`html-comments` and `html-doctype` (rules of their own).
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from mailer.linting.compat.caniemail import features
from mailer.linting.compat.stylesheet import AtRule, Declaration
from mailer.linting.compat.values import pixels, words

_SPECIAL = re.compile(r"css-(?:at|pseudo|selector|unit|function|display)-")
_WORDS = {
    "css-display-none": (),
    "css-left-right-top-bottom": ("left", "right", "top", "bottom"),
    "css-gap": ("gap", "column-gap", "row-gap", "grid-gap"),
    "css-column-layout-properties": (
        *("columns", "column-width", "column-span", "column-fill", "column-rule"),
        *("column-rule-color", "column-rule-style", "column-rule-width"),
    ),
    "css-grid-template": (
        *("grid", "grid-template", "grid-template-areas", "grid-template-columns"),
        *("grid-template-rows", "grid-area", "grid-column", "grid-row", "grid-auto-flow"),
    ),
    "css-block-inline-size": ("block-size",),
    "css-margin-block-start-end": ("margin-block-start", "margin-block-end"),
    "css-margin-inline-start-end": ("margin-inline-start", "margin-inline-end"),
    "css-margin-inline-block": ("margin-inline", "margin-block"),
    "css-padding-block-start-end": ("padding-block-start", "padding-block-end"),
    "css-padding-inline-start-end": ("padding-inline-start", "padding-inline-end"),
    "css-padding-inline-block": ("padding-inline", "padding-block"),
    "css-border-inline-block": ("border-inline", "border-block"),
    "css-border-inline-block-longhand": tuple(
        f"border-{axis}-{what}"
        for axis in ("inline", "block")
        for what in ("color", "style", "width")
    ),
    "css-border-inline-block-individual": tuple(
        f"border-{axis}-{end}{what}"
        for axis in ("inline", "block")
        for end in ("start", "end")
        for what in ("", "-color", "-style", "-width")
    ),
    "css-border-radius-logical": tuple(
        f"border-{one}-{other}-radius" for one in ("start", "end") for other in ("start", "end")
    ),
    "css-border-radius": tuple(
        f"border-{one}-{other}-radius" for one in ("top", "bottom") for other in ("left", "right")
    ),
    "css-border": (
        *("border-top", "border-right", "border-bottom", "border-left"),
        *("border-color", "border-style", "border-width"),
        *(
            f"border-{side}-{what}"
            for side in ("top", "right", "bottom", "left")
            for what in ("color", "style", "width")
        ),
    ),
    "css-padding": tuple(f"padding-{side}" for side in ("top", "right", "bottom", "left")),
    "css-margin": tuple(f"margin-{side}" for side in ("top", "right", "bottom", "left")),
    "css-scroll-snap": ("scroll-snap-type", "scroll-snap-align", "scroll-snap-stop"),
    "css-overflow": ("overflow-x", "overflow-y"),
    "css-mask-image": ("mask",),
    "css-outline": ("outline-color", "outline-style", "outline-width"),
    "css-text-emphasis": ("text-emphasis-color", "text-emphasis-style"),
    "css-animation": tuple(
        f"animation-{what}"
        for what in ("name", "duration", "delay", "iteration-count", "fill-mode")
    ),
    "css-transition": tuple(
        f"transition-{what}" for what in ("property", "duration", "delay", "timing-function")
    ),
    "css-border-image": ("border-image-source", "border-image-slice"),
}
_NO_PROPERTY = {
    *("css-comments", "css-conic-gradient", "css-flex-direction", "css-flex-wrap"),
    *("css-important", "css-inert-attribute", "css-intrinsic-size", "css-linear-gradient"),
    *("css-modern-color", "css-nesting", "css-position", "css-radial-gradient", "css-rgb"),
    *("css-rgba", "css-sytem-ui", "css-variables", "css-display"),
}
_FUNCTIONS = {
    **dict.fromkeys(("lch", "oklch", "lab", "oklab", "color-mix", "color"), "css-modern-color"),
    **{name: f"css-function-{name}" for name in ("clamp", "min", "max", "light-dark")},
    **{
        f"{repeated}{kind}-gradient": f"css-{kind}-gradient"
        for kind in ("linear", "radial", "conic")
        for repeated in ("", "repeating-")
    },
    "rgb": "css-rgb",
    "rgba": "css-rgba",
    "calc": "css-unit-calc",
    "var": "css-variables",
}
_KEYWORDS = {
    "initial": "css-unit-initial",
    **dict.fromkeys(("fit-content", "min-content", "max-content"), "css-intrinsic-size"),
    **dict.fromkeys(
        ("system-ui", "ui-serif", "ui-sans-serif", "ui-rounded", "ui-monospace"), "css-sytem-ui"
    ),
}
OF_VALUES = frozenset({*_FUNCTIONS.values(), *_KEYWORDS.values()})
"""Features that the value alone shows, whatever the property."""

_VALUE = re.compile(
    r"(?P<quoted>\"[^\"]*\"|'[^']*'|url\([^)]*\))|#[0-9a-z]+"
    r"|(?P<function>[a-z-]+)\(|(?<![\w-])[+-]?[\d.]+(?P<unit>[a-z]+|%)|(?P<word>[a-z-]+)",
    re.IGNORECASE,
)
_NEAR = -8.0
"""Pixels: a smaller shift is an ornament, which nobody misses where it is dropped."""

_URL = re.compile(r"url\(\s*[\"']?([^\"')]*)")
_BY_VALUE = {
    ("display", "flex"): "css-display-flex",
    ("display", "inline-flex"): "css-display-flex",
    ("display", "grid"): "css-display-grid",
    ("display", "inline-grid"): "css-display-grid",
    ("display", "none"): "css-display-none",
    ("flex-direction", "column"): "css-flex-direction",
    ("flex-direction", "column-reverse"): "css-flex-direction",
    ("flex-wrap", "wrap"): "css-flex-wrap",
    ("flex-wrap", "wrap-reverse"): "css-flex-wrap",
    **{
        ("position", one): f"css-position:{one}"
        for one in ("relative", "absolute", "fixed", "sticky")
    },
}

_MEDIA_FEATURES = (
    ("prefers-color-scheme", "css-at-media-prefers-color-scheme"),
    ("prefers-reduced-motion", "css-at-media-prefers-reduced-motion"),
    ("hover", "css-at-media-hover"),
    ("orientation", "css-at-media-orientation"),
    ("device-pixel-ratio", "css-at-media-device-pixel-ratio"),
)
_AT_RULES = {
    "font-face": "css-at-font-face",
    "import": "css-at-import",
    "keyframes": "css-at-keyframes",
    "-webkit-keyframes": "css-at-keyframes",
    "supports": "css-at-supports",
}

_CLIENT_HOOK = re.compile(r"\[(?:data-ogs[bc]|data-oga[bc]|owa|data-outlook-cycle)\]|\*\[class\]")
_STRINGS = re.compile(r"\"[^\"]*\"|'[^']*'")
_PSEUDO = re.compile(r"(::?)([a-z-]+)")
_ELEMENTS_AS_CLASSES = {"after", "before", "first-letter", "first-line"}
_COMBINATORS = (
    (re.compile(r">"), "css-selector-child"),
    (re.compile(r"\+"), "css-selector-adjacent-sibling"),
    (re.compile(r"~(?!=)"), "css-selector-general-sibling"),
    (re.compile(r"[\w\])*-]\s+[\w.#\[:*]"), "css-selector-descendant"),
    (re.compile(r"\["), "css-selector-attribute"),
    (re.compile(r"\.[\w-]+\.[\w-]"), "css-selector-chaining"),
    (re.compile(r","), "css-selector-grouping"),
    (re.compile(r"#[\w-]"), "css-selector-id"),
    (re.compile(r"\.[\w-]"), "css-selector-class"),
    (re.compile(r"(?:^|[\s,>+~])[a-z]"), "css-selector-type"),
    (re.compile(r"\*(?!=)"), "css-selector-universal"),
)

_ELEMENTS = {
    **{
        name: f"html-{name}"
        for name in (
            *("abbr", "acronym", "address", "audio", "base", "bdi", "blockquote", "body", "code"),
            *(
                "del",
                "dfn",
                "dialog",
                "div",
                "form",
                "hr",
                "img",
                "marquee",
                "meter",
                "object",
                "p",
            ),
            *("picture", "pre", "progress", "rp", "rt", "ruby", "select", "small", "span"),
            *("strike", "strong", "style", "svg", "table", "textarea", "video", "wbr"),
        )
    },
    **{f"h{level}": "html-h1-h6" for level in range(1, 7)},
    **dict.fromkeys(("ul", "ol", "dl"), "html-lists"),
    **dict.fromkeys(
        (
            *("article", "aside", "details", "figcaption", "figure", "footer", "header", "main"),
            *("mark", "nav", "section", "summary", "time"),
        ),
        "html-semantics",
    ),
    "map": "html-image-maps",
    "embed": "html-object",
}
_ATTRIBUTES = {
    **{
        name: f"html-{name}"
        for name in (
            *("align", "aria-describedby", "aria-hidden", "aria-label", "aria-labelledby"),
            *("aria-live", "background", "cellpadding", "cellspacing", "dir", "height", "hidden"),
            *("lang", "popover", "required", "role", "srcset", "target", "valign", "width"),
        )
    },
    "sizes": "html-srcset",
    "loading": "html-loading-attribute",
    "inert": "css-inert-attribute",
}
_INPUTS = {"checkbox", "hidden", "radio", "reset", "submit", "text"}
_FORMATS = {
    "apng": "image-apng",
    "avif": "image-avif",
    "bmp": "image-bmp",
    "gif": "image-gif",
    "heic": "image-heif",
    "heif": "image-heif",
    "ico": "image-ico",
    "jpeg": "image-jpg",
    "jpg": "image-jpg",
    "mp4": "image-mp4",
    "png": "image-png",
    "svg": "image-svg",
    "tif": "image-tiff",
    "tiff": "image-tiff",
    "webp": "image-webp",
}


@lru_cache(maxsize=1)
def _properties() -> Mapping[str, str]:
    """Return the feature of each property that has one by its name alone."""
    plain = {
        slug.removeprefix("css-"): slug
        for slug, feature in features().items()
        if feature.category == "css" and not _SPECIAL.match(slug) and slug not in _NO_PROPERTY
    }
    named = {name: slug for slug, names in _WORDS.items() for name in names}
    return {**plain, **named}


@lru_cache(maxsize=8192)
def of_declaration(declaration: Declaration) -> tuple[str, ...]:
    """Return the features of a declaration, each once."""
    found = dict.fromkeys(_of_property(declaration.name, declaration.value.strip().lower()))
    found.update(dict.fromkeys(_of_value(declaration.value)))
    if declaration.name.startswith("margin") and _is_far(declaration.value):
        found["css-margin:negative"] = None
    if declaration.name == "background" and "url(" in declaration.value.lower():
        found["css-background-image"] = None
    if declaration.is_important:
        found["css-important"] = None
    return tuple(found)


def _of_property(name: str, value: str) -> Iterator[str]:
    if name.startswith("--"):
        yield "css-variables"
    elif slug := _BY_VALUE.get((name, value)):
        yield slug
    elif name == "display":
        yield "css-display"
    elif slug := _properties().get(name):
        yield slug


def _of_value(value: str) -> Iterator[str]:
    for found in _VALUE.finditer(value):
        if found["function"]:
            slug = _FUNCTIONS.get(found["function"].lower(), "")
        elif found["unit"]:
            unit = "percent" if found["unit"] == "%" else found["unit"].lower()
            slug = f"css-unit-{unit}" if f"css-unit-{unit}" in features() else ""
        elif found["word"]:
            slug = _KEYWORDS.get(found["word"].lower(), "")
        else:
            slug = "image-base64" if "url(data:" in (found["quoted"] or "").replace('"', "") else ""
        if slug:
            yield slug


def _is_far(margin: str) -> bool:
    return "-" in margin and any((pixels(word) or 0.0) < _NEAR for word in words(margin))


def background_picture(declaration: Declaration) -> str:
    """Return the address of the picture in a `background` or `background-image`, if it has one."""
    if not declaration.name.startswith("background") or "url(" not in declaration.value:
        return ""
    found = _URL.search(declaration.value)
    return found[1] if found else ""


@lru_cache(maxsize=2048)
def of_selector(prelude: str) -> tuple[str, ...]:
    """Return the features of a rule's selectors; hooks made for one client are none."""
    text = _STRINGS.sub("x", _CLIENT_HOOK.sub("", prelude)).strip()
    found = dict.fromkeys(slug for pattern, slug in _COMBINATORS if pattern.search(text))
    for colons, name in _PSEUDO.findall(text.lower()):
        is_element = colons == "::" or name in _ELEMENTS_AS_CLASSES
        slug = f"css-pseudo-{'element' if is_element else 'class'}-{name}"
        if slug in features():
            found[slug] = None
    return tuple(found)


def of_at_rule(rule: AtRule) -> Iterator[str]:
    """Yield the features of an at-rule."""
    if rule.name in _AT_RULES:
        yield _AT_RULES[rule.name]
    elif rule.name == "media":
        yield "css-at-media"
        yield from (slug for words, slug in _MEDIA_FEATURES if words in rule.prelude.lower())


def of_element(tag: str, attributes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the features of an element and its attributes, each with the words to look for."""
    if slug := _ELEMENTS.get(tag):
        yield slug, f"<{tag}"
    for name, value in attributes.items():
        if slug := _ATTRIBUTES.get(name):
            yield slug, name
        elif name == "href" and tag == "a":
            yield from _of_href(value)
    if tag in _PARTICULAR:
        yield from _of_particular(tag, attributes)


_PARTICULAR = {"input", "button", "link", "meta", "img"}


def _of_href(value: str) -> Iterator[tuple[str, str]]:
    if value.startswith("#") and len(value) > 1:
        yield "html-anchor-links", value
    elif value[:7].lower() == "mailto:":
        yield "html-mailto-links", value


def _of_particular(tag: str, attributes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    kind = attributes.get("type", "text" if tag == "input" else "submit").lower()
    if tag == "input" and kind in _INPUTS:
        yield f"html-input-{kind}", f"<{tag}"
    elif tag == "button" and kind in {"reset", "submit"}:
        yield f"html-button-{kind}", f"<{tag}"
    elif tag == "link":
        yield "html-link", attributes.get("href", f"<{tag}")
    elif tag == "meta" and attributes.get("name", "").lower() == "color-scheme":
        yield "html-meta-color-scheme", attributes["name"]
    elif tag == "img":
        if slug := of_picture(attributes.get("src", "")):
            yield slug, attributes.get("src", "")
        if "usemap" in attributes:
            yield "html-image-maps", "usemap"


@lru_cache(maxsize=2048)
def of_picture(src: str) -> str:
    """Return the feature of a picture's format, told by its address; empty where that is silent."""
    if src[:5].lower() == "data:":
        return "image-base64"
    name = re.split(r"[?#]", src, maxsplit=1)[0].rpartition("/")[2]
    return _FORMATS.get(name.rpartition(".")[2].lower(), "") if "." in name else ""
