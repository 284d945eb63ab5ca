"""Ghost: the JSON of its export, and the formats of its editors in there."""

from mailer.composing.importing.sources.ghost.export import is_export, is_page, read_export

__all__ = ["is_export", "is_page", "read_export"]
