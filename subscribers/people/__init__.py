"""People: their addresses."""
