"""Places within a page that its own links lead to: headings keep their names."""

import re

from mailer.platform.html.tree import Element, Text

_NAME = re.compile(r"[A-Za-z][\w-]{0,80}", re.ASCII)


def find_anchors(root: Element) -> dict[Element, str]:
    """Return the headings that something on the page leads to, with their names."""
    wanted: set[str] = set()
    headings: list[Element] = []
    for element in root.elements():
        if len(element.tag) == 2 and element.tag[0] == "h" and element.tag[1].isdigit():  # noqa: PLR2004
            headings.append(element)
        for child in element.children:
            for mark in child.marks:
                href = mark.attrs.get("href", "").strip() if mark.tag == "a" else ""
                if href.startswith("#") and _NAME.fullmatch(href[1:]):
                    wanted.add(href[1:])
    return _named(headings, wanted)


def _named(headings: list[Element], wanted: set[str]) -> dict[Element, str]:
    found: dict[Element, str] = {}
    for heading in headings:
        own = [heading.attrs.get("id", ""), *_inner_names(heading)]
        name = next((name for name in own if name in wanted and name not in found.values()), "")
        if name:
            found[heading] = name
            wanted.discard(name)
    return found


def _inner_names(heading: Element) -> list[str]:
    marks = [
        m for e in heading.elements() for c in e.children if isinstance(c, Text) for m in c.marks
    ]
    empty = [c for e in heading.elements() for c in e.children if isinstance(c, Element)]
    attrs = [*(mark.attrs for mark in marks), *(element.attrs for element in empty)]
    return [each[key] for each in attrs for key in ("id", "name") if each.get(key)]
