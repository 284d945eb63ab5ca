"""The text part as a whole: header and web link, sections, footer with the way out."""

from collections.abc import Iterator

from mailer.domain.message import UNSUBSCRIBE_URL, SlotContext
from mailer.rendering.edition import Edition
from mailer.rendering.merge import Tokens
from mailer.rendering.plaintext import WIDTH, PlainText
from mailer.rendering.wrap import wrap


def text_part(edition: Edition, tokens: Tokens) -> str:
    """Return the plain text of `edition`, which ends with a newline."""
    writer = PlainText(tokens)
    issue = edition.issue
    parts = [_header(edition), writer.flow(issue.introduction), _contents(edition, writer)]
    number = 0
    for section in issue.sections:
        number += bool(section.name)
        parts.append(writer.section(section, number))
    if issue.closing:
        parts.append("-" * WIDTH + "\n\n" + writer.flow(issue.closing))
    parts.append("\n".join(_footer(edition, tokens)))
    return "\n\n".join(filter(None, parts)) + "\n"


def _header(edition: Edition) -> str:
    lines = [*wrap(edition.title, WIDTH), *wrap(edition.tagline, WIDTH), edition.date]
    if edition.web_url:
        lines += ["", f"{edition.words['read_online']}:", edition.web_url]
    return "\n".join(line for at, line in enumerate(lines) if line or at > 1)


def _contents(edition: Edition, writer: PlainText) -> str:
    names = [writer.words(section.name) for section in edition.issue.sections if section.name]
    if len(names) < 2:  # noqa: PLR2004 - one section needs no contents
        return ""
    lines = [line for at, name in enumerate(names, 1) for line in wrap(f"{at}. {name}", WIDTH)]
    return "\n".join([f"{edition.words['contents']}:", *lines])


def _footer(edition: Edition, tokens: Tokens) -> Iterator[str]:
    yield "-" * WIDTH
    yield from wrap(edition.reason, WIDTH)
    yield f"{edition.words['unsubscribe']}:"
    yield tokens.token(UNSUBSCRIBE_URL, context=SlotContext.TEXT)
    if edition.postal_address:
        yield ""
        yield from wrap(edition.postal_address, WIDTH)
