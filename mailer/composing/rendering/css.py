"""The inliner: the theme's CSS into style attributes. Everything about premailer is in here."""

import functools
import importlib
import logging
import re
import sys
import threading
from functools import lru_cache
from types import ModuleType, SimpleNamespace
from typing import Any, TypeAlias, cast

from lxml import etree

from mailer.errors import RenderError


def _import_premailer() -> Any:  # noqa: ANN401 - premailer has no types
    """Import premailer without requests, which it would fetch style sheets with: it never may.

    That saves 80 of the 600 ms of a command that compiles.
    """
    is_new = "requests" not in sys.modules
    if is_new:
        sys.modules["requests"] = ModuleType("requests")
    try:
        return importlib.import_module("premailer.premailer")
    finally:
        if is_new:
            del sys.modules["requests"]


premailer: Any = _import_premailer()
Premailer: Any = premailer.Premailer
Node: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no other name for it

_STYLE_OR_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<style\b", re.DOTALL)
_DOCTYPE = re.compile(r"\A\s*<!doctype html>", re.IGNORECASE)

_CLASSES = re.compile(r'class="([^"]*)"')
_CLASS_NAME = re.compile(r"\S+")
_SELECTOR_CLASS = re.compile(r"\.([\w-]+)")
_SETTINGS: dict[str, Any] = {
    "strip_important": False,
    "keep_style_tags": False,
    "disable_basic_attributes": ["align", "valign", "bgcolor", "width", "height"],
    "align_floating_images": False,
    "remove_unset_properties": False,
    "disable_validation": True,
    "allow_network": False,
    "allow_loading_external_files": False,
    "disable_link_rewrites": True,
    "cssutils_logging_level": logging.CRITICAL,
}


class _Inliner(Premailer):  # type: ignore[misc]
    """premailer, but each rule is parsed and written out once, and only where it is needed.

    premailer caches the parsed sheet and yet serialises every rule again: 8 of its 12 ms. Rules
    whose classes do not occur are left out, before they are parsed: of a theme's 100 rules a first
    compile needs a third, and saves 50 ms.
    """

    def _parse_style_rules(self, css_body: str, ruleset_index: int) -> tuple[list[Any], list[Any]]:
        used = set(_CLASS_NAME.findall(" ".join(_CLASSES.findall(self.html))))
        rules: list[Any] = []
        leftover: list[Any] = []
        for line in css_body.splitlines():
            if _classes(line.partition("{")[0]) <= used:
                found, others = _rules(line, ruleset_index)
                for specificity, selector, body in found:
                    rules.append(((*specificity[:-1], len(rules)), selector, body))
                leftover += others
        return rules, leftover


@lru_cache(maxsize=4096)
def _classes(selector: str) -> frozenset[str]:
    return frozenset(_SELECTOR_CLASS.findall(selector))


@lru_cache(maxsize=4096)
def _rules(css: str, index: int) -> tuple[list[Any], list[Any]]:
    """Return the rules that can be inlined, and those that cannot, such as `:hover`."""
    rules: tuple[list[Any], list[Any]] = Premailer(**_SETTINGS)._parse_style_rules(css, index)  # noqa: SLF001 - see _Inliner
    return rules


class _Search(threading.local):
    """Finds elements by class: one walk through a document instead of one for each rule.

    premailer asks an XPath for each of 60 selectors, 6 of its 9 ms.
    """

    page: Node | None = None

    def by_class(self, page: Node, name: str) -> list[Node]:
        """Return the elements of `page` with the class, in order."""
        if self.page is not page:
            self.page, self.elements = page, dict[str, list[Node]]()
            found = page.xpath("descendant-or-self::*[@class]")  # "//" would be quadratic
            for element in cast("list[Node]", found):
                for each in dict.fromkeys(element.get("class", "").split()):
                    self.elements.setdefault(each, []).append(element)
        return self.elements.get(name, [])

    def forget(self) -> None:
        """Let the document go."""
        self.page, self.elements = None, {}


_search = _Search()
_ONE_CLASS = re.compile(r"\.([\w-]+)(?: (?:\.([\w-]+)|([a-z]+)))?")
_by_xpath = premailer._create_cssselector  # noqa: SLF001 - see _Search


@lru_cache(maxsize=4096)
def _finder(selector: str) -> Any:  # noqa: ANN401 - of premailer, which has no types
    found = _ONE_CLASS.fullmatch(selector)
    if not found:
        return _by_xpath(selector)
    outer, inner, tag = found.groups()

    def find(page: Node) -> list[Node]:
        around = _search.by_class(page, outer)
        if not (inner or tag) or not around:
            return around
        within = set(around)
        subjects = _search.by_class(page, inner) if inner else page.iter(tag)
        return [one for one in subjects if not within.isdisjoint(one.iterancestors())]

    return find


premailer._create_cssselector = _finder  # noqa: SLF001 - see _Search

_merge_styles = premailer.merge_styles
_MARK = " !important"


def _merged(inline: str, new: list[Any], classes: list[str], **options: Any) -> str:  # noqa: ANN401 - of premailer
    """Return the style of an element, where what is marked important comes last, without its mark.

    premailer lets the document's own style attribute win over it, and the mark would keep the rules
    of style blocks from changing it on phones and in dark mode.
    """
    merged = cast("str", _merge_styles(inline, new, classes, **options))
    firm = {
        name: value.removesuffix(_MARK)
        for pairs, pseudo in zip(new, classes, strict=True)
        for name, value in pairs
        if not pseudo and value.endswith(_MARK)
    }
    if not firm:
        return merged
    kept = [pair for pair in _pairs(merged) if pair[0] not in firm]
    return "; ".join(f"{name}:{value}" for name, value in (*kept, *firm.items()))


_pairs = functools.partial(premailer.csstext_to_pairs, validate=False)
premailer.merge_styles = _merged


def _split(pattern: str, text: str, maxsplit: int = 0) -> list[str | Any]:
    return re.split(pattern, text, maxsplit=maxsplit)


# It passes `maxsplit` by position, of which Python warns since 3.13 and which it will refuse.
premailer.re = SimpleNamespace(**{**vars(re), "split": _split})


def inline_css(html: str, css: str) -> str:
    """Return `html`, a whole document as mrml writes it, with `css` in its style attributes.

    `css` has one rule a line. Those that cannot be inlined, such as `:hover`, get a style block.

    The document's own `<style>` blocks stay as they are; premailer's defaults would strip their
    `!important`, the doctype and unmatched rules, and fetch fonts from the network.

    Raises:
        RenderError: premailer lost a conditional comment or the doctype.
    """
    marked = _DOCTYPE.sub("<!DOCTYPE html>", _STYLE_OR_COMMENT.sub(_marked, html), count=1)
    try:
        inlined: str = _Inliner(marked, css_text=css, **_SETTINGS).transform(pretty_print=False)
    finally:
        _search.forget()
    if not inlined.startswith("<!DOCTYPE html>") or _conditions(inlined) != _conditions(html):
        raise RenderError("the CSS inliner damaged the document: report this with the issue's file")
    return inlined


def _marked(found: re.Match[str]) -> str:
    return f'{found[0]} data-premailer="ignore"' if found[0] == "<style" else found[0]


def _conditions(html: str) -> int:
    return html.count("<!--[if")
