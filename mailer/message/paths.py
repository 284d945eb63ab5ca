"""Paths of our own pages that other parts lead to."""

ARCHIVE_PATH = "/archive/"
"""Of the public web archive; an issue's slug follows."""
