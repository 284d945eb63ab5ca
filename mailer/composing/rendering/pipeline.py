"""The whole way: an issue's source to its compiled message."""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailer.composing.issue.hosted_image import HostedImage
from mailer.composing.issue.reading import parser
from mailer.composing.issue.reading.merge import Tokens, token_line, tokens_for
from mailer.composing.issue.reading.source import Source, normalise
from mailer.composing.issue.tree import Issue, RawMjml, blocks_of, images_of
from mailer.composing.rendering.edition import Edition, IssueDefaults, edit
from mailer.composing.rendering.html_part import html_part
from mailer.composing.rendering.raw import check_raw
from mailer.composing.rendering.text_part import text_part
from mailer.composing.rendering.tracing import Tracer, tracer_for
from mailer.composing.rendering.variants import variants_of
from mailer.composing.themes.theme import Theme
from mailer.errors import RenderError
from mailer.message.compiled import CompiledIssue, SlotContext, Variant

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


@dataclass(frozen=True, slots=True)
class Traced:
    """An issue compiled once, in two forms.

    Args:
        compiled: to be sent: the same bytes as `compile_issue` makes.
        traced: to look at, never to send: the element of each block has `data-line`, the line of
            the author's file that it comes from. Its content hash is that of `compiled`.
    """

    compiled: CompiledIssue
    traced: CompiledIssue


def compile_issue(  # noqa: PLR0913 - one argument an input
    source: str,
    *,
    path: Path,
    theme: Theme,
    defaults: IssueDefaults,
    images: Mapping[str, HostedImage] | None = None,
    issue: Issue | None = None,
) -> CompiledIssue:
    """Return the message that `source` becomes: the same bytes for the same arguments.

    Args:
        source: the file's text.
        path: the file, for errors and the default slug; it is not read.
        theme: how it looks, see `find_theme`.
        defaults: for what the front matter leaves out.
        images: where the pictures are hosted that are files, by `src` as written.
        issue: what `parse_issue` made of the same source and path, where that was done already.

    Raises:
        RenderError: the issue, the theme or the template is wrong; with file, line and column.
    """
    file = Source(normalise(source), path)
    job = _Job(file, theme, defaults, images or {}, tokens_for(file.text))
    return _sealed(_compiled(issue or parser.parse(file), job))


def compile_traced(  # noqa: PLR0913 - one argument an input
    source: str,
    *,
    path: Path,
    theme: Theme,
    defaults: IssueDefaults,
    images: Mapping[str, HostedImage] | None = None,
    issue: Issue | None = None,
) -> Traced:
    """Return what `source` becomes as it is sent, and as it is looked at, by one compilation.

    Takes and raises what `compile_issue` does.
    """
    file = Source(normalise(source), path)
    tokens = tokens_for(file.text)
    tracer = tracer_for(tokens)
    job = _Job(file, theme, defaults, images or {}, tokens, tracer)
    marked = _compiled(issue or parser.parse(file), job)
    traced = _with_html(marked, tracer.shown)
    compiled = _sealed(_with_html(marked, tracer.removed))
    pages = (compiled.html, *(variant.html for variant in compiled.variants))
    if any(tracer.prefix in page for page in pages):
        compiled = compile_issue(  # MJML has left a tag as it is, with the mark in it
            source, path=path, theme=theme, defaults=defaults, images=images, issue=issue
        )
    return Traced(compiled, dataclasses.replace(traced, content_hash=compiled.content_hash))


def _compiled(whole: Issue, job: "_Job") -> CompiledIssue:
    _check(whole, job)
    if not whole.conditions:
        return job.compiled(job.edition(whole))
    first, *others = variants_of(whole.conditions, job.source)
    edition = job.edition(_parse_for(first, job.source))
    return job.compiled(edition, [job.variant(shown) for shown in others])


def _with_html(compiled: CompiledIssue, change: Callable[[str], str]) -> CompiledIssue:
    variants = (dataclasses.replace(one, html=change(one.html)) for one in compiled.variants)
    return dataclasses.replace(compiled, html=change(compiled.html), variants=tuple(variants))


def _sealed(compiled: CompiledIssue) -> CompiledIssue:
    return dataclasses.replace(compiled, content_hash=content_hash(compiled))


def _parse_for(shown: Sequence[str], source: Source) -> Issue:
    """Return the issue of those who see the parts `shown`."""
    try:
        return parser.parse(source, shown=frozenset(shown))
    except RenderError as error:
        raise RenderError(
            f"for those who do not get every ':::only' part: {error.message}",
            path=error.path,
            line=error.line,
            column=error.column,
        ) from None


@dataclass(frozen=True, slots=True)
class _Job:
    source: Source
    theme: Theme
    defaults: IssueDefaults
    images: Mapping[str, HostedImage]
    tokens: Tokens
    tracer: Tracer | None = None

    def edition(self, issue: Issue) -> Edition:
        return edit(
            issue,
            theme=self.theme,
            defaults=self.defaults,
            path=self.source.path,
            images=self.images,
        )

    def html(self, edition: Edition) -> str:
        return html_part(edition, self.tokens, self.source, tracer=self.tracer)

    def variant(self, shown: tuple[str, ...]) -> Variant:
        edition = self.edition(_parse_for(shown, self.source))
        return Variant(shown, self.html(edition), text_part(edition, self.tokens))

    def compiled(self, edition: Edition, variants: Sequence[Variant] = ()) -> CompiledIssue:
        """Return the issue without its hash."""
        matter = edition.issue.front_matter
        subject = token_line(matter.subject, self.tokens, context=SlotContext.SUBJECT)
        html, text = self.html(edition), text_part(edition, self.tokens)
        return CompiledIssue(
            slug=matter.slug,
            subject=subject,
            preheader=edition.preheader,
            html=html,
            text=text,
            sender=edition.sender,
            reply_to=edition.reply_to,
            language=edition.language,
            date=matter.date,
            slots=self.tokens.slots,
            conditions=edition.issue.conditions,
            variants=tuple(variants),
            headline=token_line(matter.headline, self.tokens, context=SlotContext.TEXT),
        )


def _check(issue: Issue, job: _Job) -> None:
    check_raw((block for block in blocks_of(issue) if isinstance(block, RawMjml)), job.source)
    for image in images_of(issue):
        if image.is_local and image.src not in job.images:
            raise job.source.error(
                f"the picture {image.src!r} is a file: it has to be hosted before the issue is"
                " compiled",
                line=image.line,
                column=image.column,
            )


def html_bytes(compiled: CompiledIssue) -> int:
    """Return the size of the HTML part, to hold against `GMAIL_WARN_BYTES`."""
    return len(compiled.html.encode())


def content_hash(compiled: CompiledIssue) -> str:
    """Return the SHA-256 (hex) of everything in `compiled` but the hash itself."""
    fields = dataclasses.asdict(compiled)
    del fields["content_hash"]
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
