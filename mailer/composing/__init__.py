"""Composing: an issue file becomes a compiled issue."""
