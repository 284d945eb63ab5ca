"""Compiling: the one place that reads an issue file and compiles it, once.

What is looked at, linted, tested and sent are forms of the same `Compilation`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mailer.composing.images.grounds import GROUNDS, Grounds
from mailer.composing.images.hosting import host_file, host_images
from mailer.composing.images.store import MediaStore
from mailer.composing.issue.hosted_image import HostedImage
from mailer.composing.issue.reading.source import not_utf_8
from mailer.composing.issue.tree import Issue, find_todos
from mailer.composing.rendering.edition import IssueDefaults
from mailer.composing.rendering.pipeline import compile_traced, parse_issue
from mailer.composing.themes.roots import theme_roots
from mailer.composing.themes.theme import Theme, find_theme
from mailer.config import SETTINGS_FILE, Settings
from mailer.errors import RenderError
from mailer.message.compiled import CompiledIssue, Mailbox

LARGEST_BYTES = 2_000_000
"""Of an issue file."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue file as read.

    Args:
        path: the file.
        data: its bytes.
        source: its text, with LF line ends.
        issue: parsed.
    """

    path: Path
    data: bytes
    source: str
    issue: Issue

    @property
    def mailing_list(self) -> str:
        """The slug of the mailing list that the front matter names; empty for none."""
        return self.issue.front_matter.mailing_list

    @property
    def todos(self) -> list[str]:
        """Places that the author has left open, one line each."""
        return [f"{self.path}:{todo.line}: {todo.text}" for todo in find_todos(self.source)]


@dataclass(frozen=True, slots=True)
class Compilation:
    """An issue file, read once and compiled once: all that is shown, checked and sent of it.

    Args:
        draft: the file as read.
        theme: how it looks.
        images: where its picture files are hosted, by their source as written.
        compiled: the message, to be sent.
        traced: the same to look at: the element of each block has `data-line`, the line of the
            file that it comes from.
    """

    draft: Draft
    theme: Theme
    images: Mapping[str, HostedImage]
    compiled: CompiledIssue
    traced: CompiledIssue


def read_draft(path: Path) -> Draft:
    """Return the issue file at `path`.

    Raises:
        RenderError: it cannot be read or is not an issue; with line and column.
    """
    return parse_draft(read_issue_file(path), path)


def parse_draft(data: bytes, path: Path) -> Draft:
    """Return the issue file `path`, whose content is `data`.

    Raises:
        RenderError: it is not an issue; with line and column.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise not_utf_8(error, path) from None
    source = text.replace("\r\n", "\n").replace("\r", "\n")
    return Draft(path, data, source, parse_issue(source, path=path))


def read_issue_file(path: Path) -> bytes:
    """Return the bytes of an issue file.

    Raises:
        RenderError: there is no such file, it cannot be read, or it is larger than 2 MB.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise RenderError("there is no such file", path=path) from None
    except OSError as error:
        raise RenderError(error.strerror or "cannot be read", path=path) from None
    if len(data) > LARGEST_BYTES:
        raise RenderError("is larger than 2 MB, too large for an issue", path=path)
    return data


def compile_draft(
    draft: Draft, settings: Settings, *, store: MediaStore | None = None
) -> Compilation:
    """Return what the draft becomes; its picture files are hosted on the way.

    Args:
        draft: the issue.
        settings: of the workspace.
        store: where picture files are put; as the settings say by default.

    Raises:
        RenderError: with file, line and column.
        ConfigurationError: pictures cannot be put where the settings say.
    """
    theme = theme_of(draft, settings)
    images = hosted_images(draft.issue, theme, path=draft.path, settings=settings, store=store)
    return compile_with(draft, theme=theme, images=images, defaults=issue_defaults(settings))


def compile_with(
    draft: Draft, *, theme: Theme, images: Mapping[str, HostedImage], defaults: IssueDefaults
) -> Compilation:
    """Return what the draft becomes in `theme`; its pictures are hosted already.

    Raises:
        RenderError: with file, line and column.
    """
    made = compile_traced(
        draft.source,
        path=draft.path,
        theme=theme,
        defaults=defaults,
        images=images,
        issue=draft.issue,
    )
    return Compilation(draft, theme, images, made.compiled, made.traced)


def theme_of(draft: Draft, settings: Settings) -> Theme:
    """Return the theme that the issue or the workspace chooses.

    Raises:
        RenderError: there is none of that name, or its files are broken.
    """
    name = draft.issue.front_matter.theme
    try:
        return find_theme(name or settings.issue.theme, roots=theme_roots(settings))
    except RenderError as error:
        if error.path is not None:
            raise
        if not name:
            raise RenderError(error.message, path=settings.workspace / SETTINGS_FILE) from None
        line, column = _place_of_theme(draft.source)
        raise RenderError(error.message, path=draft.path, line=line, column=column) from None


def _place_of_theme(source: str) -> tuple[int, int]:
    found = re.search(r"^theme:[ \t]*", source, re.MULTILINE)
    return (source.count("\n", 0, found.start()) + 1, len(found[0]) + 1) if found else (1, 1)


def grounds_of(theme: Theme) -> Grounds:
    """Return the colours behind an issue's pictures."""
    light, dark = theme.settings.light, theme.settings.dark
    return Grounds(light.get("card", GROUNDS.light), dark.get("card", GROUNDS.dark))


def hosted_images(
    issue: Issue,
    theme: Theme,
    *,
    path: Path,
    settings: Settings,
    store: MediaStore | None = None,
) -> dict[str, HostedImage]:
    """Host the picture files of the issue and the theme; return where, by source as written.

    Raises:
        RenderError: a picture cannot be used.
        ConfigurationError: the store cannot be used.
    """
    column, logo = theme.column_width, theme.settings.logo
    grounds = grounds_of(theme)
    images = dict(
        host_images(
            issue, path=path, settings=settings, column_width=column, store=store, grounds=grounds
        )
    )
    for each, behind in ((logo, grounds), (logo.in_dark, None)):
        if each.path is not None:
            images[each.key] = host_file(
                each.path, shown_width=each.width, settings=settings, store=store, grounds=behind
            )
    return images


def issue_defaults(settings: Settings) -> IssueDefaults:
    """Return what the workspace says where an issue does not.

    Nothing of the mailing list or the send: what was built and approved is what goes out.
    """
    sender = settings.sender
    return IssueDefaults(
        sender=Mailbox(sender.email, sender.name) if sender.email else None,
        reply_to=Mailbox(sender.reply_to) if sender.reply_to else None,
        postal_address=sender.postal_address or "",
        list_name=sender.name,
        has_archive=True,
        language=settings.issue.language,
    )
