"""What a page says of itself, for machines: title, date, address, language."""

import datetime as dt
import re
from dataclasses import dataclass

from mailer.composing.html import Element, Mark, text_of
from mailer.composing.importing.text.dates import day_in

_DATE_NAMES_TEXT = """
article:published_time og:article:published_time date dc.date dc.date.issued dcterms.date
pubdate publishdate publish_date sailthru.date parsely-pub-date datepublished
"""
_DATE_NAMES = frozenset(_DATE_NAMES_TEXT.split())
_ISO_DATE = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})(?!\d)")
_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"(\d{4}-\d{2}-\d{2})')
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(slots=True)
class Facts:
    """What a page says of itself; empty where it says nothing."""

    title: str = ""
    date: dt.date | None = None
    url: str = ""
    base: str = ""
    language: str = ""


def facts_of(root: Element) -> Facts:
    """Return what the head of a page, or its elements that are meant for machines, say of it."""
    language = root.attrs.get("lang", "") or root.attrs.get("xml:lang", "")
    facts = Facts(language=language if _LANGUAGE.fullmatch(language) else "")
    for element in root.elements():
        _learn(element, facts)
        for child in element.children:
            for mark in child.marks:
                _learn_from_mark(mark, facts)
    return facts


def _learn(element: Element, facts: Facts) -> None:
    attrs = element.attrs
    match element.tag:
        case "meta":
            name = attrs.get("property") or attrs.get("name") or attrs.get("itemprop") or ""
            _learn_meta(name.lower(), attrs.get("content", "").strip(), facts)
        case "link" if "canonical" in attrs.get("rel", "").lower():
            facts.url = attrs.get("href", "") or facts.url
        case "base":
            facts.base = facts.base or attrs.get("href", "")
        case "title":
            facts.title = facts.title or text_of(element)
        case "script" if facts.date is None and "ld+json" in attrs.get("type", ""):
            found = _JSON_DATE.search(text_of(element))
            facts.date = read_date(found[1]) if found else None


def _learn_meta(name: str, content: str, facts: Facts) -> None:
    if name in _DATE_NAMES:
        facts.date = facts.date or read_date(content)
    elif name == "og:url":
        facts.url = facts.url or content
    elif name == "og:title":
        facts.title = content or facts.title


def _learn_from_mark(mark: Mark, facts: Facts) -> None:
    """Read `<time>`, and the link to a page itself that exports have."""
    if mark.tag == "time" and facts.date is None:
        facts.date = read_date(mark.attrs.get("datetime", ""))
    elif mark.tag == "a" and not facts.url and "p-canonical" in mark.attrs.get("class", ""):
        facts.url = mark.attrs.get("href", "")


def read_date(text: str) -> dt.date | None:
    """Return the day that an ISO 8601 date or time names, in its own zone, or words do."""
    found = _ISO_DATE.match(text)
    try:
        return dt.date(int(found[1]), int(found[2]), int(found[3])) if found else day_in(text)
    except ValueError:
        return None
