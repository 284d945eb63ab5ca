"""An image of the author's text: its address, description, caption and width."""

from markdown_it.token import Token

from mailer.composing.issue.reading.addresses import image_address
from mailer.composing.issue.reading.attributes import Allowed, Attributes
from mailer.composing.issue.reading.line_breaks import soft_break
from mailer.composing.issue.reading.merge import MergeSyntaxError, fields_in
from mailer.composing.issue.reading.source import Source
from mailer.composing.issue.tree import Image, one_line

WIDEST = 2000
"""CSS pixels that an author may ask for; a picture never gets wider than its column."""

_OF_IMAGE = Allowed("an image", keys=("width",))


def image(token: Token, source: Source, line: int) -> Image:
    """Return the image of a token on `line`.

    Raises:
        RenderError: it has no address or a wrong one, or a wrong width, caption or description.
    """
    if any(child.type == "merge_field" for child in token.children or ()):
        raise source.error(
            "an image's description is the same for everyone: no merge fields in it",
            line=line,
            at="![",
        )
    row, column = token.meta["position"]
    src = image_address(str(token.attrs.get("src", "")), source, line)
    if not src:
        raise source.error("the image has no address", line=row, column=column)
    try:
        caption = tuple(fields_in(str(token.attrs.get("title", ""))))
    except MergeSyntaxError as error:
        raise source.error(str(error), line=row, column=column) from None
    width = _width(token.meta.get("attributes"), source, row, column)
    return Image(src, one_line(_alt(token)), caption, "", row, width, column)


def _width(attributes: Attributes | None, source: Source, line: int, column: int) -> int | None:
    if attributes is None:
        return None
    _OF_IMAGE.check(attributes, source, line=line, column=column)
    width = attributes.values["width"].removesuffix("px")
    if not (width.isascii() and width.isdigit() and 1 <= int(width) <= WIDEST):
        raise source.error(
            f"an image's width is a number of pixels such as 320, not {width!r}",
            line=line,
            column=column,
        )
    return int(width)


def _alt(token: Token) -> str:
    """Return an image's description without its markup."""
    parts = []
    children = token.children or ()
    for at, child in enumerate(children):
        if child.type == "softbreak":
            parts.append(soft_break(children, at))
        elif child.type == "hardbreak":
            parts.append(" ")
        else:
            parts.append(_alt(child) if child.type == "image" else child.content)
    return "".join(parts)
