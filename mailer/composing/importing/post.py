"""A post: one piece of writing as some system exports it."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mailer.composing.html import build, text_of, tokenize
from mailer.composing.importing.model import Dropped, Finding
from mailer.composing.importing.words import tally_source
from mailer.composing.issue.slugs import slug_of

Kind = Literal["html", "markdown", "text"]


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
        dropped: parts of its file that are not in `body`.
        first_line: of `body` in its file.
        is_settled: whether title and date are not to be looked for among its words.
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
    dropped: tuple[Dropped, ...] = ()
    first_line: int = 1
    is_settled: bool = False

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


def shown_title(html: str) -> str:
    """Return the title of a page, for lists: its first `h1`, else its `title`."""
    root = build(tokenize(html[:200_000]))
    found = root.find("h1") or root.find("title")
    return text_of(found) if found else ""
