"""A small, clean message for the checks on compiled HTML, and what they say of it."""

from pathlib import Path

from mailer.composing.linting.compat import CompatOptions, check_html
from mailer.composing.linting.finding import Finding

ISSUE = Path("issue.md")
UNSUBSCRIBE = "https://news.example.org/u/abc"
CLEAN = CompatOptions(unsubscribe_url=UNSUBSCRIBE)
FOOTER = f'<p style="line-height:24px"><a href="{UNSUBSCRIBE}">Unsubscribe</a> from the letter</p>'


def message(  # noqa: PLR0913 - a document has that many parts
    body: str = "",
    *,
    head: str = "",
    lang: str = "en",
    title: str = "A letter",
    heading: str = "<h1>A letter</h1>",
    footer: str = FOOTER,
) -> str:
    """Return a whole document; `body` stands in line 7 of the author's file."""
    return (
        f'<!doctype html><html lang="{lang}"><head><title>{title}</title>{head}</head>'
        f'<body><div data-line="5">{heading}</div><div data-line="7">{body}</div>{footer}</body>'
        "</html>"
    )


def findings(html: str, options: CompatOptions = CLEAN) -> list[Finding]:
    """Return what the checks say."""
    return check_html(html, path=ISSUE, options=options)


def codes(html: str, options: CompatOptions = CLEAN) -> list[str]:
    """Return the codes of what the checks say."""
    return [finding.code for finding in findings(html, options)]


def only(html: str, options: CompatOptions = CLEAN) -> Finding:
    """Return the one thing that the checks say."""
    found = findings(html, options)
    assert len(found) == 1, found
    return found[0]
