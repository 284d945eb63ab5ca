"""Merge fields as they are written, for parser and writer."""

import re

BARRED_FIELD = re.compile(r"\{\{\s*[a-z][a-z0-9_]*\s*\|[^{}\n]*\}\}")
"""A merge field with a bar, which parts no cells of a table."""
