"""What may reach MJML: fragments with the tags and attributes listed here, and no others."""

import re

import nh3
from markupsafe import Markup

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4",
    "hr", "img", "li", "ol", "p", "pre", "s", "span",
    "strong", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"class", "id", "data-line"},
    "a": {"href", "title"},
    "code": {"dir"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "table": {"role", "width", "cellpadding", "cellspacing", "border"},
    "td": {"align", "width"},
    "th": {"align", "scope"},
}
_SCHEMES = {"https", "http", "mailto"}
_VOID = re.compile(r"<(br|hr|img)\b((?:[^<>\"]|\"[^\"]*+\")*)>")
_CLEANER = nh3.Cleaner(
    tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None, strip_comments=True
)


def clean(fragment: str) -> Markup:
    r"""Return the fragment cleaned, and written so that mrml leaves it as it is.

    mrml wants empty elements closed, deletes newlines between tags (so those in code become
    entities) and doubles backslashes in attributes (so they become entities, too; `\u{` in the
    output is then always mrml's doing).
    """
    cleaned = _VOID.sub(r"<\1\2 />", _CLEANER.clean(fragment))
    return Markup(cleaned.replace("\n", "&#10;").replace("\\", "&#92;"))  # noqa: S704 - cleaned above
