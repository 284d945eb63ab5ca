"""Publishing: from an issue file to its compiled form, and to files that can be looked at."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from mailer.composing.images.hosted import HostedImage
from mailer.composing.images.hosting import host_file, host_images
from mailer.composing.images.store import MediaStore
from mailer.composing.issue.reading.source import not_utf_8
from mailer.composing.issue.tree import Issue, find_todos
from mailer.composing.rendering.edition import IssueDefaults
from mailer.composing.rendering.pipeline import compile_issue, html_bytes, parse_issue
from mailer.composing.themes.theme import Theme, find_theme
from mailer.config import SETTINGS_FILE, Settings
from mailer.errors import RenderError
from mailer.message.compiled import (
    CompiledIssue,
    Mailbox,
    MailingIdentity,
    Recipient,
)
from mailer.message.filling import fill
from mailer.message.links import ARCHIVE_PATH, UNSUBSCRIBE_HELP_PATH, unsubscribe_mailto
from mailer.message.mime import MimeTemplate
from mailer.platform.files import write_whole
from mailer.platform.resources import resource_dir

LARGEST_BYTES = 5_000_000
"""Of an issue file."""

SAMPLE_EMAIL = "reader@example.org"

_VARIANT_FILE = re.compile(r"variant-([1-9]\d{0,3})\.(?:html|txt)")


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue file as read.

    Args:
        path: the file.
        source: its text.
        issue: parsed.
    """

    path: Path
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


def read_draft(path: Path) -> Draft:
    """Return the issue file at `path`.

    Raises:
        RenderError: it cannot be read or is not an issue; with line and column.
    """
    try:
        text = read_issue_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise not_utf_8(error, path) from None
    source = text.replace("\r\n", "\n").replace("\r", "\n")
    return Draft(path, source, parse_issue(source, path=path))


def read_issue_file(path: Path) -> bytes:
    """Return the bytes of an issue file.

    Raises:
        RenderError: there is no such file, it cannot be read, or it is larger than 5 MB.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise RenderError("there is no such file", path=path) from None
    except OSError as error:
        raise RenderError(error.strerror or "cannot be read", path=path) from None
    if len(data) > LARGEST_BYTES:
        raise RenderError("is larger than 5 MB: that is no issue", path=path)
    return data


def compile_draft(
    draft: Draft,
    settings: Settings,
    *,
    is_traced: bool = False,
    store: MediaStore | None = None,
) -> CompiledIssue:
    """Return the message that the draft becomes; its picture files are hosted on the way.

    Args:
        draft: the issue.
        settings: of the workspace.
        is_traced: give each block's element `data-line`, the line that it comes from: to look at,
            never to send.
        store: where picture files are put; as the settings say by default.

    Raises:
        RenderError: with file, line and column.
        ConfigurationError: pictures cannot be put where the settings say.
    """
    theme = theme_of(draft, settings)
    return compile_issue(
        draft.source,
        path=draft.path,
        theme=theme,
        defaults=issue_defaults(settings),
        images=hosted_images(draft.issue, theme, path=draft.path, settings=settings, store=store),
        is_traced=is_traced,
        issue=draft.issue,
    )


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
    column = theme.column_width
    images = dict(
        host_images(issue, path=path, settings=settings, column_width=column, store=store)
    )
    logo = theme.settings.logo
    if logo.path is not None:
        images[logo.key] = host_file(
            logo.path, shown_width=logo.width, settings=settings, store=store
        )
    return images


def theme_roots(settings: Settings) -> list[Path]:
    """Return where themes are looked for: the workspace first, then those that ship."""
    return [settings.workspace / "templates" / "email", resource_dir("templates") / "email"]


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


def sample_message(
    compiled: CompiledIssue, settings: Settings, *, fields: Mapping[str, str] | None = None
) -> bytes:
    """Return the whole message as a sample reader with these merge values gets it.

    The same bytes every time.
    """
    domain = compiled.sender.email.rpartition("@")[2]
    identity = MailingIdentity("sample", compiled.sender.name or "Sample", domain, 0)
    noon = dt.datetime.combine(compiled.date, dt.time(12), tzinfo=dt.UTC)
    reader = replace(sample_recipient(compiled, settings), fields=fields or {})
    return MimeTemplate(compiled, identity).bind(reader, date=noon)


def neutral_html(compiled: CompiledIssue, settings: Settings) -> str:
    """Return the HTML part as it belongs to nobody: defaults for merge fields, no personal link."""
    return fill(compiled.html, compiled, sample_recipient(compiled, settings))


def neutral_text(compiled: CompiledIssue, settings: Settings) -> str:
    """Return the text part as it belongs to nobody."""
    return fill(compiled.text, compiled, sample_recipient(compiled, settings))


def subject_shown(compiled: CompiledIssue, settings: Settings) -> str:
    """Return the subject line as it belongs to nobody."""
    return fill(compiled.subject, compiled, sample_recipient(compiled, settings))


def write_build(compiled: CompiledIssue, settings: Settings, directory: Path) -> dict[str, Any]:
    """Write `message.html`, `.txt`, `.eml` and `.json` to `directory`; return the last one's data.

    Variants are `variant-1.html`, `variant-1.txt` and so on; those of an earlier build go. Each
    file appears whole or not at all, `message.json` last.
    """
    message = sample_message(compiled, settings)
    facts = describe(compiled, message)
    directory.mkdir(parents=True, exist_ok=True)
    write = partial(write_whole, can_be_remade=True)
    write(directory / "message.html", neutral_html(compiled, settings).encode())
    write(directory / "message.txt", neutral_text(compiled, settings).encode())
    for number, variant in enumerate(compiled.variants, 1):
        one = compiled.variant(variant.shown)
        write(directory / f"variant-{number}.html", neutral_html(one, settings).encode())
        write(directory / f"variant-{number}.txt", neutral_text(one, settings).encode())
    write(directory / "message.eml", message)
    for path in directory.glob("variant-*.*"):
        found = _VARIANT_FILE.fullmatch(path.name)
        if found and int(found[1]) > len(compiled.variants):
            path.unlink()
    document = json.dumps(facts, ensure_ascii=False, indent=2) + "\n"
    write(directory / "message.json", document.encode())
    return facts


def describe(compiled: CompiledIssue, message: bytes) -> dict[str, Any]:
    """Return subject, headers, hash and sizes of a compiled issue as JSON values."""
    import email.policy  # noqa: PLC0415 - 30 ms

    headers = email.message_from_bytes(message, policy=email.policy.default)
    return {
        "slug": compiled.slug,
        "subject": str(headers["Subject"]),
        "preheader": compiled.preheader,
        "date": compiled.date.isoformat(),
        "language": compiled.language,
        "headers": {name: str(value) for name, value in headers.items()},
        "merge_fields": sorted(compiled.fields),
        "variants": [
            {
                "file": f"variant-{number}.html",
                "for": list(each.shown),
                "html_bytes": len(each.html.encode()),
            }
            for number, each in enumerate(compiled.variants, 1)
        ],
        "content_hash": compiled.content_hash,
        "bytes": {
            "html": html_bytes(compiled),
            "text": len(compiled.text.encode()),
            "message": len(message),
        },
    }


def sample_recipient(compiled: CompiledIssue, settings: Settings) -> Recipient:
    """Return nobody: no merge values, and an unsubscribe link that changes nothing."""
    base = settings.web.base_url
    return Recipient(
        delivery_id=0,
        email=SAMPLE_EMAIL,
        name="",
        message_id=f"sample.{compiled.slug}@{compiled.sender.email.rpartition('@')[2]}",
        unsubscribe_url=base + UNSUBSCRIBE_HELP_PATH,
        unsubscribe_mailto=unsubscribe_mailto(compiled.sender.email),
        archive_url=f"{base}{ARCHIVE_PATH}{compiled.slug}",
    )
