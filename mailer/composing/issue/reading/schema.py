"""The front matter as a JSON Schema, for editors that complete and check YAML by one."""

from typing import Any

from mailer.composing.issue.reading.front_matter import KEYS
from mailer.composing.issue.slugs import LONGEST_SLUG
from subscribers.slugs import LONGEST_LIST_SLUG, SLUG_PATTERN

SCHEMA_URI = "https://json-schema.org/draft/2020-12/schema"

_MAILBOX = "an address, or: Name <name@example.org>"
_TEXT = ["string", "number", "boolean", "null"]
"""What YAML makes of a line of text: `title: 2026` is a number to it."""
_WORD = ["string", "integer", "boolean", "null"]
_URL = 'https?://[^\\s"<>]+'
_FILE = "(?![/\\\\#?~\\s]|[A-Za-z][A-Za-z0-9+.-]*:).+"
_LABEL = '[^\\s<>@.,;:()\\[\\]"]+'
_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_NOWHERE = "(?![^>]*\\b(?:localhost|local|test|invalid|onion|arpa)>?$)"
_EMAIL = rf"{_ATOM}(?:\.{_ATOM})*@{_NOWHERE}(?!-){_LABEL}(?:\.(?!-){_LABEL})*"
_FIELD = "\\s*[a-z][a-z0-9_]*\\s*(?:\\|\\s*default:\\s*(?:\"[^\"]*\"|'[^']*')\\s*)?"
_BROKEN_FIELD = (
    rf"(?:^|[^{{])\{{\{{(?:(?!{_FIELD}\}}\}})[^{{}}\n]*\}}\}}|{_FIELD}(?:\{{|\}}(?!\}})|$))"
)
_NO_FIELDS = {"not": {"type": "string", "pattern": "\\{\\{"}}


def _shaped(pattern: str) -> dict[str, Any]:
    """Return the rule for a text of this shape, which may be left empty."""
    return {"pattern": rf"^\s*(?:{pattern})?\s*$"}


def _slug_pattern(longest: int) -> str:
    return f"(?=[a-z0-9-]{{1,{longest}}}\\s*$){SLUG_PATTERN}"


_PROPERTIES: dict[str, dict[str, Any]] = {
    "subject": {
        "description": "What the inbox shows; can have merge fields: {{ name | default: 'you' }}",
        "type": ["string", "number", "boolean"],
        "pattern": "\\S",
        "not": {"type": "string", "pattern": _BROKEN_FIELD},
    },
    "slug": {
        "description": "The issue's name in links; derived from the file's name by default.",
        "type": _WORD,
        "minimum": 0,
        **_shaped(_slug_pattern(LONGEST_SLUG)),
    },
    "date": {
        "description": "The issue's day, such as 2026-11-22.",
        "type": "string",
        "format": "date",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    },
    "preheader": {
        "description": "The line that an inbox list shows after the subject.",
        **_NO_FIELDS,
    },
    "list": {
        "description": "Slug of the mailing list that the issue is for.",
        "type": _WORD,
        "minimum": 0,
        **_shaped(_slug_pattern(LONGEST_LIST_SLUG)),
    },
    "from": {
        "description": f"Who sends it: {_MAILBOX}.",
        "type": ["string", "null"],
        **_shaped(f"(?:(?!.*\\{{\\{{)[^<>]*<{_EMAIL}>|{_EMAIL})"),
    },
    "reply-to": {
        "description": f"The address for replies: {_MAILBOX}.",
        "type": ["string", "null"],
        **_shaped(f"(?:(?!.*\\{{\\{{)[^<>]*<{_EMAIL}>|{_EMAIL})"),
    },
    "theme": {
        "description": "Name of a theme: digest, letter, note or one of your own.",
        "type": _WORD,
        "minimum": 0,
        **_shaped("[A-Za-z0-9][A-Za-z0-9_-]*"),
    },
    "language": {
        "description": "BCP 47 tag such as en or pt-BR; also determines the direction of writing.",
        "type": ["string", "null"],
        **_shaped("[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*"),
    },
    "title": {"description": "The masthead.", **_NO_FIELDS},
    "tagline": {"description": "The line below the masthead.", **_NO_FIELDS},
    "headline": {
        "description": "The headline of the piece; can have merge fields, as the subject can.",
        "not": {"type": "string", "pattern": _BROKEN_FIELD},
    },
    "author": {"description": "Who wrote it, shown at the end.", **_NO_FIELDS},
    "author-url": {
        "description": "The link of the author's name.",
        "type": ["string", "null"],
        **_shaped(_URL),
    },
    "author-bio": {"description": "A line about the author.", **_NO_FIELDS},
    "author-image": {
        "description": "A square picture of the author: an address, or a file beside the issue.",
        "type": ["string", "null"],
        **_shaped(rf"(?!.*\{{\{{)(?:{_URL}|{_FILE})"),
    },
    "contents": {
        "description": "Whether to list the sections; the theme decides by default.",
        "type": ["string", "boolean", "null"],
        "anyOf": [
            {"enum": [True, False, None, "yes", "no"]},
            _shaped("[Yy][Ee][Ss]|[Nn][Oo]|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]"),
        ],
    },
}


def _needs_author(key: str) -> dict[str, Any]:
    something = {"type": _TEXT[:3], "pattern": "\\S"}
    return {
        "if": {"required": [key], "properties": {key: something}},
        "then": {"required": ["author"], "properties": {"author": something}},
    }


def front_matter_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an issue's front matter."""
    return {
        "$schema": SCHEMA_URI,
        "title": "Front matter of an issue",
        "type": "object",
        "required": ["subject", "date"],
        "additionalProperties": False,
        "allOf": [_needs_author(key) for key in KEYS if key.startswith("author-")],
        "properties": {key: {"type": _TEXT, **_PROPERTIES[key]} for key in KEYS},
    }
