"""A new issue file: it teaches the format by using it, and compiles as it is."""

import datetime as dt
import json

from mailer.composing.issue.reading.merge import words_in_line
from mailer.composing.issue.slugs import LONGEST_SLUG, is_issue_slug
from mailer.composing.issue.writing import write_words
from mailer.errors import RenderError

_ISSUE = """\
---
subject: {subject}
slug: {slug}
date: {date}
preheader: "One line that makes people open it"
---

# {headline}

Good morning, {{{{ name | default: "reader" }}}}. This is the introduction: everything before the
first section. Write as you would in a letter.

## First section

*A subtitle, if you like*

### Kicker

[The title of an item, with its link](https://example.org/first)

The summary: a paragraph or two, with *emphasis*, [links](https://example.org/more) and lists:

- one thing;
- and another.

### An item without a kicker

<https://example.org/second>

A heading with an address below it is a linked title.

## Second section

### Just a title

Not everything needs a link.

---

What follows the line is the closing. The table of contents is generated from the sections.
"""


def validate_slug(slug: str) -> None:
    """Check that `slug` can name an issue in links and headers.

    Raises:
        RenderError: it cannot.
    """
    if not is_issue_slug(slug):
        raise RenderError(
            f"{slug[:LONGEST_SLUG]!r} cannot name an issue: use small letters, digits and single "
            f"dashes, at most {LONGEST_SLUG}"
        )


def new_issue(slug: str, *, date: dt.date, title: str = "") -> str:
    """Return the text of a new issue file.

    Args:
        slug: names it; see `validate_slug`.
        date: of the issue.
        title: subject line and headline; made from the slug when empty.
    """
    subject = " ".join(title.split()) or slug.replace("-", " ").capitalize()
    return _ISSUE.format(
        subject=json.dumps(subject, ensure_ascii=False),
        headline=write_words(words_in_line(subject)),
        slug=slug,
        date=date.isoformat(),
    )
