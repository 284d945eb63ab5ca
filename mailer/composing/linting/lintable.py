"""What the rules look at: the file, its tree, what it compiles to, and what is known around it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mailer.composing.issue.tree import FrontMatter, Issue
from mailer.composing.linting.options import LintOptions
from mailer.composing.linting.scan.document import Document
from mailer.message.compiled import CompiledIssue, Mailbox


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the workspace says that an issue goes by.

    Args:
        settings_file: `mailer.toml`; None where there is no workspace, and then nothing is
            known of who sends.
        sender: the configured one.
        postal_address: as configured.
        base_url: what links to our own pages begin with.
        sends_out: messages leave this machine.
    """

    settings_file: Path | None = None
    sender: Mailbox | None = None
    postal_address: str = ""
    base_url: str = ""
    sends_out: bool = False


@dataclass(frozen=True, slots=True)
class AudienceFacts:
    """What was counted over the real audience.

    Args:
        list_slug: of the list.
        active: subscribers who would get it.
        lacking: by merge field without default, how many of them have no value for it.
        fields: names of merge fields that some subscriber has.
        have_it: subscribers who have an issue of this name already.
    """

    list_slug: str
    active: int
    lacking: Mapping[str, int] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()
    have_it: int = 0


@dataclass(frozen=True, slots=True)
class LocalImage:
    """What the header of a picture file says; `error` where it is missing or no image.

    Args:
        size_bytes: of the file.
        width: pixels.
        height: pixels.
        format: Pillow's name of it, such as `PNG`.
        is_converted: its format is not shown by mail programs, but it becomes one that is.
        error: why it cannot be used, as a sentence that begins with its name goes on.
        is_missing: there is no such file, or not where pictures may be.
        has_dark_ink: on a transparent ground: dark mode would hide it.
    """

    size_bytes: int = 0
    width: int = 0
    height: int = 0
    format: str = ""
    is_converted: bool = False
    error: str = ""
    is_missing: bool = False
    has_dark_ink: bool = False


@dataclass(frozen=True, slots=True)
class Lintable:
    """Everything that a rule may look at.

    Args:
        path: the issue's file.
        document: the file, scanned: where each link, image, heading and field stands.
        now: aware UTC.
        issue: the tree; of what could be parsed where the file is broken; None where nothing could.
        front_matter: None where that is broken; the tree then has a stand-in.
        compiled: None where the issue or its theme is broken.
        html: the HTML part with `data-line` on each block, where it was compiled.
        options: thresholds.
        around: what the workspace says.
        audience: None where no list was counted.
        images: by the address as written, what is known of local image files.
    """

    path: Path
    document: Document
    now: dt.datetime
    issue: Issue | None = None
    front_matter: FrontMatter | None = None
    compiled: CompiledIssue | None = None
    html: str = ""
    options: LintOptions = field(default_factory=LintOptions)
    around: Surroundings = field(default_factory=Surroundings)
    audience: AudienceFacts | None = None
    images: Mapping[str, LocalImage] = field(default_factory=dict)
