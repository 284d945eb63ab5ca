"""An issue with everything that it leaves open settled: the same for its HTML and its text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailer.composing.issue.hosted_image import HostedImage
from mailer.composing.issue.tree import Author, Blocks, Issue, Paragraph, Section, plain_text
from mailer.composing.rendering.reading_time import reading_minutes
from mailer.composing.themes.settings import Accent
from mailer.composing.themes.theme import Theme
from mailer.composing.themes.words import Words
from mailer.errors import RenderError
from mailer.message.compiled import Mailbox

LONGEST_PREHEADER = 140
_GAP = "\0"
_SENTENCE = re.compile(r".+?(?:[.!?\u2026]\s|[\u3002\uFF01\uFF1F]|\Z)", re.DOTALL)
_RIGHT_TO_LEFT = {"ar", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"}


@dataclass(frozen=True, slots=True)
class IssueDefaults:
    """What the workspace says where an issue's front matter does not.

    Args:
        sender: From.
        reply_to: Reply-To, where it differs.
        postal_address: shown in the footer; its lines are joined by commas.
        list_name: the mailing list's or organisation's name as readers know it.
        has_archive: whether issues can be read on the web; where not, nothing says "Read online".
        language: BCP 47 tag.
        tagline: the line below the masthead.
        author: who writes the issues.
    """

    sender: Mailbox | None = None
    reply_to: Mailbox | None = None
    postal_address: str = ""
    list_name: str = ""
    has_archive: bool = False
    language: str = "en"
    tagline: str = ""
    author: Author | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """An issue about to be set in a theme.

    Args:
        issue: what was parsed.
        theme: how it looks.
        words: what the theme says, in the issue's language.
        title: the masthead.
        tagline: the line below it; may be empty.
        preheader: from the front matter, else the first words of the issue.
        language: BCP 47 tag.
        direction: `ltr` or `rtl`.
        sender: From.
        reply_to: Reply-To, where it differs.
        postal_address: on one line; may be empty.
        list_name: as readers know it; may be empty.
        has_archive: whether it can be read on the web.
        author: who wrote it.
        images: where the pictures are hosted that are files, by their `src`.
    """

    issue: Issue
    theme: Theme
    words: Words
    title: str
    tagline: str
    preheader: str
    language: str
    direction: str
    sender: Mailbox
    reply_to: Mailbox | None
    postal_address: str
    list_name: str
    has_archive: bool
    author: Author | None
    images: Mapping[str, HostedImage]

    @property
    def accents(self) -> tuple[Accent, ...]:
        """The theme's accents, and those that sections ask for by colour."""
        settings = self.theme.settings
        wishes = dict.fromkeys(each.accent for each in self.issue.sections)
        own = tuple(settings.accent(wish) for wish in wishes if wish.startswith("#"))
        return (*settings.accents, *own)

    def accent_of(self, section: Section, at: int, *, accents: Sequence[Accent]) -> int:
        """Return the place in `accents`, ours, of the one for `section`, the `at`-th from 0."""
        settings = self.theme.settings
        if section.accent:
            return accents.index(settings.accent(section.accent))
        return at % len(settings.accents)

    @property
    def sections_listed(self) -> bool:
        """Whether the contents are shown: as the author says, else as the theme does."""
        named = sum(bool(section.name) for section in self.issue.sections)
        wish = self.issue.front_matter.has_contents
        fewest = self.theme.settings.contents_from
        return named >= fewest > 0 if wish is None else wish and named > 0

    @property
    def reading_time(self) -> str:
        """How long the issue takes to read, in words."""
        return self.words.counted("minutes", reading_minutes(self.issue))

    @property
    def date(self) -> str:
        """The issue's date as people write it."""
        return self.words.date(self.issue.front_matter.date)

    @property
    def reason(self) -> str:
        """Why the reader gets this."""
        return self.words["reason"].format(list=self.list_name or self.title)


def edit(
    issue: Issue,
    *,
    theme: Theme,
    defaults: IssueDefaults,
    path: Path,
    images: Mapping[str, HostedImage],
) -> Edition:
    """Return `issue` with `defaults` for what its front matter leaves out.

    Raises:
        RenderError: there is no sender.
    """
    matter = issue.front_matter
    sender = matter.sender or defaults.sender
    if sender is None:
        raise RenderError(
            "the issue has no sender: add 'from: Name <name@example.org>', or set [sender] in"
            " mailer.toml",
            path=path,
            line=1,
        )
    language = matter.language or defaults.language
    return Edition(
        issue=issue,
        theme=theme,
        words=theme.settings.words(language),
        title=matter.title or defaults.list_name or sender.name or plain_text(matter.subject),
        tagline=matter.tagline or defaults.tagline,
        preheader=matter.preheader or _first_words(issue),
        language=language,
        direction="rtl" if language.lower().partition("-")[0] in _RIGHT_TO_LEFT else "ltr",
        sender=sender,
        reply_to=matter.reply_to or defaults.reply_to,
        postal_address=", ".join(
            filter(None, map(str.strip, defaults.postal_address.splitlines()))
        ),
        list_name=defaults.list_name,
        has_archive=defaults.has_archive,
        author=matter.author or defaults.author,
        images=images,
    )


def _first_words(issue: Issue) -> str:
    """Return the start of the introduction, or the titles, short enough for an inbox list."""
    introduction = " ".join(_paragraphs(issue.introduction))
    titles = " · ".join(filter(None, (plain_text(item.title) for item in issue.items)))
    words = introduction or titles
    if len(words) <= LONGEST_PREHEADER:
        return words
    return words[:LONGEST_PREHEADER].rpartition(" ")[0].rstrip(" ,;:·") + "…"


def _paragraphs(blocks: Blocks) -> Iterator[str]:
    found = (
        plain_text(block.children, gap=_GAP) for block in blocks if isinstance(block, Paragraph)
    )
    return filter(None, map(_without_gaps, found))


def _without_gaps(text: str) -> str:
    """Return the sentences that lack nothing: `Dear {{ name }},` is no line for an inbox."""
    if _GAP not in text:
        return text
    return "".join(one for one in _SENTENCE.findall(text) if _GAP not in one).strip()
