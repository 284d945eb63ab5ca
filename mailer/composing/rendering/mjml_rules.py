"""What mrml would get wrong without a word: checks on the MJML before it runs.

mrml passes unknown tags, attributes and values in silence and recurses without bound, so the MJML
is held against the tables below first. They hold what the themes may use of official MJML 4.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

DEEPEST = 64
"""Levels of elements; mrml crashes the process at some 20,000."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the offset of the character where.

    Args:
        message: what is wrong.
        offset: of the character where.
        may_mislead: what is found after it may be its consequence.
    """

    message: str
    offset: int
    may_mislead: bool = True


@dataclass(frozen=True, slots=True)
class _Open:
    """A tag that is not closed yet, and where it stands."""

    name: str
    offset: int


_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<close>/?)(?P<name>[a-zA-Z][\w:-]*+)"
    r"(?P<attributes>(?:[^<>\"/]|/(?!>)|\"[^\"]*+\")*)(?P<empty>/?)>",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([\w:-]++)\s*+(?:=\s*+(?:\"([^\"]*+)\"|(\S+)))?")
_GIVEN = re.compile(r'(?<![\w:-])([\w:-]++)="([^"]*+)"')
_UNITLESS = re.compile(r"(?:^|\s)0(?:\s|$)")
_FORBIDDEN = (
    ("<![CDATA[", "mrml refuses CDATA: escape the text instead"),
    ("<?xml", "mrml refuses an XML declaration: begin with <mjml>"),
    ("\r", "mrml misreads CRLF: use LF line ends"),
)
_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}

_PADDING = "padding padding-top padding-right padding-bottom padding-left"
_FONT = "color font-family font-size font-style font-weight letter-spacing line-height"
_FONT += " text-decoration text-transform align"
_BOX = "css-class mj-class"
_BACKGROUND = "background-color background-url background-repeat background-size"
_BACKGROUND += " background-position"
_BORDER = "border border-bottom border-left border-right border-top border-radius"

_BODY_TAGS = {
    "mj-body": "background-color width css-class",
    "mj-wrapper": f"{_BOX} {_PADDING} {_BACKGROUND} {_BORDER} full-width text-align",
    "mj-section": f"{_BOX} {_PADDING} {_BACKGROUND} {_BORDER} full-width direction text-align",
    "mj-group": f"{_BOX} width vertical-align background-color direction",
    "mj-column": f"{_BOX} {_PADDING} {_BORDER} width vertical-align background-color direction"
    " inner-background-color inner-border inner-border-radius",
    "mj-text": f"{_BOX} {_PADDING} {_FONT} container-background-color height",
    "mj-image": f"{_BOX} {_PADDING} {_BORDER} src srcset sizes alt href rel target title width"
    " height align fluid-on-mobile container-background-color name",
    "mj-divider": f"{_BOX} {_PADDING} border-color border-style border-width width align"
    " container-background-color",
    "mj-spacer": f"{_BOX} {_PADDING} height container-background-color",
    "mj-button": f"{_BOX} {_PADDING} {_BORDER} {_FONT} href rel target title name width height"
    " inner-padding background-color container-background-color vertical-align text-align",
    "mj-table": f"{_BOX} {_PADDING} {_FONT} border cellpadding cellspacing role table-layout width"
    " container-background-color",
    "mj-raw": "",
}
_HEAD_TAGS = {
    "mjml": "lang dir",
    "mj-head": "",
    "mj-title": "",
    "mj-preview": "",
    "mj-breakpoint": "width",
    "mj-attributes": "",
    "mj-style": "",
    "mj-font": "name href",
}
_ALLOWED = {name: set(names.split()) for name, names in {**_HEAD_TAGS, **_BODY_TAGS}.items()}
_IN_COLUMN = "mj-text mj-image mj-divider mj-spacer mj-button mj-table mj-raw"
_CHILDREN = {
    name: set(names.split())
    for name, names in {
        "mj-body": "mj-wrapper mj-section mj-raw",
        "mj-wrapper": "mj-section mj-raw",
        "mj-section": "mj-column mj-group mj-raw",
        "mj-group": "mj-column mj-raw",
        "mj-column": _IN_COLUMN,
    }.items()
}
"""What may stand directly in what; no element of MJML in one of words, or in a tag of HTML."""
_EVERY = set().union(*_ALLOWED.values()) | {"name"}
_IN_ATTRIBUTES = {**_ALLOWED, "mj-all": _EVERY, "mj-class": _EVERY}
_SIZES = {"width", "height"}
_SIZE = re.compile(r"\d+(?:\.\d+)?(?:px|%|em)?|auto")
_PADDINGS = re.compile(r"(?:\d+(?:\.\d+)?(?:px|%|em)?)(?:\s+\d+(?:\.\d+)?(?:px|%|em)?){0,3}")
_WITH_UNITS = {*_PADDING.split(), "inner-padding"}
_INSTEAD = {
    "mj-include": "put the text into the template: files are not loaded",
    "mj-html-attributes": "mrml refuses it",
    "mj-selector": "mrml refuses it",
}


MOST_FAULTS = 20


def first_fault(mjml: str) -> Fault | None:
    """Return the first place of `mjml` that mrml refuses, crashes on or gets wrong in silence."""
    return next(_faults(mjml), None)


def all_faults(mjml: str) -> list[Fault]:
    """Return all such places, up to `MOST_FAULTS`, and to the first that may mislead."""
    found: list[Fault] = []
    for fault in _faults(mjml):
        found.append(fault)
        if fault.may_mislead or len(found) == MOST_FAULTS:
            break
    return found


def _faults(mjml: str) -> Iterator[Fault]:
    for words, message in _FORBIDDEN:
        if (offset := mjml.find(words)) >= 0:
            yield Fault(message, offset)
    if (comment := mjml.find("<!--", mjml.rfind("-->") + 1)) >= 0:
        yield Fault("the comment is not closed: end it with -->", comment)
    open_tags: list[_Open] = []
    classes: set[str] = set()
    end = 0
    for tag in _TAG.finditer(mjml):
        if (bare := mjml.find("<", end, tag.start())) >= 0:
            yield Fault("a bare '<', which mrml refuses even in comments: write &lt;", bare)
        end = tag.end()
        if tag["name"]:
            yield from _tag_faults(tag, open_tags, mjml)
            if "mj-class" in tag[0]:
                yield from _class_faults(tag, open_tags, classes)
    if (bare := mjml.find("<", end)) >= 0:
        yield Fault("a bare '<' or a tag that never ends", bare)
    if open_tags:
        yield Fault(f"<{open_tags[-1].name}> is never closed", open_tags[-1].offset)


def _tag_faults(tag: re.Match[str], open_tags: list[_Open], mjml: str) -> Iterator[Fault]:
    name = tag["name"]
    if tag["close"]:
        last = open_tags.pop() if open_tags else None
        if last is None or last.name != name:
            yield _unpaired(tag, last, mjml)
        return
    if name.startswith("mj"):
        inside = _is_in_attributes(open_tags)
        if open_tags and name in _BODY_TAGS and not inside:
            yield from _misplaced(tag, open_tags[-1].name)
        for message, at in _wrong(name, tag["attributes"], in_attributes=inside):
            offset = tag.start() if at is None else tag.start("attributes") + at
            yield Fault(message, offset, may_mislead=False)
    if not tag["empty"] and name not in _VOID:
        open_tags.append(_Open(name, tag.start()))
    if len(open_tags) > DEEPEST:
        yield Fault(f"nested more than {DEEPEST} elements deep", tag.start())


def _misplaced(tag: re.Match[str], parent: str) -> Iterator[Fault]:
    """Yield the fault of an element that mrml would pass on as it is, so that no reader sees it."""
    if parent in {"mjml", "mj-head"} or tag["name"] in _CHILDREN.get(parent, ()):
        return
    message = f"<{tag['name']}> cannot stand in <{parent}>: it would go out as it is"
    yield Fault(message, tag.start(), may_mislead=False)


def _unpaired(tag: re.Match[str], last: _Open | None, mjml: str) -> Fault:
    """Return the fault of a closing tag that does not fit: its own, or of the one left open."""
    if last and _count(mjml, last.name) > 0 and _count(mjml, tag["name"]) >= 0:
        return Fault(f"<{last.name}> is never closed: </{tag['name']}> comes first", last.offset)
    message = f"</{tag['name']}> closes nothing: mrml would move what follows"
    return Fault(message, tag.start())


def _count(mjml: str, name: str) -> int:
    """Return how many more tags of that name are opened than closed."""
    tags = [found for found in _TAG.finditer(mjml) if found["name"] == name and not found["empty"]]
    return sum(-1 if found["close"] else 1 for found in tags)


def _is_in_attributes(open_tags: list[_Open]) -> bool:
    return any(each.name == "mj-attributes" for each in open_tags)


def _class_faults(tag: re.Match[str], open_tags: list[_Open], classes: set[str]) -> Iterator[Fault]:
    """Note the classes that are defined; yield the use of one that is not, which says nothing."""
    given = dict(_GIVEN.findall(tag["attributes"] or ""))
    if tag["name"] == "mj-class" and _is_in_attributes(open_tags):
        classes.add(given.get("name", ""))
    elif classes and (used := given.get("mj-class", "")) and used not in classes:
        yield Fault(f"no <mj-class> is called {used!r}", tag.start(), may_mislead=False)


def _wrong(name: str, attributes: str, *, in_attributes: bool) -> Iterator[tuple[str, int | None]]:
    """Yield what is wrong with a tag, and the offset in its attributes where it is one of them."""
    table = _IN_ATTRIBUTES if in_attributes else _ALLOWED
    if name not in table:
        reason = _INSTEAD.get(name, "it is not in the table of MJML tags")
        yield f"<{name}> is not allowed here: {reason}", None
        return
    if in_attributes and name == "mj-body":
        message = "mrml ignores <mj-body> in <mj-attributes>: set its attributes on <mj-body>"
        yield message, None
    for found in _ATTRIBUTE.finditer(attributes):
        key, value, bare = found.groups()
        if bare is not None or value is None:
            message = f"the attribute {key!r} of <{name}> must have its value in double quotes"
            yield message, found.start(1)
        elif message := _attribute(name, key, value, table[name]):
            yield message, found.start(1)


def _attribute(  # noqa: PLR0911 - one return a fault
    name: str, key: str, value: str, allowed: set[str]
) -> str:
    if key == "inline":
        return "mrml leaves inline styles in the head: put these rules into theme.css"
    if key == "position":
        return "mrml refuses mj-raw with a position: put it into <mj-head> or <mj-body>"
    if key not in allowed:
        return f"<{name}> has no attribute {key!r}"
    if key == "mj-class" and " " in value.strip():
        return "of several names in mj-class, mrml lets the first win: name one class"
    if key in _SIZES and not _SIZE.fullmatch(value.strip()):
        return f"{value!r} is not a {key}: write pixels or a percentage, such as 320px"
    if key in _WITH_UNITS and not _PADDINGS.fullmatch(value.strip()):
        return f"{value!r} is not a {key}: write one to four sizes, such as 0px 44px"
    if key in _WITH_UNITS and _UNITLESS.search(value):
        return f"a 0 without unit in {key}={value!r} breaks widths in Outlook: write 0px"
    return ""
