"""Previewing: one look at an issue, filled for one reader."""

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from mailer.composing.compiling import Compilation, Draft
from mailer.composing.images.files import is_remote
from mailer.composing.issue.tree import images_of
from mailer.composing.readers import SAMPLE, Reader
from mailer.composing.rendering.pipeline import html_bytes
from mailer.composing.sample import sample_recipient
from mailer.config import Settings
from mailer.message.compiled import SYSTEM_FIELDS, CompiledIssue, Recipient
from mailer.message.filling import fill
from subscribers.segments.language import fields_of, parse_segment


@dataclass(frozen=True, slots=True)
class FieldUse:
    """A subscriber's field that the issue uses: shown in it, or decides what is shown.

    Args:
        name: of the field.
        defaults: what its author wrote for those without a value; empty where nothing.
    """

    name: str
    defaults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """An issue, compiled and filled.

    Args:
        compiled: the variant that the reader gets, traced.
        subject: filled.
        html: filled; each block's element has `data-line`, its line in the author's file.
        text: filled.
        html_bytes: size of the HTML part as it would go out, before it is filled.
        fields: fields of subscribers that the issue uses, by name.
        conditions: rules on which parts of the issue depend, and whether each holds.
        theme_folders: where the files of its theme are looked for.
    """

    compiled: CompiledIssue
    subject: str
    html: str
    text: str
    html_bytes: int
    fields: tuple[FieldUse, ...]
    conditions: Mapping[str, bool]
    theme_folders: tuple[Path, ...]


def look_at(compilation: Compilation, settings: Settings, *, reader: Reader = SAMPLE) -> Look:
    """Return the issue as `reader` would get it. No link in it changes anything.

    Args:
        compilation: the issue.
        settings: of the workspace.
        reader: for whom it is filled.
    """
    whole = compilation.traced
    recipient = _recipient(reader, sample_recipient(whole, settings))
    shown = whole.shown_to(recipient.fields)
    compiled = whole.variant(shown)
    html = fill(compiled.html, compiled, recipient)
    return Look(
        compiled=compiled,
        subject=fill(compiled.subject, compiled, recipient),
        html=html,
        text=fill(compiled.text, compiled, recipient),
        html_bytes=html_bytes(compilation.compiled.variant(shown)),
        fields=fields_used(whole),
        conditions={condition: condition in shown for condition in whole.conditions},
        theme_folders=compilation.theme.folders,
    )


def _recipient(reader: Reader, sample: Recipient) -> Recipient:
    if reader.kind == "sample":
        return sample
    return dataclasses.replace(
        sample,
        email=reader.email or sample.email,
        name=reader.name,
        fields=reader.merge_values,
    )


def picture_files(draft: Draft) -> frozenset[Path]:
    """Return where the picture files are that the issue names, there or not: to watch them."""
    folder = draft.path.absolute().parent
    sources = {image.src for image in images_of(draft.issue) if not is_remote(image.src)}
    return frozenset(Path(os.path.normpath(folder / unquote(source))) for source in sources)


def fields_used(compiled: CompiledIssue) -> tuple[FieldUse, ...]:
    """Return the fields whose values come from subscribers, by name."""
    found: dict[str, dict[str, None]] = {}
    for slot in compiled.slots:
        if slot.field not in SYSTEM_FIELDS:
            defaults = found.setdefault(slot.field, {})
            if slot.default:
                defaults[slot.default] = None
    for condition in compiled.conditions:
        for name in fields_of(parse_segment(condition)):
            found.setdefault(name, {})
    return tuple(FieldUse(name, tuple(found[name])) for name in sorted(found))
