"""HTML to an issue file: pages, mails, and what publishing tools export."""

from mailer.composing.importing.html.page import Page, ReadPage, read_page
from mailer.composing.importing.html.words import Tally, tally_issue
from mailer.platform.html.charset import Decoded, decode_html

__all__ = ["Decoded", "Page", "ReadPage", "Tally", "decode_html", "read_page", "tally_issue"]
