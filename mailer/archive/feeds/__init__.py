"""Feeds of the archive: RSS, Atom and JSON Feed."""
