"""Merge tags of other systems, in running text: ours where we know the field."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailer.composing.issue.tree import MergeField
from mailer.composing.issue.writing import write_words

_TAG = re.compile(
    r"""\{\{\{?(?P<braces>\s*+[^{}\n]{0,300}+\s*+)\}\}\}?
      | \{%-?(?P<logic>\s*+[^{}\n]{0,300}?)\s*+-?%\}
      | \*\|(?P<stars>[A-Za-z_][\w:. =<>!"'-]{0,120})\|\*
      | %%(?P<percents>[A-Za-z_][\w.-]{0,60})%%
      | %(?P<percent>[A-Z][A-Z_]{2,40})%
      | \{(?P<single>[a-z][a-z_]{2,30})(?:\s*,\s*["“”](?P<fallback>[^"“”{}\n]{0,80})["“”])?\}
      | \[(?P<square>[a-z]{3,20}),\s*fallback=(?P<instead>[^\]\n]{0,80})\]
    """,
    re.VERBOSE,
)
_DEFAULT = re.compile(
    r"""\|\s*+default(?:_if_none)?\s*+:?+\s*+\(?+\s*+["'](?P<text>[^"'{}]*+)["']"""
)
_KNOWN = {
    "first_name": (
        "firstname fname first_name subscriber.firstname subscriber.first_name contact.firstname"
        " contact.first_name subscriber.metadata.first_name subscriber.metadata.firstname"
        " person.first_name recipient.first_name user.first_name member.first_name first"
        " subscriber.attribs.first_name subscriber.attribs.firstname merge.fname"
    ),
    "last_name": (
        "lastname lname last_name subscriber.lastname subscriber.last_name contact.lastname"
        " contact.last_name subscriber.metadata.last_name subscriber.attribs.last_name"
    ),
    "name": (
        "name full_name fullname subscriber.name contact.name subscriber.metadata.name"
        " member.name recipient.name"
    ),
    "email": "email email_address subscriber.email contact.email recipient.email member.email",
    "unsubscribe_url": (
        "unsubscribeurl unsub unsubscribe unsubscribe_url unsubscribe_link unsubscribelink"
        " unsubscribeurl subscriber.unsubscribe_url manage_subscription_url"
    ),
}
_FIELDS = {name: field for field, names in _KNOWN.items() for name in names.split()}
_SINGLE = {"first_name", "name", "email", "unsubscribe_url", "last_name"}
_ATTRIBUTE = re.compile(r"subscriber\.(?:attribs|metadata)\.([a-z][a-z0-9_]*)")
_GREETING = {"first_name": "friend", "name": "friend"}


@dataclass(frozen=True, slots=True)
class Tagged:
    """A stretch of text: words, or a merge tag.

    Args:
        text: as written.
        field: ours; None where it is not known.
        is_tag: whether it is a merge tag.
        assumed: whether the default is ours, as the source gives none.
    """

    text: str
    field: MergeField | None = None
    is_tag: bool = False
    assumed: bool = False

    @property
    def written(self) -> str:
        """The field as an issue has it; empty where it is not known."""
        return write_words((self.field,)) if self.field else ""


def split_tags(text: str) -> Iterator[Tagged]:
    """Yield the words and merge tags of a text, in order."""
    position = 0
    if "{" in text or "*|" in text or "%" in text or "fallback=" in text:
        for match in _TAG.finditer(text):
            if match["single"] and match["single"] not in _SINGLE:
                continue
            if match.start() > position:
                yield Tagged(text[position : match.start()])
            yield _tagged(match)
            position = match.end()
    if position < len(text) or not text:
        yield Tagged(text[position:])


def is_ghost_tag(text: str) -> bool:
    """Whether a text is one tag as Ghost writes them, which it always shows as code."""
    match = _TAG.fullmatch(text.strip())
    return match is not None and match["single"] in _SINGLE


def _tagged(match: re.Match[str]) -> Tagged:
    inner = next(
        (
            match[name]
            for name in ("braces", "stars", "percents", "percent", "single", "square")
            if match[name]
        ),
        "",
    )
    given = _DEFAULT.search(inner)
    name = re.split(r"[|\s,(]", inner.strip().lstrip(".$").strip("-"), maxsplit=1)[0]
    if given is None and inner.strip() != inner.strip().split("|")[0].strip():
        name = ""  # a filter that we do not know
    if " " in inner.split("|")[0].strip():
        name = ""  # a call, such as TrackLink
    field = _field_named(name.lower().removeprefix("merge:"))
    if not field:
        return Tagged(match[0], is_tag=True)
    default = given["text"] if given else match["fallback"] or match["instead"]
    assumed = default is None and field in _GREETING
    if default is None:
        default = _GREETING.get(field)
    default = None if field in {"email", "unsubscribe_url"} else default
    return Tagged(match[0], MergeField(field, default), is_tag=True, assumed=assumed)


def _field_named(name: str) -> str:
    name = name.removeprefix(".")
    if name in _FIELDS:
        return _FIELDS[name]
    attribute = _ATTRIBUTE.fullmatch(name)
    return attribute[1] if attribute else ""
