"""A page's HTML to an issue file, from end to end."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailer.composing.importing.clean import UNPRINTABLE
from mailer.composing.importing.html.addresses import Resolver
from mailer.composing.importing.html.anchors import find_anchors
from mailer.composing.importing.html.article import (
    drop_repeated,
    facts_of,
    keep_article,
    take_subtitle,
    take_title,
)
from mailer.composing.importing.html.document import (
    Blocks,
    Comment,
    Document,
    Footnote,
    Heading,
    Image,
    Paragraph,
    Rule,
    Run,
    text_of_runs,
)
from mailer.composing.importing.html.embeds import with_mentions
from mailer.composing.importing.html.feet import prune_boilerplate
from mailer.composing.importing.html.flow import Flow
from mailer.composing.importing.html.footnotes import find_footnotes
from mailer.composing.importing.html.forwards import take_forward
from mailer.composing.importing.html.gathering import Gathering
from mailer.composing.importing.html.issue_file import write_issue
from mailer.composing.importing.html.pruning import prune, take_preheader
from mailer.composing.importing.html.words import Tally, is_seen, tally_source
from mailer.composing.importing.model import ImportedIssue
from mailer.errors import RenderError
from mailer.platform.html.tokens import tokenize
from mailer.platform.html.tree import build

_LONGEST_MASTHEAD = 80


@dataclass(frozen=True, slots=True)
class Page:
    """HTML to import, and what is known of it from elsewhere.

    Args:
        html: as text.
        source: `html`, `medium`, `eml`...
        source_name: the file's name, for messages and as a last resort for the slug.
        title: from an export's own lists, or a Subject; empty: the page's own is looked for.
        subtitle: likewise.
        preheader: likewise.
        date: likewise.
        slug: likewise.
        url: of the page on the web, against which links are read.
        language: likewise.
        files: pictures that came with it.
        image_folder: where pictures go, relative to the issue.
        placeholders: words at the beginning of addresses that stand for others.
        is_whole: whether all of `html` is the author's text, with no site around it.
        is_mail: whether it is a mail, with a mail's foot.
        has_merge_tags: whether `{{ name }}` and the like in it are merge tags.
        origin: facts about where it comes from, for the report.
    """

    html: str
    source: str
    source_name: str
    title: str = ""
    subtitle: str = ""
    preheader: str = ""
    date: dt.date | None = None
    slug: str = ""
    url: str = ""
    language: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    image_folder: str = "images"
    placeholders: Mapping[str, str] = field(default_factory=dict)
    is_whole: bool = False
    is_mail: bool = False
    has_merge_tags: bool = False
    origin: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ReadPage:
    """An issue made of a page, and what the page had, to be held against the issue.

    Args:
        issue: without counts.
        tally: the page's words, and its addresses as written.
        targets: where each address leads in an issue; empty where it cannot stand in one.
        note_links: addresses of links between footnotes and text, which the format makes itself.
        replaced: merge tags and numbers of footnotes, with what stands for them now.
    """

    issue: ImportedIssue
    tally: Tally
    targets: Mapping[str, str]
    note_links: tuple[str, ...]
    replaced: tuple[tuple[str, str], ...]


def read_page(page: Page) -> ReadPage:
    """Return the issue that a page makes.

    Raises:
        RenderError: there are no words in it.
    """
    tokens = list(with_mentions(tokenize(UNPRINTABLE.sub(" ", page.html))))
    root = build(tokens)
    facts = facts_of(root)
    facts.url = page.url or facts.url
    resolver = Resolver(facts.base or facts.url, dict(page.placeholders))
    gathering = Gathering(
        resolver, page.files, page.image_folder, has_merge_tags=page.has_merge_tags
    )
    document = Document(title=page.title, subtitle=page.subtitle, preheader=page.preheader)
    if page.is_mail and not document.preheader:
        document.preheader = take_preheader(root, gathering)
    prune(root, gathering)
    if page.is_mail:
        take_forward(root, gathering)
    prune_boilerplate(root, gathering, is_mail=page.is_mail)
    if not page.is_whole:
        document.title = document.title or take_title(root, gathering) or facts.title
        document.subtitle = document.subtitle or take_subtitle(root, gathering)
        root = keep_article(root, gathering)
    drop_repeated(root, document.title, "the title repeated", gathering)
    drop_repeated(root, document.subtitle, "the subtitle repeated", gathering)
    footnotes = find_footnotes(root, gathering)
    gathering.anchors = find_anchors(root)
    flow = Flow(gathering, footnotes)
    blocks = flow.blocks(root.children)
    if page.is_mail:
        document.masthead, blocks = _parted_from_masthead(blocks)
    document.blocks = [*_subtitle(document), *_tidied(blocks), *flow.written_notes()]
    if not _has_content(document.blocks):
        raise RenderError("holds no text to import", path=None)
    issue = write_issue(document, gathering, page, facts=facts)
    tally = tally_source(tokens, marks=frozenset(gathering.note_links))
    targets = {href: _target(href, gathering) for href in tally.links}
    return ReadPage(issue, tally, targets, tuple(gathering.note_links), tuple(gathering.replaced))


def _target(href: str, gathering: Gathering) -> str:
    address = gathering.resolver.link(href)
    if address.fragment in gathering.anchors.values():
        return f"#{address.fragment}"
    return address.url


def _parted_from_masthead(blocks: Blocks) -> tuple[str, Blocks]:
    """Part a mail's text from its only `h1`, if that stands above all other headings and words."""
    heads = [block for block in blocks if isinstance(block, Heading)]
    tops = [block for block in heads if block.level == 1]
    first = next((b for b in blocks if not isinstance(b, Image | Rule | Comment)), None)
    if len(tops) != 1 or first is not tops[0] or len(heads) == 1:
        return "", blocks
    runs = tops[0].runs
    words = text_of_runs(runs)
    if any(run.markdown or run.link for run in runs) or tops[0].name or "{{" in words:
        return "", blocks
    if len(words) > _LONGEST_MASTHEAD:
        return "", blocks
    return words, [block for block in blocks if block is not tops[0]]


def _subtitle(document: Document) -> Blocks:
    """Return the subtitle as the text's first line, which is the preheader if nothing else is."""
    if not document.subtitle:
        return []
    return [Paragraph([Run(document.subtitle, frozenset({"em"}))], 1)]


def _tidied(blocks: Blocks) -> Blocks:
    """Return blocks without rules at the ends or beside each other."""
    kept: Blocks = []
    for block in blocks:
        if isinstance(block, Rule) and (not kept or isinstance(kept[-1], Rule)):
            continue
        kept.append(block)
    while kept and isinstance(kept[-1], Rule):
        kept.pop()
    return kept


def _has_content(blocks: Blocks) -> bool:
    """Whether there is anything to read or to see."""
    for block in blocks:
        if isinstance(block, Paragraph | Heading):
            if any(is_seen(run) for run in block.runs):
                return True
        elif not isinstance(block, Rule | Comment) and not isinstance(block, Footnote):
            return True
    return False
