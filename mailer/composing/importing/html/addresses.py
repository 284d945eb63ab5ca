"""Where a link of a page leads: made whole, freed of click trackers, or why it cannot stand."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urljoin, urlsplit

from mailer.composing.html import Element, Text
from mailer.composing.importing.html.trackers import unwrap
from mailer.composing.issue.slugs import slug_of

FULL = ("http://", "https://")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_REMOVED = re.compile(r"[\t\n\r\x00-\x1f]")
_UNSAFE = re.compile(
    r"[^!#$%&'*+,\-./0-9:;=?@A-Z\[\]_a-z~\u00a1-\u167f\u1681-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\ud7ff\uf900-\uffef\U00010000-\U000effff]"
)
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
_MERGE = re.compile(
    r"\{\{|\{%|%7B%7B|\*\|[A-Z]|\{[a-z_]+\}|\[(?:unsubscribe|webversion)|%%\w+%%", re.IGNORECASE
)

NO_BASE = "it is relative and the page's own address is not known"
NOT_MAILABLE = "only https, http and mailto links work in a mail"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a link leads.

    Args:
        url: full; empty where the link cannot stand in an issue.
        why: the reason, then.
        fragment: of a link within the page.
    """

    url: str = ""
    why: str = ""
    fragment: str = ""


@dataclass(slots=True)
class Resolver:
    """Turns addresses as written into full ones.

    Args:
        base: the page's own address; may be empty.
        placeholders: words at the beginning of an address that stand for another, such as Ghost's.
        unwrapped: click-tracked addresses by the ones that they led to.
        known: links that were asked for already.
    """

    base: str = ""
    placeholders: dict[str, str] = field(default_factory=dict)
    unwrapped: dict[str, str] = field(default_factory=dict)
    known: dict[str, Address] = field(default_factory=dict)

    def link(self, href: str) -> Address:
        """Return where a link leads."""
        if href not in self.known:
            self.known[href] = self._opened(href)
        return self.known[href]

    def _opened(self, href: str) -> Address:
        """Return a link's full address, without a click tracker that can be opened."""
        address = self.full(href)
        if not address.url:
            return address
        url, target = address.url, unwrap(address.url)
        if target:
            target = self.full(target).url
        if not target:
            return address
        self.unwrapped[url] = target
        return Address(target)

    def full(self, href: str) -> Address:
        """Return the full address of a link or picture, trackers and all."""
        href = _REMOVED.sub("", href.strip())
        for placeholder, meant in self.placeholders.items():
            if href.startswith(placeholder):
                href = meant.rstrip("/") + href[len(placeholder) :] if meant else href
        if not href or _MERGE.search(href):
            return Address(why="a merge tag stands in it" if href else "it is empty")
        if href.startswith("#"):
            return Address(fragment=href[1:], why="it leads to a place on the page itself")
        return self._whole(href)

    def _whole(self, href: str) -> Address:
        joined = self._joined(href)
        lowered = joined.lower()
        if lowered.startswith("mailto:") and len(joined) > len("mailto:"):
            return Address(_encoded(joined))
        if _SCHEME.match(joined) and not lowered.startswith(FULL):
            return Address(why=NOT_MAILABLE)
        if not _HOST.match(joined):
            return Address(why=NO_BASE if not self.base else "it is not a web address")
        return Address(_encoded(joined))

    def _joined(self, href: str) -> str:
        if href.startswith("//"):
            href = f"https:{href}"
        if _SCHEME.match(href) or not self.base:
            return href
        try:
            return urljoin(self.base, href)
        except ValueError:
            return href


def _encoded(url: str) -> str:
    """Return `url` with everything percent-encoded that could end a link in Markdown."""
    url = _BAD_PERCENT.sub("%25", url)
    return _UNSAFE.sub(lambda match: quote(match[0], safe=""), url)


def host_of(url: str) -> str:
    """Return the host of an address, in lower case; empty where it has none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


# --- places on the page itself ----------------------------------------------------------------

_NAME = re.compile(r"[A-Za-z][\w-]{0,80}", re.ASCII)
_LONGEST_ID = 500
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def find_anchors(root: Element) -> tuple[dict[Element, str], dict[str, str]]:
    """Return names for the headings that something on the page leads to, and by their ids.

    Ids that cannot be a name in an issue, such as those in other letters, get a name that can.
    """
    hrefs = {
        mark.attrs.get("href", "").strip()
        for element in root.elements()
        for child in element.children
        for mark in child.marks
        if mark.tag == "a"
    }
    wanted = {_id_of(href[1:]) for href in hrefs if href.startswith("#")} - {""}
    found: dict[Element, str] = {}
    names: dict[str, str] = {}
    for heading in root.elements():
        if heading.tag in _HEADINGS and (place := next(_names(heading, wanted), "")):
            found[heading] = names[place] = _name_for(place, names)
            wanted.discard(place)
    return found, {href[1:]: names[_id_of(href[1:])] for href in hrefs if _id_of(href[1:]) in names}


def _id_of(fragment: str) -> str:
    return unquote(fragment) if len(fragment) <= _LONGEST_ID else ""


def _name_for(place: str, names: Mapping[str, str]) -> str:
    """Return a name for an id: itself, else the same in plain letters, else a number."""
    plain = slug_of(title=place, source_name="")
    numbered = f"place-{len(names) + 1}"
    ways = (place, plain if plain != "issue" else "", f"to-{plain}" if plain[:1].isdigit() else "")
    taken = names.values()
    return next((way for way in ways if _NAME.fullmatch(way) and way not in taken), numbered)


def _names(heading: Element, wanted: set[str]) -> Iterator[str]:
    """Yield those of a heading's names that are wanted, its own first."""
    nodes = [child for element in heading.elements() for child in element.children]
    marked = [mark.attrs for node in nodes if isinstance(node, Text) for mark in node.marks]
    empty = [node.attrs for node in nodes if isinstance(node, Element)]
    for attrs in (heading.attrs, *marked, *empty):
        keys = ("id",) if attrs is heading.attrs else ("id", "name")
        yield from (attrs[key] for key in keys if attrs.get(key, "") in wanted)
