"""Markdown of other people: front matter, and its text as HTML."""
