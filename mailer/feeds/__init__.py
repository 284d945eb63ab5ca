"""Feeds: entries read from RSS and Atom, and the feeds of our own archive. Pure."""
