"""Files of other systems: their posts, whatever shape they come in."""

from mailer.composing.importing.post import Post
from mailer.composing.importing.sources.detecting import SOURCES, Source, detect, read_export
from mailer.composing.importing.sources.posts import Export, import_post

__all__ = ["SOURCES", "Export", "Post", "Source", "detect", "import_post", "read_export"]
