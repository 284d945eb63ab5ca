"""Whether an import kept each word, link and picture: the source against the issue as parsed."""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from mailer.composing.importing.html.page import ReadPage
from mailer.composing.importing.model import Counts, Finding, ImportedIssue
from mailer.composing.importing.words import Tally, same_address, words_in
from mailer.composing.issue.tree import Issue, images_of, plain_text

_MOST_SHOWN = 12
_MOST_REGROUPED = 2000
_LONGEST_WORD = 200


def checked(read: ReadPage, issue: Issue) -> ImportedIssue:
    """Return the import with its counts, and with findings for whatever is lost.

    Args:
        read: the source's words and links, and the issue file made of it.
        issue: that file, parsed.
    """
    counts = count(read, issue)
    findings = [
        *_lost(counts.words_lost, "words"),
        *_lost(counts.links_lost, "links"),
        *_lost(counts.pictures_lost, "pictures"),
    ]
    return dataclasses.replace(
        read.issue, counts=counts, findings=(*read.issue.findings, *findings)
    )


def count(read: ReadPage, issue: Issue) -> Counts:
    """Return what a source has, what the issue has of it, and what is lost on the way."""
    kept, listed = tally_issue(issue), _listed(read)
    placed = kept.words + listed.words
    lost_words = _regrouped(read.tally.words - placed, placed - read.tally.words)
    dropped_words = (read.tally.words & listed.words).total()
    lost_links = _lost_links(read.tally.links, listed.links, kept.links, read.targets)
    if lost_links:
        shown = _shown_text(issue)
        lost_links = [link for link in lost_links if link not in shown]
    return Counts(
        words=read.tally.words.total(),
        words_dropped=dropped_words,
        links=read.tally.links.total(),
        links_dropped=(read.tally.links & (listed.links - Counter(read.note_links))).total(),
        words_lost=tuple(sorted(lost_words.elements())),
        links_lost=tuple(sorted(lost_links)),
        pictures=read.tally.pictures.total(),
        pictures_dropped=(read.tally.pictures & listed.pictures).total(),
        pictures_lost=tuple(sorted(_lost_pictures(read, listed.pictures, issue))),
    )


def _regrouped(lost: Counter[str], extra: Counter[str]) -> Counter[str]:
    """Return the lost words but for those that are there in pieces, or joined with others.

    What is hidden amid a word, or taken out beside one, leaves such words.
    """
    left, spare = Counter(lost), Counter(extra)
    for word in list(lost.elements())[:_MOST_REGROUPED]:
        if left[word] and (pieces := _spelled(word, spare)):
            left[word] -= 1
            spare.subtract(pieces)
    for word in list(extra.elements())[:_MOST_REGROUPED]:
        if spare[word] > 0 and (pieces := _spelled(word, left)):
            spare[word] -= 1
            left.subtract(pieces)
    return +left


def _spelled(word: str, pieces: Counter[str]) -> list[str]:
    """Return pieces that make up `word`, if there are such; two or more."""
    ways: dict[int, list[str]] = {0: []}
    for end in range(1, min(len(word), _LONGEST_WORD) + 1):
        for begin in range(end):
            piece = word[begin:end]
            if begin in ways and pieces[piece] > ways[begin].count(piece):
                ways[end] = [*ways[begin], piece]
                break
    return ways.get(len(word), [])


def _listed(read: ReadPage) -> Tally:
    """Return the words and addresses that the report lists as left out or replaced."""
    tally = Tally()
    for dropped in read.issue.dropped:
        tally.words.update(words_in(dropped.text))
        tally.links.update(dropped.links)
        tally.pictures.update(dropped.pictures)
    tally.pictures.update(key for key, src in read.pictures if not src)
    for written, _ in read.replaced:
        tally.words.update(words_in(written))
    tally.links.update(read.issue.unplaced)
    tally.links.update(read.note_links)
    return tally


def _lost_pictures(read: ReadPage, listed: Counter[str], issue: Issue) -> list[str]:
    """Return the pictures of the source that are neither in the issue nor listed."""
    placed = [(key, same_address(src)) for key, src in read.pictures if src]
    unseen = read.tally.pictures - listed - Counter(key for key, _ in placed)
    shown = Counter(same_address(image.src) for image in images_of(issue))
    return [*unseen.elements(), *(Counter(src for _, src in placed) - shown).elements()]


def _lost_links(
    source: Counter[str], listed: Counter[str], kept: Counter[str], targets: Mapping[str, str]
) -> list[str]:
    """Return the addresses that the source has more often than the issue and the report."""
    wanted: Counter[str] = Counter()
    lost: list[str] = []
    for href, times in source.items():
        left = times - listed[href]
        if left > 0 and targets[href]:
            wanted[same_address(targets[href])] += left
        elif left > 0:
            lost += [href] * left
    return lost + list((wanted - kept).elements())


def _lost(lost: tuple[str, ...], what: str) -> list[Finding]:
    if not lost:
        return []
    shown = ", ".join(lost[:_MOST_SHOWN]) + (", ..." if len(lost) > _MOST_SHOWN else "")
    return [
        Finding(
            f"{what}_lost", 1, 0, f"{len(lost)} {what} of the source are not in the issue: {shown}",
            "add them by hand",
        )
    ]  # fmt: skip


# --- what an issue has ----------------------------------------------------------------------


def tally_issue(issue: Issue) -> Tally:
    """Return the words and addresses that a reader of the issue gets."""
    tally = Tally()
    texts: list[str] = []
    _collect(_said_once(issue), texts, tally.links)
    tally.words.update(words_in("".join(texts)))
    return tally


def _shown_text(issue: Issue) -> str:
    """Return the issue's words: an address may stand among them as it is, as in a name."""
    texts: list[str] = []
    _collect(_said_once(issue), texts, Counter())
    return "".join(texts)


def _said_once(issue: Issue) -> Issue:
    """Return the issue without a headline that repeats its subject: the source has it once."""
    matter = issue.front_matter
    if plain_text(matter.headline) != plain_text(matter.subject):
        return issue
    return replace(issue, front_matter=replace(matter, headline=()))


_SILENT = frozenset(
    [
        "line",
        "column",
        "src",
        "alt",
        "url",
        "aligns",
        "todos",
        "id",
        "slug",
        "theme",
        "language",
        "mailing_list",
        "kind",
        "accent",
        "date",
        "field",
        "conditions",
        "number",
        "start",
        "width",
        "sender",
        "reply_to",
        "is_primary",
        "has_contents",
        "lead_images",
        "default",
    ]
)
_INLINE = frozenset(
    [
        "Text",
        "CodeSpan",
        "Link",
        "Emphasis",
        "Strong",
        "Strikethrough",
        "MergeField",
        "FootnoteMark",
        "LineBreak",
    ]
)
_APART = frozenset({"LineBreak", "MergeField", "FootnoteMark"})


def _collect(root: object, texts: list[str], links: Counter[str]) -> None:
    """Walk the tree by its fields, so that blocks which are new to the format are seen, too."""
    stack: list[object] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            texts.append(node)
        elif isinstance(node, tuple):
            stack.extend(_parts(node, are_words=all(map(_is_inline, node))))
        elif dataclasses.is_dataclass(node) and not isinstance(node, type):
            if url := getattr(node, "url", ""):
                links[same_address(url)] += 1
            values = tuple(getattr(node, name) for name in _fields_of(type(node)))
            texts.append(" " if type(node).__name__ in _APART else "")
            stack.extend(_parts(values, are_words=_is_inline(node)))


@lru_cache(maxsize=64)
def _fields_of(kind: type) -> tuple[str, ...]:
    """Return the fields of a node that hold words, or nodes that do."""
    names = (each.name for each in dataclasses.fields(kind))
    return tuple(name for name in names if name not in _SILENT)


def _parts(values: tuple[object, ...], *, are_words: bool) -> Iterator[object]:
    """Yield values, the last first; with blanks between them where they are no running words."""
    for value in reversed(values):
        if not are_words:
            yield "\n"
        yield value
    yield "" if are_words else "\n"


def _is_inline(node: object) -> bool:
    return type(node).__name__ in _INLINE
