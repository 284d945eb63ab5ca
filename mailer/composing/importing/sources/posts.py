"""What a file holds, and the issue that each post in it makes."""

import re
from dataclasses import dataclass, replace

from mailer.composing.importing.html import ReadPage, read_page
from mailer.composing.importing.html.facts import read_date
from mailer.composing.importing.importer import import_text
from mailer.composing.importing.model import ImportedIssue
from mailer.composing.importing.post import Post
from mailer.composing.importing.sources.markdown_text import read_markdown
from mailer.composing.importing.sources.plain_text import text_to_html
from mailer.composing.importing.words import words_in
from mailer.composing.issue.writing.front_matter import quoted
from mailer.errors import RenderError

_SUBJECT = re.compile(r'^"(.*)"$')
_HALF_SENTENCE = re.compile(r"^### [^\n]{40,}[^\n.!?:)\]]\n\n[a-z]", re.MULTILINE)


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
    if post.kind == "text" or (post.source == "text" and not post.is_settled):
        plain = _plain(post, source_name)
        if plain is not None and post.kind == "text" and not _is_letter(plain):
            return plain
        post = _with_head(post, plain) if plain else post
    page = _as_page(post)
    read = read_page(page, source_name=source_name, image_folder=image_folder)
    for dropped in page.dropped:
        read.tally.words.update(words_in(dropped.text))
    listed = sorted((*page.dropped, *read.issue.dropped), key=lambda each: each.line)
    return replace(read, issue=replace(read.issue, dropped=tuple(listed)))


def _as_page(post: Post) -> Post:
    if post.kind != "markdown":
        return replace(post, body=text_to_html(post.body) if post.kind == "text" else post.body)
    read = read_markdown(post.body, first_line=post.first_line)
    return replace(
        post,
        body=read.html,
        kind="html",
        findings=(*post.findings, *read.findings),
        dropped=(*post.dropped, *read.dropped),
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
