"""A page's HTML to an issue: read, prune, find the article, make blocks, put them together."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from mailer.composing.html import Element, build, tokenize
from mailer.composing.importing.clean import UNPRINTABLE
from mailer.composing.importing.html.addresses import Resolver, find_anchors
from mailer.composing.importing.html.article import (
    bare,
    drop_repeated,
    keep_article,
    take_subtitle,
    take_title,
)
from mailer.composing.importing.html.blocks import Entry, Heading
from mailer.composing.importing.html.bullets import with_bullets
from mailer.composing.importing.html.damage import note_cut_off
from mailer.composing.importing.html.embeds import with_mentions
from mailer.composing.importing.html.facts import Facts, facts_of
from mailer.composing.importing.html.flow import Flow
from mailer.composing.importing.html.footnotes import find_footnotes
from mailer.composing.importing.html.issue import Head, build_issue, findings, front_matter
from mailer.composing.importing.html.mail_parts import prune_boilerplate, take_forward
from mailer.composing.importing.html.pictures import Pictures
from mailer.composing.importing.html.pruning import NAMES, prune, take_preheader
from mailer.composing.importing.html.record import Record
from mailer.composing.importing.model import Dropped, ImportedIssue
from mailer.composing.importing.post import Post
from mailer.composing.importing.text.dates import day_in, is_date_line
from mailer.composing.importing.text.marks import is_emoji, is_ruler
from mailer.composing.importing.words import Tally, is_seen, tally_source
from mailer.composing.issue.slugs import slug_of
from mailer.composing.issue.tree import (
    Comment,
    Emphasis,
    Image,
    Paragraph,
    Rule,
    Text,
    plain_text,
)
from mailer.composing.issue.writing import write_issue
from mailer.errors import RenderError

_LONGEST_MASTHEAD = 80
_HEAD_ENTRIES = 4


@dataclass(frozen=True, slots=True)
class ReadPage:
    """An issue made of a page, and what the page had, to be held against the issue.

    Args:
        issue: without counts.
        tally: the page's words, and its addresses as written.
        targets: where each address leads in an issue; empty where it cannot stand in one.
        note_links: addresses of links between footnotes and text, which the format makes itself.
        replaced: merge tags and numbers of footnotes, with what stands for them now.
        pictures: what pictures are told by, and where each is now; empty where it is listed.
    """

    issue: ImportedIssue
    tally: Tally
    targets: Mapping[str, str]
    note_links: tuple[str, ...]
    replaced: tuple[tuple[str, str], ...]
    pictures: tuple[tuple[str, str], ...] = ()


def read_page(post: Post, *, source_name: str, image_folder: str = "images") -> ReadPage:
    """Return the issue that a post makes whose body is HTML.

    Args:
        post: to read.
        source_name: the file's name, for messages and as a last resort for the slug.
        image_folder: where pictures go, relative to the issue.

    Raises:
        RenderError: there are no words in it.
    """
    tokens = list(with_mentions(tokenize(UNPRINTABLE.sub(" ", post.body))))
    root = build(tokens)
    facts = facts_of(root)
    resolver = Resolver(facts.base or post.url or facts.url, dict(post.placeholders))
    record = Record(resolver, has_merge_tags=post.has_merge_tags)
    pictures = Pictures(record, post.files, image_folder)
    note_cut_off(tokens, record)
    head, article = _pruned(root, post, facts, record)
    entries, flow = _read(article, record, pictures)
    if post.is_mail:
        fewest = 2 if head.title else 1
        head.masthead, entries = _parted_from_masthead(entries, fewest=fewest)
        if not head.title:  # a campaign's file does not say its subject
            head.title, head.masthead = head.masthead, ""
    if not head.date:
        head.date, entries = _parted_from_date(entries, record)
    subtitle = (Emphasis((Text(head.subtitle),)),)
    entries = [*([Paragraph(subtitle, 1)] if head.subtitle else []), *entries]
    if not any(map(_is_content, entries)):
        raise RenderError("holds no text to import", path=None)
    head.slug = head.slug or slug_of(title=head.title, source_name=source_name)
    issue = _written(head, entries, flow, post, source_name=source_name)
    tally = tally_source(tokens, marks=frozenset(record.note_links))
    targets = {href: _target(href, record) for href in tally.links}
    return ReadPage(
        issue,
        tally,
        targets,
        tuple(record.note_links),
        tuple(record.replaced),
        tuple(record.pictures),
    )


def _pruned(root: Element, post: Post, facts: Facts, record: Record) -> tuple[Head, Element]:
    """Take everything out of a page that is not its author's text; return that, and its head."""
    head = Head(post.title, "", post.subtitle, post.preheader, post.slug)
    head.url = post.url or facts.url
    head.date, head.language = post.date or facts.date, post.language or facts.language
    if post.is_mail and not head.preheader:
        head.preheader = take_preheader(root, record)
    prune(root, record)
    if post.is_mail:
        take_forward(root, record)
    prune_boilerplate(root, record, is_mail=post.is_mail)
    if not post.is_whole:
        head.title = head.title or take_title(root, record) or facts.title
        head.subtitle = head.subtitle or take_subtitle(root, record)
        root = keep_article(root, record)
        head.date = head.date or _day_of_byline(record)
    drop_repeated(root, head.title, "the title repeated", record)
    drop_repeated(root, head.subtitle, "the subtitle repeated", record)
    return head, root


def _day_of_byline(record: Record) -> dt.date | None:
    """Return the day that stands beside author and reading time."""
    days = [day_in(drop.text) for drop in record.dropped if drop.why == NAMES]
    return next((day for day in days if day), None)


def _read(article: Element, record: Record, pictures: Pictures) -> tuple[list[Entry], Flow]:
    """Return the blocks of an article, remarks on them before them, footnotes set apart."""
    flow = Flow(record, pictures, find_footnotes(article, record))
    record.anchors, record.places = find_anchors(article)
    entries: list[Entry] = []
    for entry in _without_repeated_captions(flow.blocks(article.children), record):
        entries += [*record.taken_comments(), entry]
    used = flow.inlines.used
    unused = (block for note in flow.notes if note.number not in used for block in note.blocks)
    entries += [*unused, *record.taken_comments()]
    flow.notes = [note for note in flow.notes if note.number in used]
    return list(with_bullets(_tidied(entries))), flow


def _written(
    head: Head, entries: list[Entry], flow: Flow, post: Post, *, source_name: str
) -> ImportedIssue:
    record = flow.record
    matter, long, comments = front_matter(head, record)
    tree = build_issue(matter, [*long, *entries], flow.notes)
    markdown = write_issue(tree, comments=comments)
    origin = dict(post.origin) | ({"url": head.url} if head.url else {})
    return ImportedIssue(
        markdown=markdown,
        slug=head.slug,
        sections=sum(bool(section.name) for section in tree.sections),
        items=sum(len(section.items) for section in tree.sections),
        findings=(*post.findings, *findings(record.notes, markdown)),
        dropped=tuple(sorted(record.dropped, key=lambda each: each.line)),
        source_name=source_name,
        source=post.source,
        images=tuple(flow.pictures.images.values()),
        unplaced=tuple(record.unplaced),
        unwrapped=tuple(record.resolver.unwrapped.items()),
        merge_tags=tuple(dict.fromkeys(record.replaced)),
        origin=tuple(origin.items()),
    )


def _target(href: str, record: Record) -> str:
    address = record.resolver.link(href)
    if name := record.places.get(address.fragment):
        return f"#{name}"
    return address.url


def _without_repeated_captions(entries: Iterable[Entry], record: Record) -> Iterator[Entry]:
    """Yield blocks but for a paragraph right below a picture that says its caption again."""
    caption = ""
    for entry in entries:
        if isinstance(entry, Paragraph) and caption:
            words = plain_text(entry.children)
            if bare(words) == caption:
                record.dropped.append(Dropped(entry.line, words, "a caption repeated"))
                continue
        caption = bare(plain_text(entry.caption)) if isinstance(entry, Image) else ""
        yield entry


def _parted_from_date(entries: list[Entry], record: Record) -> tuple[dt.date | None, list[Entry]]:
    """Return the day that a line of its own above the text names, and the other entries."""
    for at, entry in enumerate(entries[:_HEAD_ENTRIES]):
        words = plain_text(entry.children) if isinstance(entry, Paragraph) else ""
        if isinstance(entry, Paragraph) and is_date_line(words):
            record.dropped.append(Dropped(entry.line, words, "the date, now in the front matter"))
            return day_in(words), [*entries[:at], *entries[at + 1 :]]
    return None, entries


def _parted_from_masthead(entries: list[Entry], *, fewest: int) -> tuple[str, list[Entry]]:
    """Part a mail's text from its only `h1`, if that stands above all other words.

    With fewer headings than `fewest` it is no masthead.
    """
    heads = [entry for entry in entries if isinstance(entry, Heading)]
    tops = [entry for entry in heads if entry.level == 1]
    first = next((e for e in entries if not isinstance(e, Image | Rule | Comment)), None)
    if len(tops) != 1 or first is not tops[0] or len(heads) < fewest:
        return "", entries
    words = plain_text(tops[0].children)
    is_plain = all(isinstance(node, Text) for node in tops[0].children) and "{{" not in words
    if not is_plain or tops[0].id or len(words) > _LONGEST_MASTHEAD:
        return "", entries
    return words, [entry for entry in entries if entry is not tops[0]]


def _tidied(entries: list[Entry]) -> list[Entry]:
    """Return blocks without rules at the ends, below headings or beside each other."""
    kept: list[Entry] = []
    for entry in map(_ruled, entries):
        if isinstance(entry, Heading) and kept and (emoji := _emoji(kept[-1])):
            kept[-1] = replace(entry, children=(Text(f"{emoji} "), *entry.children))
        elif not isinstance(entry, Rule) or (kept and not isinstance(kept[-1], Rule | Heading)):
            kept.append(entry)
    while kept and isinstance(kept[-1], Rule):
        kept.pop()
    return kept


def _emoji(entry: Entry) -> str:
    """Return the emoji that a line has, and nothing else: above a heading, it is that one's."""
    words = plain_text(entry.children) if isinstance(entry, Paragraph) else ""
    return words if is_emoji(words) else ""


def _ruled(entry: Entry) -> Entry:
    """Return a rule for a paragraph that is one, drawn with dashes or the like."""
    match entry:
        case Paragraph((Text(text),)) if is_ruler(text) and len(set(text) - {".", "…", " "}) == 1:
            return Rule(entry.line) if len(text.strip()) > 1 else entry
    return entry


def _is_content(entry: Entry) -> bool:
    """Whether there is anything to read or to see."""
    if isinstance(entry, Paragraph | Heading):
        return is_seen(entry.children)
    return not isinstance(entry, Rule | Comment)
