"""The text part as a whole: header and web link, sections, footer with the way out."""

from collections.abc import Iterator, Mapping

from mailer.composing.issue.reading.merge import Tokens
from mailer.composing.rendering import templates
from mailer.composing.rendering.edition import Edition
from mailer.composing.rendering.inline_text import InlineText
from mailer.composing.rendering.numbers import has_own_number
from mailer.composing.rendering.plaintext import WIDTH, PlainText
from mailer.composing.rendering.wrap import width, wrap
from mailer.composing.themes.theme import TEXT_FILE
from mailer.message.compiled import UNSUBSCRIBE_URL, SlotContext


def text_part(edition: Edition, tokens: Tokens) -> str:
    """Return the plain text of `edition`, which ends with a newline.

    Raises:
        RenderError: the theme's template is wrong; with file and line.
    """
    text = templates.render(edition.theme, TEXT_FILE, text_values(edition, tokens))
    return text.strip("\n") + "\n"


def text_values(edition: Edition, tokens: Tokens) -> Mapping[str, object]:
    """Return the parts that the theme's text template puts in order; empty where there is none."""
    web_url = tokens.archive_url(SlotContext.TEXT) if edition.has_archive else ""
    writer = PlainText(InlineText(tokens, web_url), edition.words, images=edition.images)
    issue = edition.issue
    headline = _headline(edition, writer)
    return {
        "header": _header(edition, headline, web_url),
        "title": "\n".join(wrap(edition.title, WIDTH)),
        "tagline": "\n".join(wrap(edition.tagline, WIDTH)),
        "headline": headline,
        "date": edition.date,
        "web_url": web_url,
        "introduction": writer.flow(issue.introduction),
        "contents": _contents(edition, writer),
        "sections": list(_sections(edition, writer)),
        "closing": writer.flow(issue.closing),
        "footnotes": writer.footnotes(issue.footnotes),
        "author": _author(edition),
        "footer": "\n".join(_footer(edition, tokens)),
        "rule": "-" * WIDTH,
        "words": edition.words,
    }


def _sections(edition: Edition, writer: PlainText) -> Iterator[str]:
    """Yield the sections, numbered in themes that list them."""
    is_numbered = edition.sections_listed or edition.theme.settings.contents_from > 0
    number = 0
    for section in edition.issue.sections:
        number += bool(section.name)
        is_counted = is_numbered and not has_own_number(section.name, number)
        yield writer.section(section, number if is_counted else 0)


def _author(edition: Edition) -> str:
    author = edition.author
    if author is None:
        return ""
    lines = [author.name, *wrap(author.bio, WIDTH), author.url]
    return "\n".join(filter(None, lines))


def _headline(edition: Edition, writer: PlainText) -> str:
    """Return the headline between two lines; the names of sections have one below them."""
    words = edition.issue.front_matter.headline
    if not words:
        return ""
    lines = wrap(writer.inline.of(words).strip(), WIDTH)
    rule = "=" * min(WIDTH, max(map(width, lines)))
    return "\n".join([rule, *lines, rule, *writer.inline.addresses(words, WIDTH)])


def _header(edition: Edition, headline: str, web_url: str) -> str:
    masthead = [*wrap(edition.title, WIDTH), *wrap(edition.tagline, WIDTH)]
    lines = [line for line in masthead if line]
    lines += ["", headline, "", edition.date] if headline else [edition.date]
    if web_url:
        lines += ["", f"{edition.words['read_online']}:", web_url]
    return "\n".join(lines)


def _contents(edition: Edition, writer: PlainText) -> str:
    names = [section.name for section in edition.issue.sections if section.name]
    if not edition.sections_listed:
        return ""
    numbers = ("" if has_own_number(name, at) else f"{at}. " for at, name in enumerate(names, 1))
    entries = (number + writer.inline.of(name) for number, name in zip(numbers, names, strict=True))
    lines = [line for entry in entries for line in wrap(entry, WIDTH)]
    return "\n".join([f"{edition.words['contents']}:", *lines])


def _footer(edition: Edition, tokens: Tokens) -> Iterator[str]:
    yield "-" * WIDTH
    for link in edition.theme.settings.social:
        yield from (f"{link.name}:", link.url)
    if edition.theme.settings.social:
        yield ""
    yield from wrap(edition.reason, WIDTH)
    yield f"{edition.words['unsubscribe']}:"
    yield tokens.token(UNSUBSCRIBE_URL, context=SlotContext.TEXT)
    if edition.postal_address:
        yield ""
        yield from wrap(edition.postal_address, WIDTH)
