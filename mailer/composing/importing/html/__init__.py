"""HTML to an issue file: pages, mails, and what publishing tools export."""

from mailer.composing.importing.html.page import ReadPage, read_page

__all__ = ["ReadPage", "read_page"]
