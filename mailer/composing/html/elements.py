"""The elements of HTML by what they do to a tree and to words."""

VOID = frozenset(
    {
        "area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta",
        "param", "source", "track", "wbr",
    }
)  # fmt: skip

BLOCKS = frozenset(
    {
        "address", "article", "aside", "audio", "blockquote", "button", "canvas", "caption",
        "center", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption",
        "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup",
        "iframe", "legend", "li", "listing", "main", "map", "menu", "nav", "noembed", "noframes",
        "noscript", "object", "ol", "optgroup", "option", "p", "plaintext", "pre",
        "script", "search", "section", "select", "style", "summary", "svg", "table", "tbody", "td",
        "template", "textarea", "tfoot", "th", "thead", "title", "tr", "ul", "video", "xmp",
    }
)  # fmt: skip
"""Elements that are nodes of the tree; all others are inline."""

PARTS_WORDS = BLOCKS - {"map"} | {"br", "hr", "img"}
"""What stands between two words as a blank does."""

ON_LINES_OF_THEIR_OWN = BLOCKS - {
    "audio", "button", "canvas", "caption", "iframe", "map", "object", "optgroup", "option",
    "select", "svg", "table", "tbody", "td", "template", "textarea", "tfoot", "th", "thead",
    "video",
} | {"hr"}  # fmt: skip
"""Elements whose words begin and end a line, in code, too."""

TRANSPARENT = frozenset({"html", "head", "body"})

LASTING = frozenset(
    {
        "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt",
        "u",
    }
)  # fmt: skip
"""Inline elements that go on after the block in which they were opened."""

CLOSES_P = BLOCKS - {
    "audio", "button", "canvas", "iframe", "map", "object", "option", "optgroup",
    "script", "select", "style", "svg", "template", "textarea", "title", "video", "caption",
    "tbody", "td", "tfoot", "th", "thead", "tr", "noscript",
}  # fmt: skip
"""Elements before which an open paragraph ends. Source: HTML standard, 13.2.6.4.7."""

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
CELLS = frozenset({"td", "th", "caption"})

WALLS = frozenset({"td", "th", "caption", "table", "button", "object", "template", "svg"})
"""Elements that a closing tag inside them does not reach beyond."""

TABLE = frozenset({"table"})
TABLE_PARTS = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"})
_GROUPS = frozenset({"tbody", "thead", "tfoot"})
ENDED_BY = {
    "tr": frozenset({"tr"}), "td": frozenset({"td", "th"}), "th": frozenset({"td", "th"}),
    "tbody": _GROUPS, "thead": _GROUPS, "tfoot": _GROUPS,
}  # fmt: skip
"""Parts of tables that end where another of their kind begins."""
