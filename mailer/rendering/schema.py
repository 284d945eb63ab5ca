"""The front matter as a JSON Schema, for editors that complete and check YAML by one."""

from typing import Any

from mailer.rendering.front_matter import KEYS

SCHEMA_URI = "https://json-schema.org/draft/2020-12/schema"

_MAILBOX = "an address, or: Name <name@example.org>"
_URL = {"pattern": '^https?://[^\\s"<>]+$'}
_NO_FIELDS = {"not": {"pattern": "\\{\\{"}}

_PROPERTIES: dict[str, dict[str, Any]] = {
    "subject": {
        "description": "What the inbox shows; may hold merge fields: {{ name | default: 'you' }}",
        "minLength": 1,
    },
    "slug": {
        "description": "The issue's name in links; made from the file's name where left out.",
        "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
    },
    "date": {
        "description": "The issue's day, such as 2026-11-22.",
        "format": "date",
        "pattern": "^\\d{4}-\\d{2}-\\d{2}$",
    },
    "preheader": {
        "description": "The line that an inbox list shows after the subject.",
        **_NO_FIELDS,
    },
    "list": {
        "description": "Slug of the mailing list that the issue is for.",
        "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
    },
    "from": {"description": f"Who sends it: {_MAILBOX}.", "pattern": "@"},
    "reply-to": {"description": f"Where answers go: {_MAILBOX}.", "pattern": "@"},
    "theme": {
        "description": "Name of a theme: digest, letter, note or one of your own.",
        "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$",
    },
    "language": {
        "description": "BCP 47 tag such as en or pt-BR; decides the direction of writing, too.",
        "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$",
    },
    "title": {"description": "The masthead.", **_NO_FIELDS},
    "tagline": {"description": "The line below the masthead.", **_NO_FIELDS},
    "author": {"description": "Who wrote it, shown at the end.", **_NO_FIELDS},
    "author-url": {"description": "Where the author's name leads.", **_URL},
    "author-bio": {"description": "A line about the author.", **_NO_FIELDS},
    "author-image": {"description": "Address of a square picture of the author.", **_URL},
    "contents": {
        "description": "Whether to list the sections; from two sections on where left out.",
        "type": ["string", "boolean"],
        "enum": [True, False, "yes", "no"],
    },
}


def front_matter_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an issue's front matter."""
    return {
        "$schema": SCHEMA_URI,
        "title": "Front matter of an issue",
        "type": "object",
        "required": ["subject", "date"],
        "additionalProperties": False,
        "dependentRequired": {key: ["author"] for key in KEYS if key.startswith("author-")},
        "properties": {key: {"type": "string", **_PROPERTIES[key]} for key in KEYS},
    }
