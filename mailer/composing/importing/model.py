"""What an import yields: an issue file, what to look at, what is left out."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Dropped:
    """Words, addresses and pictures of the source that are not in the issue, and why."""

    line: int
    text: str
    why: str
    links: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A place that an author has to look at.

    Args:
        code: short and stable, such as `item_without_title`.
        source_line: 1-based, in the raw text.
        issue_line: 1-based, in the issue file; 0 where it has no place there.
        what: what is wrong there.
        remedy: what to do.
    """

    code: str
    source_line: int
    issue_line: int
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A picture to be saved: its path relative to the issue's file, with `/` between folders."""

    path: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Counts:
    """Words and links of a source, and where they are now: the rest of them is lost.

    Args:
        words: that a reader of the source sees.
        words_dropped: of those, left out of the issue and listed.
        links: of the source, each as often as it stands there.
        links_dropped: of those, left out of the issue and listed, or listed as not placed.
        words_lost: neither in the issue nor listed. None, if all is well.
        links_lost: likewise.
        pictures: of the source.
        pictures_dropped: of those, left out and listed, or listed as not to be had.
        pictures_lost: likewise.
    """

    words: int
    words_dropped: int
    links: int
    links_dropped: int
    words_lost: tuple[str, ...] = ()
    links_lost: tuple[str, ...] = ()
    pictures: int = 0
    pictures_dropped: int = 0
    pictures_lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedIssue:
    """An issue file made from somebody's text, page or mail.

    Args:
        markdown: the whole file, front matter included.
        slug: from the title, else from the name of the source.
        sections: how many.
        items: how many.
        findings: places to look at, in the order of the source.
        dropped: words of the source that are not in the issue, in its order.
        source_name: the file name of the source.
        source: what kind of thing it was: `text`, `html`, `medium`...
        images: pictures that were in the source itself, to be saved beside the issue.
        unplaced: addresses of links that cannot stand in an issue; their words do.
        unwrapped: click-tracked addresses, with the ones that they led to.
        merge_tags: merge tags of the other system, with ours; empty where there is none.
        origin: what is known of where it comes from, such as `from`, `list_id`, `url`.
        counts: words and links held against the source's; None until that is done.
    """

    markdown: str
    slug: str
    sections: int
    items: int
    findings: tuple[Finding, ...]
    dropped: tuple[Dropped, ...]
    source_name: str
    source: str = "text"
    images: tuple[ImageFile, ...] = ()
    unplaced: tuple[str, ...] = ()
    unwrapped: tuple[tuple[str, str], ...] = ()
    merge_tags: tuple[tuple[str, str], ...] = ()
    origin: tuple[tuple[str, str], ...] = ()
    counts: Counts | None = None
