"""Front matter to YAML."""

import json
import re
from collections.abc import Iterator, Mapping

from mailer.composing.issue.reading.merge import words_in_line
from mailer.composing.issue.tree import (
    FrontMatter,
    Inline,
    Inlines,
    MergeField,
    Text,
    one_line,
    plain_text,
)
from mailer.composing.issue.writing.inlines import write_field
from mailer.composing.issue.writing.normal_words import normal_words, plain_line
from mailer.message.compiled import Mailbox

_PLAIN = re.compile(r"(?!(?:null|true|false|yes|no|on|off|[yn])\Z)[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
"""What YAML reads as the text that it is, without quotation marks."""
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}-[a-z][a-z0-9-]*")


def write_front_matter(matter: FrontMatter, comments: Mapping[str, str]) -> list[str]:
    """Return front matter as lines, `---` first and last.

    Args:
        matter: what an issue's author says of it as a whole.
        comments: remarks to the author by key, such as `date`; each stands behind its value.
    """
    lines = []
    for key, value in _values(matter):
        remark = comments.get(key)
        lines.append(f"{key}: {value}" + (f"  # {one_line(plain_line(remark))}" if remark else ""))
    return ["---", *lines, "---"]


def _values(matter: FrontMatter) -> Iterator[tuple[str, str]]:
    yield "subject", quoted("".join(_subject_words(matter.subject)))
    yield "slug", _bare(matter.slug)
    yield "date", matter.date.isoformat()
    author = matter.author
    texts = {
        "title": matter.title,
        "tagline": matter.tagline,
        "preheader": matter.preheader,
        "from": _mailbox(matter.sender),
        "reply-to": _mailbox(matter.reply_to),
        "author": author.name if author else "",
        "author-url": author.url if author else "",
        "author-bio": author.bio if author else "",
        "author-image": author.image.src if author and author.image else "",
    }
    yield from ((key, _bare(text)) for key, text in _names(matter).items() if text)
    yield from ((key, quoted(line)) for key, text in texts.items() if (line := unfielded(text)))
    if headline := plain_headline(matter.headline):
        yield "headline", quoted(headline)
    if matter.has_contents is not None:
        yield "contents", "yes" if matter.has_contents else "no"


def _names(matter: FrontMatter) -> dict[str, str]:
    return {"list": matter.mailing_list, "theme": matter.theme, "language": matter.language}


def _subject_words(subject: Inlines) -> Iterator[str]:
    before = ""
    for node in normal_words(subject, breaks=False):
        if isinstance(node, MergeField):
            before = (" " if before.endswith("{") else "") + write_field(node)
        else:
            before = _braced(_words(node))
        yield before


def plain_headline(headline: Inlines) -> str:
    """Return a headline as front matter has it; empty where only a `#` in the text can say it."""
    plain = (node for node in headline if isinstance(node, Text | MergeField))
    text = "".join(write_field(n) if isinstance(n, MergeField) else n.text for n in plain)
    as_read = " ".join(text.split())  # as values of front matter are
    return text if words_in_line(as_read) == headline else ""


def _words(node: Inline) -> str:
    return node.text if isinstance(node, Text) else plain_text((node,))


def unfielded(text: str) -> str:
    """Return one line of text in which nothing is a merge field: front matter has no escapes."""
    return _braced(one_line(plain_line(text)))


def _braced(text: str) -> str:
    while "{{" in text:
        text = text.replace("{{", "{ {")
    return text


def quoted(text: str) -> str:
    """Return text as a YAML scalar in double quotes, of which JSON's strings are a part."""
    return json.dumps(text, ensure_ascii=False)


def _bare(text: str) -> str:
    return text if _PLAIN.fullmatch(text) or _DATED.fullmatch(text) else quoted(text)


def _mailbox(mailbox: Mailbox | None) -> str:
    if mailbox is None:
        return ""
    return f"{mailbox.name} <{mailbox.email}>" if mailbox.name else mailbox.email
