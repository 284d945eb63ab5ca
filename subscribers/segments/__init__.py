"""Segments: rules that narrow an audience."""
