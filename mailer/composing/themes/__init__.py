"""Themes: what an issue looks like."""
