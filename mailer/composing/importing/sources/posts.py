"""A post: one piece of writing as some system exports it, and the issue that it makes."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from mailer.composing.importing.html import Page, ReadPage, read_page
from mailer.composing.importing.html.article import read_date
from mailer.composing.importing.html.markdown import quoted
from mailer.composing.importing.html.tokens import Tag, tokenize
from mailer.composing.importing.html.tree import build, text_of
from mailer.composing.importing.html.words import tally_source
from mailer.composing.importing.importer import import_text
from mailer.composing.importing.model import Finding, ImportedIssue
from mailer.composing.importing.sources.markdown_text import markdown_to_html
from mailer.composing.importing.sources.plain_text import text_to_html
from mailer.composing.issue.slugs import slug_of
from mailer.errors import RenderError

Kind = Literal["html", "markdown", "text"]

_SUBJECT = re.compile(r'^"(.*)"$')
_HALF_SENTENCE = re.compile(r"^### [^\n]{40,}[^\n.!?:)\]]\n\n[a-z]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Post:
    """One piece of writing, and what its system says of it.

    Args:
        source: `html`, `medium`, `substack`...
        name: the file that it comes from, or its name within one.
        body: as exported.
        kind: what `body` is written in.
        title: empty where only the body has it.
        subtitle: shown below the title.
        preheader: shown by inboxes only.
        slug: empty: made from the title.
        date: the day on which it was published.
        status: such as `published` or `draft`, in the system's own words.
        url: where it stands on the web.
        language: BCP 47 tag.
        files: pictures that came with it.
        placeholders: words at the beginning of addresses that stand for others.
        is_whole: whether `body` is the author's text only, with no site around it.
        is_mail: whether it is a mail, with a mail's foot.
        has_merge_tags: whether `{{ name }}` and the like in it are merge tags.
        origin: facts for the report, such as `from`.
        findings: what came to light while it was read.
    """

    source: str
    name: str
    body: str
    kind: Kind = "html"
    title: str = ""
    subtitle: str = ""
    preheader: str = ""
    slug: str = ""
    date: dt.date | None = None
    status: str = ""
    url: str = ""
    language: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    placeholders: Mapping[str, str] = field(default_factory=dict)
    is_whole: bool = True
    is_mail: bool = False
    has_merge_tags: bool = False
    origin: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def name_in_links(self) -> str:
        """The slug that the issue gets."""
        return self.slug or slug_of(title=self.title, source_name=self.name)

    @property
    def title_in_lists(self) -> str:
        """Its title, where need be the one that its page shows."""
        return self.title or (shown_title(self.body) if self.kind == "html" else "")

    @property
    def word_count(self) -> int:
        """Words in the body, markup and all that is not shown left out."""
        if self.kind != "html":
            return len(re.findall(r"[^\W_]+", self.body))
        return tally_source(tokenize(self.body)).words.total()


@dataclass(frozen=True, slots=True)
class Export:
    """What a file holds.

    Args:
        source: which system it is of.
        posts: in the order of the file.
        ignored: names of things in it that are no posts.
    """

    source: str
    posts: tuple[Post, ...]
    ignored: tuple[str, ...] = ()


def import_post(post: Post, *, source_name: str, image_folder: str) -> ReadPage | ImportedIssue:
    """Return the issue that a post makes; of raw text, without words to hold it against.

    Args:
        post: to import.
        source_name: the file's name, for messages.
        image_folder: where pictures go, relative to the issue.

    Raises:
        RenderError: there are no words in it.
    """
    if post.source == "text" or post.kind == "text":
        plain = _plain(post, source_name)
        if plain is not None and post.kind == "text" and not _is_letter(plain):
            return plain
        post = _with_head(post, plain) if plain else post
    read = read_page(_page(post, source_name, image_folder))
    found = (*post.findings, *read.issue.findings)
    return replace(read, issue=replace(read.issue, findings=found))


def _page(post: Post, source_name: str, image_folder: str) -> Page:
    converters: dict[str, Callable[[str], str]] = {
        "markdown": markdown_to_html,
        "text": text_to_html,
        "html": str,
    }
    return Page(
        html=converters[post.kind](post.body),
        source=post.source,
        source_name=source_name,
        title=post.title,
        subtitle=post.subtitle,
        preheader=post.preheader,
        date=post.date,
        slug=post.slug,
        url=post.url,
        language=post.language,
        files=post.files,
        image_folder=image_folder,
        placeholders=post.placeholders,
        is_whole=post.is_whole,
        is_mail=post.is_mail,
        has_merge_tags=post.has_merge_tags,
        origin=post.origin,
    )


# --- raw text -------------------------------------------------------------------------------


def _plain(post: Post, source_name: str) -> ImportedIssue | None:
    """Return the issue that raw text makes by its shape; None where it has too little of one."""
    try:
        imported = import_text(post.body, source_name=source_name)
    except RenderError:
        return None
    markdown = imported.markdown
    gone = set()
    if post.title:
        markdown, was = _replaced(markdown, "subject", quoted(post.title))
        if "TODO" not in was and _bare(was) != _bare(post.title):
            markdown = markdown.replace("\n---\n", f"\ntitle: {was}\n---\n", 1)
        gone.add("missing_title")
    if post.date:
        markdown, _ = _replaced(markdown, "date", str(post.date))
        gone |= {"missing_date", "uncertain_date"}
    slug = post.name_in_links if post.slug or post.title else imported.slug
    markdown, _ = _replaced(markdown, "slug", slug)
    kept = tuple(finding for finding in imported.findings if finding.code not in gone)
    return replace(
        imported,
        markdown=markdown,
        slug=slug,
        source=post.source,
        origin=post.origin,
        findings=(*post.findings, *kept),
    )


def _is_letter(imported: ImportedIssue) -> bool:
    """Whether what seemed items are a letter's lines: untitled, or half of a sentence."""
    if imported.sections > 1 or not imported.items:
        return False
    codes = [finding.code for finding in imported.findings]
    untitled = codes.count("item_without_kicker_and_title")
    return untitled * 4 >= imported.items or bool(_HALF_SENTENCE.search(imported.markdown))


def _with_head(post: Post, imported: ImportedIssue) -> Post:
    """Return a letter with the title and date that were found in it; its title is a heading."""
    subject, date = (_replaced(imported.markdown, key, "")[1] for key in ("subject", "date"))
    title = post.title or ("" if "TODO" in subject else _SUBJECT.sub(r"\1", subject))
    day = post.date or (None if "TODO" in date else read_date(date))
    first, _, rest = post.body.lstrip().partition("\n")
    is_title = bool(title) and _bare(first) == _bare(title)
    body = f"# {first.strip()}\n\n{rest}" if is_title else post.body
    return replace(post, title=title, date=day, body=body)


def _replaced(markdown: str, key: str, value: str) -> tuple[str, str]:
    """Return an issue with another value in its front matter, and the one it had."""
    found = re.search(rf"^{key}: (.*)$", markdown, re.MULTILINE)
    if not found:
        return markdown, ""
    return f"{markdown[: found.start()]}{key}: {value}{markdown[found.end() :]}", found[1]


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip().casefold()


# --- titles of bare HTML --------------------------------------------------------------------


def shown_title(html: str) -> str:
    """Return the title of a page, for lists: its first `h1`, else its `title`."""
    head = next(
        (t.name for t in tokenize(html[:2000]) if isinstance(t, Tag) and t.name == "h1"), ""
    )
    root = build(tokenize(html[:200_000]))
    found = root.find("h1") or root.find("title") or (root.find(head) if head else None)
    return text_of(found) if found else ""
