"""What a file holds, and the issue that each post in it makes."""

import re
from dataclasses import dataclass, replace

from mailer.composing.importing.html import ReadPage, read_page
from mailer.composing.importing.markdown.reading import read_markdown
from mailer.composing.importing.model import ImportedIssue
from mailer.composing.importing.post import Post
from mailer.composing.importing.text.letter import text_to_html
from mailer.composing.importing.text.reading import ReadText, read_text
from mailer.composing.importing.words import words_in
from mailer.errors import RenderError

_HALF_SENTENCE = re.compile(r"^### [^\n]{40,}[^\n.!?:)\]]\n\n[a-z]", re.MULTILINE)
_BARE_TITLE = re.compile(r"^### (?!\[)[^\n]+\n+(?=### |---$|\Z)", re.MULTILINE)
_MOST_SIGNATURES = 2


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


def import_post(post: Post, *, source_name: str, image_folder: str) -> ReadPage:
    """Return the issue that a post makes, and what it has to be held against.

    Args:
        post: to import.
        source_name: the file's name, for messages.
        image_folder: where pictures go, relative to the issue.

    Raises:
        RenderError: there are no words in it.
    """
    if post.kind == "text" or (post.source == "text" and not post.is_settled):
        plain = _plain(post, source_name)
        if plain is not None and post.kind == "text" and not _is_letter(plain.page.issue):
            return plain.page
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
    read = read_markdown(post.body, first_line=post.first_line, name=post.name)
    return replace(
        post,
        body=read.html,
        kind="html",
        findings=(*post.findings, *read.findings),
        dropped=(*post.dropped, *read.dropped),
    )


# --- raw text -------------------------------------------------------------------------------


def _plain(post: Post, source_name: str) -> ReadText | None:
    """Return the issue that raw text makes by its shape; None where it has too little of one."""
    try:
        return read_text(post, source_name=source_name)
    except RenderError:
        return None


def _is_letter(imported: ImportedIssue) -> bool:
    """Whether what seemed items are a letter's lines: untitled, half a sentence, or signatures."""
    if imported.sections > 1 or not imported.items:
        return False
    codes = [finding.code for finding in imported.findings]
    bare = len(_BARE_TITLE.findall(imported.markdown))
    if bare == imported.items <= _MOST_SIGNATURES:
        return True
    untitled = codes.count("item_without_kicker_and_title")
    return untitled * 4 >= imported.items or bool(_HALF_SENTENCE.search(imported.markdown))


def _with_head(post: Post, plain: ReadText) -> Post:
    """Return a letter with the title and date that were found in it; its title is a heading."""
    title = post.title or plain.title
    first, _, rest = post.body.lstrip().partition("\n")
    is_title = bool(title) and _bare(first) == _bare(title)
    body = f"# {first.strip()}\n\n{rest}" if is_title else post.body
    return replace(post, title=title, date=post.date or plain.date, body=body)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip().casefold()
