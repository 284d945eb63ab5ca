"""Papers from arXiv: removing what its feeds add to titles, names and abstracts."""

import html
import re

from mailer.composing.drafts.feeds.urls import paper_id

_TITLE_TAIL = re.compile(
    r"(?<!\s)\s*+\(arXiv:[\w.\-/]{1,60}+\s*+\[[^\]]{0,100}+\]\s*+(?P<update>UPDATED|CROSS LISTED)?"
    r"[^)]{0,200}+\)\s*+$",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"(?<!\s)\s*+arXiv:\S{1,60}+\s++Announce Type:\s*+(?P<kind>[\w-]+)\s*+(?:Abstract:\s*+)?"
    r"|(?<!\s)\s*+Abstract:\s+",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?(?:p|a|span|br)\b[^<>]*>", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r",\s+|(?<!\s)\s++and\s+")
_ENTRY = re.compile(r"(?:arxiv\.org[:/]|^arXiv:)", re.IGNORECASE)


def is_paper(*, url: str, entry_id: str) -> bool:
    """Whether the entry is a paper on arXiv."""
    return bool(paper_id(url) or _ENTRY.search(entry_id))


def paper_url(url: str) -> str:
    """Return the page of the paper's newest version."""
    paper = paper_id(url)
    return f"https://arxiv.org/abs/{paper}" if paper else url


def title(text: str) -> str:
    """Return the title without the paper's number, which older feeds append."""
    return _TITLE_TAIL.sub("", html.unescape(_TAG.sub("", text)))


def feed_title(text: str) -> str:
    """Return a feed's title; that of arXiv's query interface is the query."""
    return "arXiv" if text.startswith("ArXiv Query:") else text


def categories(title: str) -> tuple[str, ...]:
    """Return what an older feed's title says in brackets: `(arXiv:2311.05556v1 [cs.CL])`."""
    found = re.search(r"\(arXiv:[^\s\[]{1,60}+\s*+\[(?P<category>[\w.-]{1,40})\]", title)
    return (found["category"],) if found else ()


def is_replacement(*, title: str, abstract: str, announce_type: str) -> bool:
    """Whether a new version of an older paper is announced, or one known from another list."""
    tail = _TITLE_TAIL.search(title)
    if tail and (tail["update"] or "").upper() == "UPDATED":
        return True
    head = _HEAD.match(abstract)
    kind = announce_type or (head["kind"] if head else "") or ""
    return kind.lower().startswith("replace")


def abstract(text: str) -> str:
    """Return the abstract as plain text on one paragraph; `$a<b$` stays as it is."""
    if re.search(r"<p\b", text, re.IGNORECASE):
        text = html.unescape(_TAG.sub("", text))
    return " ".join(_HEAD.sub("", text, count=1).split())


def authors(names: list[str]) -> tuple[str, ...]:
    """Return one name each; feeds give all of them in one text, older ones as links."""
    plain = [html.unescape(_TAG.sub("", name)) for name in names]
    parts = [part for name in plain for part in _BETWEEN_NAMES.split(_without_places(name))]
    return tuple(part.strip() for part in parts if part.strip())


def _without_places(name: str) -> str:
    """Drop the affiliation in brackets after a name."""
    return re.sub(r"(?<!\s)\s*+\([^()]*+\)", "", name)
