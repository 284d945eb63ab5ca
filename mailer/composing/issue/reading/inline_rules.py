"""Inline rules for markdown-it: merge fields, and attributes in braces."""

import re
from typing import Any

from markdown_it.rules_inline import StateInline

from mailer.composing.issue.reading.attributes import (
    AttributeSyntaxError,
    end_of_braces,
    match_attributes,
)
from mailer.composing.issue.reading.merge import MergeSyntaxError, match_field
from mailer.composing.issue.reading.positions import error_at

NO_FIELD = (
    "a merge field cannot stand in the address of a link or image; only {{ archive_url }} or"
    " {{ unsubscribe_url }} may be the whole address of a link"
)
_IN_ADDRESS = re.compile(r"(?:(?<!\\)\[[^\[\]\n]*\]\(<?|(?<!\\)<https?://)[^\s()<>]*\Z")
_LONGEST_ADDRESS = 2000
_MORE_BRACES = re.compile(r"(?:[ \t]*+\{[^{}\n]*+\}){0,20}")
_APART = "attributes directly follow the link or picture: take the blank before '{' out"
_TWICE = "attributes stand in one pair of braces: join them"
_OWNERS = frozenset({"image", "link_close"})


def merge_field_rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's
    """Parse a merge field: a token `merge_field` with the field in `meta`.

    Raises:
        RenderError: it is not well-formed, or stands in an address.
    """
    if not state.src.startswith("{{", state.pos):
        return False
    try:
        match = match_field(state.src, state.pos)
    except MergeSyntaxError as error:
        raise error_at(state, str(error)) from None
    if match is None:
        return False
    if not silent:
        if _is_in_address(state):
            raise error_at(state, NO_FIELD)
        state.push("merge_field", "", 0).meta["field"] = match[0]
    state.pos = match[1]
    return True


def _is_in_address(state: StateInline) -> bool:
    """Return whether an address begins before `state.pos` and has not ended; not one in code."""
    found = _IN_ADDRESS.search(state.src, max(0, state.pos - _LONGEST_ADDRESS), state.pos)
    if found is None:
        return False
    return "`" not in found[0] or all(token.type != "code_inline" for token in state.tokens)


def attributes_rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's
    """Give the braces right after a link or picture to it, those that end a heading to that.

    Raises:
        RenderError: they cannot be read, stand apart or are a second pair.
    """
    end = 0 if silent else end_of_braces(state.src, state.pos)
    meta = _owner(state, end) if end else None
    is_apart = meta is None and bool(end) and _is_behind_link(state)
    if meta is None and not is_apart:
        return False
    try:
        match = match_attributes(state.src, state.pos)
    except AttributeSyntaxError as error:
        raise error_at(state, str(error)) from None
    if match is None:
        return False
    if meta is None or "attributes" in meta:
        raise error_at(state, _APART if is_apart else _TWICE)
    meta["attributes"] = match[0]
    state.pos = match[1]
    return True


def _is_behind_link(state: StateInline) -> bool:
    """Tell whether only blanks separate the parser from a link or picture."""
    is_blank = state.pending[:1] in {" ", "\t"} and not state.pending.strip(" \t")
    return is_blank and bool(state.tokens) and state.tokens[-1].type in _OWNERS


def _owner(state: StateInline, end: int) -> dict[Any, Any] | None:
    """Return the `meta` of what attributes up to `end` belong to."""
    if state.tokens and not state.pending and state.tokens[-1].type in _OWNERS:
        return state.tokens[-1].meta
    heading: dict[Any, Any] | None = state.env.get("heading")
    is_apart = not state.pos or state.src[state.pos - 1] in " \t"
    if heading is None or not is_apart:
        return None
    return heading if _MORE_BRACES.fullmatch(state.src, end) else None
