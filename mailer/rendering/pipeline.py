"""The whole way: an issue's source to its compiled message."""

import dataclasses
import hashlib
import json
from pathlib import Path

from mailer.domain.issue import Issue
from mailer.domain.message import CompiledIssue
from mailer.rendering import css, mjml, parser
from mailer.rendering.edition import Edition, IssueDefaults, edit
from mailer.rendering.html_part import mjml_values
from mailer.rendering.merge import Tokens, subject_line, tokens_for
from mailer.rendering.source import Source, normalise
from mailer.rendering.text_part import text_part
from mailer.rendering.theme import load_theme

GMAIL_CLIP_BYTES = 102_000
"""Gmail cuts off what comes after about this many bytes of HTML, the unsubscribe link included."""

GMAIL_WARN_BYTES = 85_000
"""Warn from here on: tracked links and merge values come on top."""


def parse_issue(source: str, *, path: Path) -> Issue:
    """Return the parsed issue.

    Args:
        source: the file's text.
        path: the file, for errors and the default slug; it is not read.

    Raises:
        RenderError: the text is not an issue; with line and column.
    """
    return parser.parse(Source(normalise(source), path))


def compile_issue(
    source: str, *, path: Path, theme_dir: Path, defaults: IssueDefaults
) -> CompiledIssue:
    """Return the message that `source` becomes: the same bytes for the same arguments and theme.

    Args:
        source: the file's text.
        path: the file, for errors and the default slug; it is not read.
        theme_dir: the theme's own folder, see `find_theme`.
        defaults: for what the front matter leaves out.

    Raises:
        RenderError: the issue, the theme or the template is wrong; with file, line and column.
    """
    source = normalise(source)
    theme = load_theme(theme_dir)
    issue = parser.parse(Source(source, path))
    edition = edit(issue, theme=theme, defaults=defaults, path=path)
    tokens = tokens_for(source)
    subject = subject_line(issue.front_matter.subject, tokens)
    html = html_part(edition, tokens)
    text = text_part(edition, tokens)
    return _sealed(edition, subject=subject, html=html, text=text, tokens=tokens)


def html_part(edition: Edition, tokens: Tokens) -> str:
    """Return the HTML part: template, MJML, CSS inlined.

    Raises:
        RenderError: the theme is wrong.
    """
    values = mjml_values(edition, tokens)
    document = mjml.render_template(edition.theme, values)
    html = mjml.to_html(document, theme=edition.theme, values=values)
    return css.inline_css(html, edition.theme.inlined_css)


def html_bytes(compiled: CompiledIssue) -> int:
    """Return the size of the HTML part, to hold against `GMAIL_WARN_BYTES`."""
    return len(compiled.html.encode())


def content_hash(compiled: CompiledIssue) -> str:
    """Return the SHA-256 (hex) of everything in `compiled` but the hash itself."""
    fields = dataclasses.asdict(compiled)
    del fields["content_hash"]
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _sealed(
    edition: Edition, *, subject: str, html: str, text: str, tokens: Tokens
) -> CompiledIssue:
    matter = edition.issue.front_matter
    compiled = CompiledIssue(
        slug=matter.slug,
        subject=subject,
        preheader=edition.preheader,
        html=html,
        text=text,
        sender=edition.sender,
        reply_to=edition.reply_to,
        language=edition.language,
        date=matter.date,
        slots=tokens.slots,
    )
    return dataclasses.replace(compiled, content_hash=content_hash(compiled))
