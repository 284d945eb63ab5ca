"""What distinguishes a test from the real issue: banner, subject, harmless links. Pure."""

import html
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from mailer.composing.rendering.pipeline import content_hash
from mailer.message.compiled import ADDRESS, CompiledIssue, Slot

SUBJECT_MARK = "[Test] "
_LINE_WIDTH = 72

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_BODY = re.compile(r"<body\b(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*>", re.IGNORECASE)
_PREHEADER = re.compile(
    r"\s*+<div\b[^<>]*?style=\"[^\"<>]*?display:\s*+none[^\"]*+\"[^<>]*+>[^<]*+</div>",
    re.IGNORECASE,
)
_BANNER = (
    '<table role="presentation" width="100%" border="0" cellpadding="0" cellspacing="0"'
    ' bgcolor="#FFE08A" style="width:100%;background-color:#FFE08A;"><tbody><tr>'
    '<td align="center" bgcolor="#FFE08A" style="padding:12px 20px;background-color:#FFE08A;'
    "font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:20px;color:#3A2A00;"
    'text-align:center;">'
    '<div lang="en" dir="ltr" style="color:#3A2A00;">{words}</div></td></tr></tbody></table>'
)
"""Styled inline, with colours that read well as they are and inverted (contrast 10.8 to 1)."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a test message.

    Args:
        shown_as: the subscriber whose values fill it; empty for defaults.
        has_banner: whether the test says so at its top.
    """

    shown_as: str
    has_banner: bool = True


def as_test(compiled: CompiledIssue, marks: Marks) -> CompiledIssue:
    """Return the issue as it goes out in a test.

    Its slug is another, so that neither the outbox nor a provider's feedback takes it for the
    issue itself.
    """
    if marks.shown_as:
        compiled = with_address(compiled, marks.shown_as)
    words = banner_words(compiled.slug, marks.shown_as)

    def mark_html(page: str) -> str:
        return with_banner(page, words) if marks.has_banner else page

    def mark_text(page: str) -> str:
        return f"{_text_banner(words)}{page}" if marks.has_banner else page

    changed = _with_parts(compiled, mark_html, mark_text)
    marked = replace(
        changed, slug=f"{compiled.slug}-test", subject=f"{SUBJECT_MARK}{compiled.subject}"
    )
    return replace(marked, content_hash=content_hash(marked))


def banner_words(slug: str, shown_as: str) -> str:
    """Return the banner's text."""
    filled = f"filled in for {shown_as}" if shown_as else "filled in with defaults"
    return (
        f"This is a test of {slug}, {filled}. Links that would change something, such as "
        "unsubscribing, change nothing."
    )


def with_banner(page: str, words: str) -> str:
    """Return an HTML part with `words` at its top, below the hidden preheader."""
    plain = _COMMENT.sub(lambda comment: " " * len(comment[0]), page)
    body = _BODY.search(plain)
    at = body.end() if body else 0
    preheader = _PREHEADER.match(plain, at)
    at = preheader.end() if preheader else at
    return page[:at] + _BANNER.format(words=html.escape(words)) + page[at:]


def with_address(compiled: CompiledIssue, email: str) -> CompiledIssue:
    """Return the issue with `{{ email }}` filled in: as the subscriber would read it."""
    slots = [slot for slot in compiled.slots if slot.field == ADDRESS]
    filled = _with_parts(
        compiled,
        lambda page: _filled(page, slots, html.escape(email)),
        lambda page: _filled(page, slots, email),
    )
    subject = _filled(compiled.subject, slots, email)
    kept = tuple(slot for slot in compiled.slots if slot.field != ADDRESS)
    return replace(filled, subject=subject, slots=kept)


def as_read(compiled: CompiledIssue, *, email: str, fields: Mapping[str, str]) -> CompiledIssue:
    """Return the variant that a subscriber with these values gets, their address filled in."""
    one = compiled.variant(compiled.shown_to(fields))
    return with_address(one, email) if email else one


def fields_left_empty(compiled: CompiledIssue, fields: Mapping[str, str]) -> list[str]:
    """Return the merge fields that have neither a value nor a default in what they read."""
    shown = compiled.shown_to(fields)
    return sorted(field for field in compiled.gaps(shown) if not fields.get(field))


def _filled(text: str, slots: list[Slot], value: str) -> str:
    for slot in slots:
        text = text.replace(slot.token, value)
    return text


def _with_parts(
    compiled: CompiledIssue, on_html: Callable[[str], str], on_text: Callable[[str], str]
) -> CompiledIssue:
    variants = tuple(
        replace(one, html=on_html(one.html), text=on_text(one.text)) for one in compiled.variants
    )
    return replace(
        compiled, html=on_html(compiled.html), text=on_text(compiled.text), variants=variants
    )


def _text_banner(words: str) -> str:
    return textwrap.fill(f"*** {words} ***", _LINE_WIDTH, break_long_words=False) + "\n\n"
