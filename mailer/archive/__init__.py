"""The archive: what was sent, for readers of the web."""
