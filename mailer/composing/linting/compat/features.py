"""Which caniemail feature a property, value, selector, at-rule, element or attribute is.

Features that are not here: `amp` and `bimi` (no HTML of ours), `image-hdr` (no name tells it),
`html-comments` and `html-doctype` (rules of their own).
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from mailer.composing.linting.compat.caniemail import features
from mailer.composing.linting.compat.feature_names import (
    AT_RULES,
    ATTRIBUTES,
    BY_VALUE,
    ELEMENTS,
    FORMATS,
    FUNCTIONS,
    INPUTS,
    KEYWORDS,
    NO_PROPERTY,
    PROPERTIES,
)
from mailer.composing.linting.compat.stylesheet import AtRule, Declaration
from mailer.composing.linting.compat.values import pixels, words

_SPECIAL = re.compile(r"css-(?:at|pseudo|selector|unit|function|display)-")
_VALUE = re.compile(
    r"(?P<quoted>\"[^\"]*\"|'[^']*'|url\([^()]*+\))|#[0-9a-z]+"
    r"|(?P<function>[a-z-]+)\(|(?<![\w.-])[+-]?[\d.]++(?P<unit>[a-z]+|%)|(?P<word>[a-z-]+)",
    re.IGNORECASE,
)
_NEAR = -8.0
"""Pixels: a smaller shift is an ornament, which nobody misses where it is dropped."""

_URL = re.compile(r"url\(\s*[\"']?([^\"')]*)")
_MEDIA_FEATURES = (
    ("prefers-color-scheme", "css-at-media-prefers-color-scheme"),
    ("prefers-reduced-motion", "css-at-media-prefers-reduced-motion"),
    ("hover", "css-at-media-hover"),
    ("orientation", "css-at-media-orientation"),
    ("device-pixel-ratio", "css-at-media-device-pixel-ratio"),
)
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


@lru_cache(maxsize=1)
def _properties() -> Mapping[str, str]:
    """Return the feature of each property that has one by its name alone."""
    plain = {
        slug.removeprefix("css-"): slug
        for slug, feature in features().items()
        if feature.category == "css" and not _SPECIAL.match(slug) and slug not in NO_PROPERTY
    }
    named = {name: slug for slug, names in PROPERTIES.items() for name in names}
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
    elif slug := BY_VALUE.get((name, value)):
        yield slug
    elif name == "display":
        yield "css-display"
    elif slug := _properties().get(name):
        yield slug


def _of_value(value: str) -> Iterator[str]:
    for found in _VALUE.finditer(value):
        if found["function"]:
            slug = FUNCTIONS.get(found["function"].lower(), "")
        elif found["unit"]:
            unit = "percent" if found["unit"] == "%" else found["unit"].lower()
            slug = f"css-unit-{unit}" if f"css-unit-{unit}" in features() else ""
        elif found["word"]:
            slug = KEYWORDS.get(found["word"].lower(), "")
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
    if rule.name in AT_RULES:
        yield AT_RULES[rule.name]
    elif rule.name == "media":
        yield "css-at-media"
        yield from (slug for words, slug in _MEDIA_FEATURES if words in rule.prelude.lower())


def of_element(tag: str, attributes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the features of an element and its attributes, each with the words to look for."""
    if slug := ELEMENTS.get(tag):
        yield slug, f"<{tag}"
    for name, value in attributes.items():
        if slug := ATTRIBUTES.get(name):
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
    if tag == "input" and kind in INPUTS:
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
    return FORMATS.get(name.rpartition(".")[2].lower(), "") if "." in name else ""
