"""Turns the raw text of somebody's newsletter into an issue file. Pure: text in, text out."""

from mailer.importing.clean import decode
from mailer.importing.importer import import_text
from mailer.importing.model import Dropped, Finding, ImportedIssue
from mailer.importing.report import format_report

__all__ = ["Dropped", "Finding", "ImportedIssue", "decode", "format_report", "import_text"]
