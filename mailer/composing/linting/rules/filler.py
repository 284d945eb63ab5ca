"""Words that only filled a place: filler text, and what a new issue begins with."""

import re
from collections.abc import Iterator

from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.rule import Check, Hit, Rule
from mailer.composing.linting.rules.foreign_tags import foreign_tags

RULES = (
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
        "It comes with every new issue as an example.",
        "Write your own.",
    ),
)

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


def check_filler(lintable: Lintable) -> Iterator[Hit]:
    """Look for words that only filled a place, on each line the first."""
    document = lintable.document
    fillers = _fillers(document.words)
    tags = foreign_tags(lintable) if fillers else ()
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
    for key in ("subject", "preheader", "title", "tagline", "headline"):
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


CHECKS: tuple[Check, ...] = (check_filler, check_samples)
