"""Names of prepared pictures: the hash of their content, and their kind."""

import hashlib
import re

MIME_TYPES = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif"}
"""Content types by file extension: the kinds that every mail client shows."""

NAME_SHAPE = r"[0-9a-f]{32}[.](?:jpg|png|gif)"
_NAME = re.compile(NAME_SHAPE)


def media_name(data: bytes, kind: str) -> str:
    """Return the name of the picture `data`: 128 bits of its SHA-256, as hex, and its ending.

    Half of the hash is enough to tell pictures apart, and every character of it counts: names
    stand in HTML that Gmail cuts off at 102 KB.
    """
    return f"{hashlib.sha256(data).hexdigest()[:32]}.{kind}"


def is_media_name(name: str) -> bool:
    """Whether `name` is one that `media_name` could have given."""
    return _NAME.fullmatch(name) is not None
