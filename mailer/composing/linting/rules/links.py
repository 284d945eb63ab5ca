"""Links as readers meet them: their words, where they stand, and what became no link at all."""

import re
from collections.abc import Iterator
from itertools import pairwise

from mailer.composing.linting import hosts
from mailer.composing.linting.data import lines_of
from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.rule import Check, Hit, Rule
from mailer.composing.linting.scan.links import plain_words
from mailer.composing.linting.scan.spans import LinkKind, LinkSpan
from mailer.composing.linting.urls import take_apart

RULES = (
    Rule(
        "link-address-missing",
        Severity.ERROR,
        "a link without an address",
        "It cannot be followed.",
        "Put the address between the round brackets.",
    ),
    Rule(
        "link-text-missing",
        Severity.ERROR,
        "a link without text",
        "Screen readers spell out the address, or say only 'link' (WCAG 2.2, 2.4.4 and 4.1.2).",
        "Say where it leads: [words](address).",
    ),
    Rule(
        "link-text-vague",
        Severity.WARNING,
        "link text that says nothing",
        "Screen reader users go from link to link, and hear only 'here, here, here' (WCAG 2.2,"
        " 2.4.4; the words are those of Lighthouse's audit link-text).",
        "Link the words that say what is there.",
    ),
    Rule(
        "link-misleading",
        Severity.ERROR,
        "link text that names another site than the link's",
        "This is how phishing works: mail clients warn about it (Thunderbird's scam detection) and"
        " filters score it.",
        "Make text and address agree, or use text that is not an address.",
    ),
    Rule(
        "link-not-made",
        Severity.ERROR,
        "brackets that were meant as a link",
        "Readers see the brackets and the address instead of a link.",
        "Write [words](address) without spaces in the address or between the brackets.",
    ),
    Rule(
        "link-bare",
        Severity.WARNING,
        "an address without https:// in the text",
        "It is not a link in the message: some mail programs turn it into one, others do not.",
        "Write <https://www...>, or [words](https://www...).",
    ),
    Rule(
        "link-reference-missing",
        Severity.ERROR,
        "a reference link without its address",
        "Readers see the brackets instead of a link.",
        "Add a line [name]: https://...",
    ),
    Rule(
        "link-bracket-left",
        Severity.WARNING,
        "a bracket left after a link",
        "The address was cut at a bracket, or one was typed too many: readers see it.",
        "Write %28 and %29 for brackets in the address, or take the bracket out.",
    ),
    Rule(
        "link-repeated",
        Severity.WARNING,
        "two links in a row to the same page",
        "Keyboard and screen reader users meet the same link twice (WCAG technique H2).",
        "Combine them into one link.",
    ),
    Rule(
        "item-repeated",
        Severity.WARNING,
        "two items with the same link",
        "Readers get the same story twice.",
        "Keep one of them.",
    ),
)

_DOMAIN = re.compile(
    r"(?P<sure>https?://|www\.)?(?P<host>(?:[\w-]{1,63}\.)+[a-z]{2,24})(?::\d+)?(?:[/?#]\S*)?",
    re.IGNORECASE,
)
_SITE_ENDINGS = {
    "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "eu", "uk", "de", "fr", "nl",
    "be",
    "ch", "at", "es", "it", "pl", "se", "no", "dk", "fi", "ie", "pt", "cz", "ru", "ua", "jp", "cn",
    "kr", "in", "br", "mx", "ar", "ca", "us", "au", "nz", "za",
}  # fmt: skip
_BARE_SITE = re.compile(r"www\.(?:[\w-]+\.)+[a-z]{2,24}(?![\w.-]*@)", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+\w{2,}")
_REVERSED = re.compile(r"\([^()\n]{1,120}\)\[(?:https?://|www\.)[^\[\]\n]*+\]")
_SPACED = re.compile(r"\][ \t]++\((?:https?://|mailto:|www\.)[^\])\n]*+\)")
_SPLIT = re.compile(r"(?<!\()<(?:https?://|mailto:)[^<>\n \t]*+[ \t][^<>\n]*+>")
_BUTTON = re.compile(r"\{[^{}\n]*\.button\b")
_CLICK = re.compile(r"cli[ck]|klick|tap\b|\bhere\b|\bhier\b", re.IGNORECASE)
_MEANT = re.compile(r"https?:|www\.|mailto:|\]\(\s")
_LONGEST_LINK = 4000
_BETWEEN = re.compile(r"[\s,;:·|/\u2013\u2014-]*")


def check_words(lintable: Lintable) -> Iterator[Hit]:
    """Look at the words of each link."""
    for link in lintable.document.spans.links:
        if link.kind not in {LinkKind.INLINE, LinkKind.REFERENCE}:
            continue
        words = plain_words(link.text)
        if not link.target.url:
            if words and not _is_title(lintable, link):
                yield Hit("link-address-missing", f"the link {words[:60]!r} has no address",
                          link.start, link.end)  # fmt: skip
            continue
        if not words and not link.has_image:
            yield Hit("link-text-missing", "the link has no words", link.start, link.end)
        elif _folded(words) in lines_of("vague_links.txt") and not _is_button(
            lintable, link, words
        ):
            message = f"the link says only {words!r}"
            yield Hit("link-text-vague", message, link.start, link.end)
        elif other := _other_site(words, link.target.url):
            message = f"the words name {other}, but the link leads to {_host(link.target.url)}"
            yield Hit("link-misleading", message, link.start, link.end)


def _is_button(lintable: Lintable, link: LinkSpan, words: str) -> bool:
    """Tell whether a link is a button, below what it is about, that does not just say "click"."""
    follows = lintable.document.source.text[link.end : link.end + 40]
    return bool(_BUTTON.match(follows)) and not _CLICK.search(words)


def check_made(lintable: Lintable) -> Iterator[Hit]:
    """Look for what was meant as a link but is not one."""
    document = lintable.document
    prose, text = document.masked.prose, document.source.text
    for start, end in document.spans.broken:
        if meant := _MEANT.search(text, start, min(end, start + _LONGEST_LINK)):
            at = text.find("{{", meant.start(), min(end, start + _LONGEST_LINK))
            message = "this is not a link: readers see the brackets"
            if at > text.find("](", start) > 0:
                message = "this is not a link: a merge field cannot stand in an address"
            yield Hit("link-not-made", message, start, end)
    for found in _SPLIT.finditer(prose):
        yield Hit(
            "link-not-made", "this is not a link: it has a space in it", found.start(), found.end()
        )
    for pattern in (_REVERSED, _SPACED):
        for found in pattern.finditer(prose):
            start = prose.rfind("[", 0, found.start() + 1) if pattern is _SPACED else found.start()
            if start >= 0 and not _is_linked(document.spans.links, found.start()):
                yield Hit("link-not-made", "this is not a link: readers see the brackets",
                          start, found.end())  # fmt: skip
    for start, end in document.spans.missing:
        if len(text[start:end]) > len("[ab][c]") and not text[start - 1 : start].isalnum():
            message = f"no line says where {text[start:end][:60]!r} leads"
            yield Hit("link-reference-missing", message, start, end)


def check_bare(lintable: Lintable) -> Iterator[Hit]:
    """Look for www. in the text."""
    for link in lintable.document.spans.links:
        if link.kind is LinkKind.BARE and _BARE_SITE.match(link.target.url):
            yield Hit("link-bare", f"{link.target.url[:60]} is not a link", link.start, link.end)


def check_brackets(lintable: Lintable) -> Iterator[Hit]:
    """Look for a closing bracket right behind a link that nothing opened."""
    document = lintable.document
    words = document.words
    for link in document.spans.links:
        if link.kind is LinkKind.INLINE and words[link.end : link.end + 1] == ")":
            before = words[: link.start].rpartition("\n\n")[2]
            if before.count("(") <= before.count(")") + _brackets_of_links(lintable, link):
                yield Hit("link-bracket-left", "a bracket is left behind the link",
                          link.start, link.end + 1)  # fmt: skip


def _brackets_of_links(lintable: Lintable, link: LinkSpan) -> int:
    """Return by how much opening brackets of links before `link` in its paragraph outweigh."""
    words = lintable.document.words
    begin = link.start - len(words[: link.start].rpartition("\n\n")[2])
    count = 0
    for other in lintable.document.spans.links:
        if begin <= other.start < link.start and other.kind is LinkKind.INLINE:
            inside = words[other.start : other.end]
            count += inside.count("(") - inside.count(")")
    return count


def check_repeats(lintable: Lintable) -> Iterator[Hit]:
    """Look for links in a row to the same page, and for items with the same link."""
    document = lintable.document
    links = [link for link in document.spans.links if link.target.url]
    for last, link in pairwise(links):
        between = document.source.text[last.end : link.start]
        is_same = last.target.url == link.target.url and not last.has_image
        if is_same and "\n\n" not in between and _BETWEEN.fullmatch(between):
            yield Hit("link-repeated", "the link before it leads to the same page",
                      link.start, link.end)  # fmt: skip
    first: dict[str, int] = {}
    for item in lintable.issue.items if lintable.issue else ():
        if not item.url:
            continue
        key = item.url.rstrip("/")
        line = first.setdefault(key, item.line)
        if line != item.line:
            found = next(
                (each for each in links if _is_of(each, item.url, item.line, lintable)), None
            )
            start, end = (
                (found.start, found.end) if found else document.source.line_range(item.line)
            )
            message = f"the item of line {line} has the same link"
            yield Hit("item-repeated", message, start, end)


def _is_of(link: LinkSpan, url: str, line: int, lintable: Lintable) -> bool:
    return (
        link.target.url.rstrip("/") == url.rstrip("/")
        and lintable.document.source.place(link.start)[0] >= line
    )


def _is_title(lintable: Lintable, link: LinkSpan) -> bool:
    """Tell whether a link is a paragraph of its own: a title that has no address."""
    source = lintable.document.source
    line, _ = source.place(link.start)
    return source.line_text(line).strip() == source.text[link.start : link.end]


def _is_linked(links: list[LinkSpan], at: int) -> bool:
    return any(link.start <= at < link.end for link in links)


def _folded(words: str) -> str:
    return words.casefold().strip(" .\u2026!:>\u00bb\u2192\u203a-").removesuffix(" →").strip()


def _host(url: str) -> str:
    parts = take_apart(url)
    return parts.host or url[:60]


def _other_site(words: str, url: str) -> str:
    """Return the site that link words name, where it is another than the link's."""
    target = take_apart(url)
    if _MAIL.fullmatch(words):
        if target.scheme == "mailto" and words.lower() not in target.path.lower():
            return words
        return ""
    found = _DOMAIN.fullmatch(words)
    if not found or not target.is_web:
        return ""
    named = found["host"].lower()
    is_name = words != words.lower() or named.rpartition(".")[2] not in _SITE_ENDINGS
    if not found["sure"] and is_name:
        return ""  # ASP.NET, Booking.com, main.py
    same = hosts.site_of(hosts.readable(named)) == hosts.site_of(hosts.readable(target.host))
    return "" if same else named


CHECKS: tuple[Check, ...] = (check_words, check_made, check_bare, check_brackets, check_repeats)
