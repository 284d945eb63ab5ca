"""The specimen that a theme is checked with: every block once, in each direction of writing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mailer.composing.issue.hosted_image import HostedImage
from mailer.composing.rendering import IssueDefaults, Theme, compile_traced
from mailer.message.compiled import CompiledIssue, Mailbox

POSTAL_ADDRESS = "12 Hill Lane, Greenwich"
_TITLE = re.compile(r"^title: .*$", re.MULTILINE)
_HEADLINES = (40, 80, 120)
_LEAST = "---\nsubject: The least\ndate: 2026-11-22\ncontents: no\n---\n\nOnly words.\n"
_DEFAULTS = IssueDefaults(
    sender=Mailbox("specimen@example.org", "The Specimen Book"),
    postal_address=POSTAL_ADDRESS,
    list_name="The Specimen Book",
    has_archive=True,
)


@dataclass(frozen=True, slots=True)
class Specimen:
    """An issue that uses everything: its file and text."""

    path: Path
    source: str

    def sources(self) -> Iterator[str]:
        """Yield the specimen, then others: right to left, long titles, headlines, nearly empty."""
        yield self.source
        yield self.source.replace("---\n", "---\nlanguage: ar\n", 1)
        yield _TITLE.sub("title: A masthead of thirty letters or so", self.source, count=1)
        yield _TITLE.sub("title: " + "A masthead that goes on and on " * 3, self.source, count=1)
        for length in _HEADLINES:
            headline = "A headline that says it all, and more".ljust(length, "!")
            yield self.source.replace("---\n", f"---\nheadline: '{headline}'\n", 1)
        yield _LEAST

    def compiled(self, theme: Theme, source: str) -> CompiledIssue:
        """Return what `theme` makes of `source`, traced.

        Raises:
            RenderError: the theme is wrong.
        """
        return compile_traced(
            source,
            path=self.path,
            theme=theme,
            defaults=_DEFAULTS,
            images=_logo(theme),
        ).traced


def _logo(theme: Theme) -> Mapping[str, HostedImage]:
    logo = theme.settings.logo
    url = "https://example.org/media/logo.png"
    return {
        each.key: HostedImage(url, 2 * each.width, 100, each.width, 10_000)
        for each in (logo, logo.in_dark)
        if each.path is not None
    }
