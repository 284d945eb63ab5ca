"""Medium: the zip that "Download your information" gives, with one HTML file a post."""

import re

from mailer.composing.html import build, decode_html, tokenize
from mailer.composing.importing.html.facts import facts_of
from mailer.composing.importing.post import Post, shown_title
from mailer.composing.importing.sources.containers import Archive
from mailer.composing.importing.sources.posts import Export

_POST = re.compile(r"(?:^|/)posts/[^/]+\.html?$", re.IGNORECASE)


def is_post(html: str) -> bool:
    """Whether a page is one of an export's posts."""
    return 'class="graf ' in html or "graf--p" in html or "section--body" in html


def read_archive(archive: Archive) -> Export:
    """Return the posts of an export; claps, bookmarks and the like are no posts."""
    names = [name for name in archive.with_ending(".html", ".htm") if _POST.search(name)]
    posts = [read_html(decode_html(archive.read(name)).text, name=name) for name in names]
    return Export("medium", tuple(posts), archive.names_but(*names))


def read_html(html: str, *, name: str) -> Post:
    """Return one post."""
    facts = facts_of(build(tokenize(html)))
    is_draft = name.rpartition("/")[2].startswith("draft_")
    return Post(
        source="medium",
        name=name,
        body=html,
        title=shown_title(html),
        date=facts.date,
        status="draft" if is_draft else "published",
        url=facts.url,
        is_whole=False,
    )
