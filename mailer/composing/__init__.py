"""Composing: an issue's file becomes a compiled issue."""
