"""Turns the raw text of somebody's newsletter into an issue file. Pure: text in, text out."""

from mailer.composing.importing.clean import decode
from mailer.composing.importing.model import Dropped, Finding, ImportedIssue
from mailer.composing.importing.report import format_report
from mailer.composing.importing.text.reading import import_text

__all__ = ["Dropped", "Finding", "ImportedIssue", "decode", "format_report", "import_text"]
