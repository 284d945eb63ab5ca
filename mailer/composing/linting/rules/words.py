"""What was left in the text by mistake: open ends, filler words, other programs' merge tags."""

import re
from collections.abc import Iterator

from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.rule import Check, Hit, Rule

RULES = (
    Rule(
        "todo-left",
        Severity.ERROR,
        "a TODO is left",
        "Its author meant to come back to it before anybody reads it.",
        "Finish it, and take the mark out.",
    ),
    Rule(
        "placeholder-text",
        Severity.ERROR,
        "filler text",
        "Readers get a placeholder instead of the real text.",
        "Replace it with the real text.",
    ),
    Rule(
        "sample-left",
        Severity.WARNING,
        "the sample text of a new issue",
        "A new issue has them as a sample.",
        "Write your own.",
    ),
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

_TODO = re.compile(
    r"\b(?:TODO|FIXME|TBD|TKTK|TK TK|XXX+)\b|^[ \t>*-]*(?P<small>[Tt]odo|[Ff]ixme)(?=:[ \t])",
    re.MULTILINE,
)
_IN_COMMENT = re.compile(r"\b(?:TODO|FIXME|TBD|TKTK|XXX+)\b", re.IGNORECASE)
_IS_A_NUMBER = re.compile(r"\s+(?:[A-Z][a-z]+|[IVX]+\b)|-\w")
_HEIR_OF_A_NAME = re.compile(r"\b[A-Z][a-z]+ $|\w-$")
_LONGEST = 80
_WORD_LANGUAGES = {"es", "pt", "gl", "ca", "ast", "an"}
"""Where "todo" is a word, and so TODO one in a heading in capitals."""

_YOUR_TEXT_HERE = (
    r"\b(?:(?:ihr|dein|euer)[ ](?:text|titel|link|bild|betreff)[ ]hier"
    r"|(?:votre|ton)[ ](?:texte|titre|lien)[ ]ici|(?:tu|su)[ ](?:texto|título|enlace)[ ]aquí"
    r"|seu[ ](?:texto|título|link)[ ]aqui|(?:tuo|vostro)[ ](?:testo|titolo|link)[ ]qui"
    r"|(?:jouw|uw)[ ](?:tekst|titel|link)[ ]hier)\b"
)
"""In German, French, Spanish, Portuguese, Italian and Dutch."""
_ENDS_OF_IT = (
    *(f"{noun} hier" for noun in ("text", "titel", "link", "bild", "betreff", "tekst")),
    *("texte ici", "titre ici", "lien ici", "texto aquí", "título aquí", "enlace aquí"),
    *("texto aqui", "título aqui", "link aqui", "testo qui", "titolo qui", "link qui"),
)
_ENDS_OF_HERE = (
    "goes here",
    *(f"{noun} here" for noun in ("text", "line", "title", "subject", "content", "link", "image")),
    *(f"{noun} here" for noun in ("preheader", "copy", "intro", "introduction")),
)

_FLAGS = re.VERBOSE | re.IGNORECASE | re.MULTILINE
_FILLERS = (
    (("ipsum", "dolor sit", "consectetur"), re.compile(
        r"lorem[ ]ipsum|dolor[ ]sit[ ]amet|consectetur[ ]adipi?sc", _FLAGS
    )),
    (("[",), re.compile(
        r"""\[(?:(?:insert|enter|replace|put|fill[ ]in)[ ][^\]\n()]{1,60}\]
        |your[ ][^\]\n()]{1,40}\]
        |add[ ](?:an?[ ]|the[ ]|your[ ])?(?:link|text|image|photo|picture|title|headline|quote|name
            |date|url|source|caption|intro|introduction|content|details|summary|description)
            \b[^\]\n]{0,40}\]
        |(?:placeholder|image|link|url|text|title|headline|subject|summary|quote|photo|logo|caption
            |date|description|content|tbd|tk)(?:[ ](?:goes[ ])?here)?\]
        |(?:(?:the|my|our)[ ])?(?:company|business|product|brand|event|speaker|author|sponsor|city
            |customer|client|recipient|publication)(?:'s)?[ ]
            (?:name|logo|title|link|url|date)\](?![(\[:])
        |email[ \xa0]protected\])""", _FLAGS
    )),
    (("<",), re.compile(
        r"""<(?:(?:insert|enter|replace|put|your)[ ][^>\n]{1,60}>
        |(?-i:[A-Z]{2,}[ _][A-Z_ ]{2,40}|NAME|NOM|NOME|NOMBRE|VORNAME|NACHNAME|PRENOM)>)""", _FLAGS
    )),
    (("insert",), re.compile(
        r"""(?:^|(?<=\[))insert[ ](?:your[ ])?(?:link|image|photo|picture|text|title|headline|name
            |date|url|quote|caption|logo|summary|content)
            (?:[ ](?:text|title|name|url|link))?(?:[ ]here)?(?=\]|[ ]*$)
        |\b(?-i:INSERT(?:[ ][A-Z]+){1,4}[ ]HERE)\b""", _FLAGS
    )),
    (_ENDS_OF_HERE, re.compile(
        r"""\b(?:text|headline|title|content|image|copy|description|link|subject(?:[ ]line)?|summary
            |quote|caption|name|body|intro|introduction|preheader|paragraph|button[ ]text)
            [ ]goes[ ]here\b
        |\b(?:your|my|the)[ ](?:text|headline|title|subject(?:[ ]line)?|content|link|image|preheader
            |copy|intro|introduction)[ ](?:goes[ ])?here\b(?![ ]is)""", _FLAGS
    )),
    (("placeholder", "change", "replace"), re.compile(
        r"\b(?:PLACEHOLDER|CHANGE[ _]?ME|REPLACE[ _]?ME)\b"
    )),
    (tuple(f"{which}{link}name" for which in ("first", "last", "full") for link in ("", "_")),
        re.compile(r"\b(?:FIRST|LAST|FULL)_?NAME\b")),
    (("asdf",), re.compile(r"\basdf(?:ghjkl|asdf|jkl)?\b", _FLAGS)),
    (_ENDS_OF_IT, re.compile(_YOUR_TEXT_HERE, _FLAGS)),
    (("hier ",), re.compile(
        r"\bhier[ ](?:steht|kommt)[ ](?:ein[ ]|der[ ])?(?:blindtext|platzhalter|beispieltext)",
        _FLAGS,
    )),
)  # fmt: skip
"""Each with words of which one must be there, in small letters, so that most are not searched."""
_FILLER_OF_LINK = re.compile(
    r"insert (?:your )?(?:link|image|text|title|headline|name|date|url|caption)"
    r"(?: (?:text|title|name|url|link))?(?: here)?|.{0,30}\bgoes here|(?:title|headline|link) here",
    re.IGNORECASE,
)
"""Other words that fill a place in brackets are those of a good link: [Enter the contest](...)."""
_SAMPLES = re.compile(
    r"One line that makes people open it"
    r"|This is the introduction: everything before the\s+first section"
    r"|A heading with an address below it is a linked title"
)
"""Of `mailer.composing.issue.scaffold`; a test holds them against it."""

_WHOLE_VALUE = re.compile(
    r"(?:untitled|(?:my |your |the )?(?:subject|title|preheader|tagline|headline)(?: line| here)?"
    r"|test(?:ing)?(?: (?:issue|subject|newsletter|mail|email|123))?|placeholder|tbd|n/a|xxx)",
    re.IGNORECASE,
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
    r"|summary|sup|svg|table|tbody|td|tfoot|th|thead|tr|u|ul|video)(?:\s+[a-z-]+(?:\s*=[^<>]*)?)?\s*/?>",
    re.IGNORECASE,
)


def check_todos(lintable: Lintable) -> Iterator[Hit]:
    """Look for marks of unfinished work, in the open and in comments."""
    document = lintable.document
    is_word = _language(lintable) in _WORD_LANGUAGES
    for found in _TODO.finditer(document.words):
        if not _is_meant(found, is_word=is_word):
            start = found.start("small") if found["small"] else found.start()
            yield _todo(lintable, start, found["small"] or found[0])
    for note in document.notes:
        if not note.words.lower().startswith("lint:"):
            mark = _IN_COMMENT.search(document.source.text, note.start, note.end)
            if mark and not (is_word and mark[0].islower()):
                yield _todo(lintable, mark.start(), mark[0])


def _is_meant(found: re.Match[str], *, is_word: bool) -> bool:
    """Tell whether what looks like a mark is a word, or a number."""
    before = found.string[max(found.start() - 40, 0) : found.start()]
    after = found.string[found.end() : found.end() + 40]
    if found[0].startswith("XXX"):
        return _is_number(before, after)
    return is_word and (bool(found["small"]) or (found[0] == "TODO" and after[:1] != ":"))


def _todo(lintable: Lintable, start: int, mark: str) -> Hit:
    rest = lintable.document.source.text[start : start + 200].split("\n", 1)[0]
    rest = rest.split("-->", 1)[0].rstrip()[:_LONGEST]
    return Hit("todo-left", f"{mark} is left", start, start + max(len(rest), len(mark)))


def _is_number(before: str, after: str) -> bool:
    """Tell whether XXX is thirty, the XXX Olympiad, or part of a number, AB-2026-XXX-01."""
    return bool(_IS_A_NUMBER.match(after)) or bool(_HEIR_OF_A_NAME.search(before))


def check_filler(lintable: Lintable) -> Iterator[Hit]:
    """Look for words that only filled a place, on each line the first."""
    document = lintable.document
    fillers = _fillers(document.words)
    tags = _foreign_tags(lintable) if fillers else ()
    told = {document.source.place(start)[0] for start, _ in tags}
    linked = {link.start for link in document.spans.links}
    linked |= {image.start + 1 for image in document.spans.images}
    for found in fillers:
        line, _ = document.source.place(found.start())
        if line in told or (found.start() in linked and not _fills_a_link(found[0])):
            continue
        told.add(line)
        yield Hit(
            "placeholder-text",
            f"filler text is left: {found[0][:60]!r}",
            found.start(),
            found.end(),
        )
    for key in ("subject", "preheader", "title", "tagline"):
        value = document.front.values.get(key)
        if value and _WHOLE_VALUE.fullmatch(value.value):
            message = f"the {key} is a placeholder: {value.value!r}"
            yield Hit("placeholder-text", message, value.start, value.end)


def _fillers(words: str) -> list[re.Match[str]]:
    small = words.lower()
    found = [
        match
        for gates, pattern in _FILLERS
        if any(gate in small for gate in gates)
        for match in pattern.finditer(words)
    ]
    return sorted(found, key=lambda match: match.start())


def _fills_a_link(words: str) -> bool:
    return bool(_FILLER_OF_LINK.fullmatch(words.strip("[]")))


def check_samples(lintable: Lintable) -> Iterator[Hit]:
    """Look for what `mailer issue new` writes, the first place of it."""
    found = _SAMPLES.search(lintable.document.words)
    if found:
        yield Hit("sample-left", "the sample text is still there", found.start(), found.end())


def check_foreign_tags(lintable: Lintable) -> Iterator[Hit]:
    """Look for merge tags that other programs would fill."""
    for start, words in _foreign_tags(lintable):
        message = f"{words[:60]!r} is not filled: readers would see it"
        yield Hit("foreign-merge-tag", message, start, start + len(words))


def _foreign_tags(lintable: Lintable) -> Iterator[tuple[int, str]]:
    written = lintable.document.written
    filled = {at for each in lintable.document.fields for at in range(each.start, each.end)}
    for found in _FOREIGN.finditer(written):
        if found.start() not in filled and not _is_escaped(written, found.start()):
            yield found.start(), found[0]


def check_tags(lintable: Lintable) -> Iterator[Hit]:
    """Look for HTML tags, which are shown as they are typed."""
    written = lintable.document.words
    last_line = 0
    for found in _TAG.finditer(written):
        line, _ = lintable.document.source.place(found.start())
        if line == last_line or _is_escaped(written, found.start()):
            continue
        last_line = line
        message = f"the tag {found[0][:40]} is shown as it is typed"
        yield Hit("html-shown", message, found.start(), found.end())


def _is_escaped(text: str, at: int) -> bool:
    return at > 0 and text[at - 1] == "\\"


def _language(lintable: Lintable) -> str:
    value = lintable.document.front.values.get("language")
    return value.value.lower().partition("-")[0] if value else ""


CHECKS: tuple[Check, ...] = (
    check_todos, check_filler, check_samples, check_foreign_tags, check_tags,
)  # fmt: skip
