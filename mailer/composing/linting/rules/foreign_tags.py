"""Tags that mean nothing here: merge tags of other programs, and HTML in the text."""

import re
from collections.abc import Iterator

from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.rule import Check, Hit, Rule
from mailer.composing.linting.scan.fields import is_escaped

RULES = (
    Rule(
        "foreign-merge-tag",
        Severity.ERROR,
        "a merge tag of another program",
        "It is not filled in: readers see it as written.",
        'Write {{ field | default: "..." }}; docs/issue-format.md, "Merge fields".',
    ),
    Rule(
        "html-shown",
        Severity.WARNING,
        "an HTML tag in the text",
        "HTML is not interpreted: readers see the tag itself.",
        "Use Markdown; put a tag that is meant to be read between backticks.",
    ),
)

_NAMES = r"(?:first|last|full|given|family|nick|user)[ _-]?name|[fl]name|e-?mail[ _-]address"
_MORE_NAMES = (
    rf"{_NAMES}|name|e-?mail|company[ _-]?name|unsubscribe(?:[ _-]?(?:url|link))?|web[ _-]?version"
    r"|(?:contact|subscriber|recipient)\.\w+"
)
_FOREIGN = re.compile(
    rf"""\*\|[A-Z0-9_:.-]{{1,60}}\|\*            # Mailchimp
    |\|\*[A-Z]{{2,30}}\*\|                     # the same, mistyped
    |\{{![A-Za-z]+\.[A-Za-z_.]{{1,60}}\}}        # Salesforce
    |\[subscriber:[a-z_]{{2,30}}[^\]\n]{{0,60}}\]   # MailPoet
    |\[(?:{_NAMES}|name|email),[ ]?fallback=[^\]\n]{{0,60}}\]  # Campaign Monitor
    |\[%[ ]*[a-z][\w. ]{{0,60}}%\]              # Template Toolkit
    |@@(?:{_MORE_NAMES})@@
    |%%[A-Za-z_][\w .-]{{0,60}}%%                # Salesforce
    |\{{\{{\{{[^{{}}\n]{{1,60}}\}}\}}\}}         # Mustache, unescaped
    |\{{%-?[ ]*[a-z][^%\n]{{0,120}}%\}}          # Liquid, Jinja, Twig
    |<%=?[^%\n]{{1,120}}%>                       # ERB, EJS
    |(?<!\$)\$\{{[A-Za-z_][\w.]{{0,60}}\}}       # JavaScript, FreeMarker
    |\#\{{[A-Za-z_][\w.]{{0,60}}\}}              # Ruby
    |%(?:recipient|contact|subscriber)\.[\w.]+%  # Mailgun
    |%(?:FIRST_?NAME|LAST_?NAME|FNAME|LNAME|NAME|EMAIL|UNSUBSCRIBE(?:LINK|_URL)?)%
    |(?<![{{\\])\{{\$?(?:{_MORE_NAMES})\}}(?!\}})  # MailerLite, Substack
    |\[\[(?:{_MORE_NAMES})\]\]
    |\[(?:{_NAMES}|name)\](?![(\[:])             # by hand
    |(?<![<\w])<(?:{_NAMES})>""",
    re.VERBOSE | re.IGNORECASE,
)
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|button|center|cite|code|dd|del|details|div|dl|dt|em|embed"
    r"|figcaption|figure|font|footer|form|h[1-6]|header|hr|i|iframe|img|input|ins|kbd|li|main|mark"
    r"|mj-[a-z-]+|nav|ol|p|picture|pre|q|s|script|section|small|span|strike|strong|style|sub"
    r"|summary|sup|svg|table|tbody|td|tfoot|th|thead|tr|u|ul|video)(?:\s++[a-z-]++(?:\s*+=[^<>]*+)?)?\s*+/?+>",
    re.IGNORECASE,
)


def check_foreign_tags(lintable: Lintable) -> Iterator[Hit]:
    """Look for merge tags that other programs would fill."""
    for start, words in foreign_tags(lintable):
        message = f"{words[:60]!r} is not filled: readers would see it"
        yield Hit("foreign-merge-tag", message, start, start + len(words))


def foreign_tags(lintable: Lintable) -> Iterator[tuple[int, str]]:
    """Yield where each merge tag of another program begins, and the tag."""
    written = lintable.document.written
    filled = {at for each in lintable.document.fields for at in range(each.start, each.end)}
    for found in _FOREIGN.finditer(written):
        if found.start() not in filled and not is_escaped(written, found.start()):
            yield found.start(), found[0]


def check_tags(lintable: Lintable) -> Iterator[Hit]:
    """Look for HTML tags, which are shown as they are typed."""
    written = lintable.document.words
    last_line = 0
    for found in _TAG.finditer(written):
        line, _ = lintable.document.source.place(found.start())
        if line == last_line or is_escaped(written, found.start()):
            continue
        last_line = line
        message = f"the tag {found[0][:40]} is shown as it is typed"
        yield Hit("html-shown", message, found.start(), found.end())


CHECKS: tuple[Check, ...] = (check_foreign_tags, check_tags)
